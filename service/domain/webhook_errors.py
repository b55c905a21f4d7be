"""What the domain refuses about webhooks: leaves of the tree in `errors`."""

from service.domain.errors import Conflict


class SecretChanging(Conflict):
    """`until`: when the secret before this one ceases to sign. A third would leave a receiver none that it knows."""

    code = "secret_changing"
    title = "The secret was changed lately, and the one before it still signs"


class SecretReplaced(Conflict):
    """`webhook`: whose. The request that is repeated has no newer secret to show than its own."""

    code = "secret_replaced"
    title = "The secret that this request made was shown then, and another has replaced it since"

"""What the domain refuses about accounts of regulators: leaves of the tree in `errors`."""

from service.domain.errors import Conflict, Forbidden


class RegulatorDisabled(Forbidden):
    code = "regulator_disabled"
    title = "This regulator has no active account: the SAS platform gives and takes them"


class RegulatorExists(Conflict):
    code = "regulator_exists"
    title = "An active account has that identifier already"


class EmailTaken(Conflict):
    code = "email_taken"
    title = "An active account has that e-mail already"

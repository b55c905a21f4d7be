"""How regulators sign in to the page: the provider that vouches for them, what it says, and how long it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from service.domain.callers import Caller
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.regulators import RegulatorId

SIGN_IN_TIME = timedelta(minutes=10)
"""From leaving for the provider until the way back."""
INVITED_TIME = timedelta(hours=1)
IDLE_TIME = timedelta(minutes=45)
WHOLE_TIME = timedelta(hours=12)
"""The longest shift of a regulation centre."""
TERMS = "2026-11"
"""The terms of use as they are now: who accepted others is asked again."""


class NamedBy(StrEnum):
    """What the provider's claim is: how the account is found among those that the SAS gave us."""

    NATIONAL = "national"
    SAS = "sas"
    EMAIL = "email"


def is_asked_safely(address: str) -> bool:
    """Over TLS, unless it is on this very machine."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    is_here = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    return is_here or (parts.scheme == "https" and bool(parts.hostname))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An OpenID provider and what is asked of it. `claims`: the first one that it tells holds the identifier.

    `discovery`: where, below its issuer, it describes itself.

    Raises Invalid (`issuer.not_https`): only on this very machine may it be reached without TLS.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str
    claims: tuple[str, ...]
    named_by: NamedBy
    acr_values: str | None = None
    discovery: str = ".well-known/openid-configuration"

    def __post_init__(self) -> None:
        if not is_asked_safely(self.issuer):
            raise Invalid(Fault(path="issuer", code="issuer.not_https", message="the provider is asked over TLS only"))

    def identifier_in(self, told: Mapping[str, object]) -> str | None:
        """The regulator's identifier among the claims told; an e-mail counts unless told to be other than verified."""
        if self.named_by is NamedBy.EMAIL and told.get("email_verified", True) is not True:
            return None
        values = (told.get(claim) for claim in self.claims)
        return next((value for value in values if isinstance(value, str) and value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One that is under way: what was sent along, to be found again in the answer."""

    state: str
    nonce: str
    code_verifier: str
    origin: str
    return_to: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSession:
    """A regulator who is signed in. `origin`: from which platform he or she came. `terms`: those accepted.

    `name`: the person's own, to be shown to that person alone.
    """

    regulator: RegulatorId
    name: str = ""
    origin: str
    began_at: datetime
    seen_at: datetime
    terms: str | None = None

    @property
    def caller(self) -> Caller:
        return Caller.from_sas(self.regulator)

    @property
    def has_accepted_terms(self) -> bool:
        return self.terms == TERMS

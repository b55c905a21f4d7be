"""What the pages are told at start: which platforms regulators come from, and who vouches for them."""

from dataclasses import dataclass

from service.application.openid import OpenId

SAS_ORIGINS = ("sas", "sas-preprod", "sas-rui", "sas-rui-ovh")
"""What the platform appends as `origin` in its environments, as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Without `openid` nobody can sign in, and the pages say so. `invites`: the demonstration lets its owner in."""

    openid: OpenId | None = None
    origins: frozenset[str] = frozenset(SAS_ORIGINS)
    invites: bool = False

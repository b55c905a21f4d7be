"""Regulators who come from the SAS platform: their accounts, which the platform keeps with us, and who is who."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType
from unicodedata import category
from uuid import UUID

from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.national import System

RegulatorId = NewType("RegulatorId", UUID)

LONGEST_TEXT = 200
_UNWRITABLE = ("Cc", "Cs")
"""Unicode categories: control characters, and halves of characters."""


def checked_text(text: str, *, path: str) -> str:
    """Of one line. Raises Invalid: `text.too_short`, `text.too_long`, `text.control_character`."""
    if not text.strip():
        raise Invalid(Fault(path=path, code="text.too_short", message="this is empty"))
    if len(text) > LONGEST_TEXT:
        raise Invalid(Fault(path=path, code="text.too_long", message=f"more than {LONGEST_TEXT} characters"))
    if any(category(each) in _UNWRITABLE for each in text):
        raise Invalid(Fault(path=path, code="text.control_character", message="this holds a control character"))
    return text


class IdentifierSystem(StrEnum):
    """Who named the regulator: the national directory, or the SAS platform until he or she has a national number."""

    NATIONAL = System.PERSON.value
    SAS = System.SAS.value


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorIdentifier:
    """`value` is of free form: `3456780581/11242343`, an RPPS with its prefix, mostly a UUID from the SAS.

    Raises Invalid, as `checked_text` does.
    """

    system: IdentifierSystem
    value: str

    def __post_init__(self) -> None:
        checked_text(self.value, path="identifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the SAS says of a regulator: at least one identifier, at most one of each system, and one e-mail or more.

    Raises Invalid: `key.missing`, and as `checked_text` does.
    """

    national: str | None = None
    technical: str | None = None
    family_name: str
    given_name: str
    emails: tuple[str, ...]
    is_active: bool

    def __post_init__(self) -> None:
        for path, texts in (("identifier", self.identifiers), ("emails", self.emails)):
            if not texts:
                raise Invalid(Fault(path=path, code="key.missing", message="there is none"))
        checked_text(self.family_name, path="family_name")
        checked_text(self.given_name, path="given_name")
        for email in self.emails:
            checked_text(email, path="emails")

    @property
    def identifiers(self) -> tuple[RegulatorIdentifier, ...]:
        """The national one first: by it the regulator is named to others."""
        both = ((IdentifierSystem.NATIONAL, self.national), (IdentifierSystem.SAS, self.technical))
        return tuple(RegulatorIdentifier(system=system, value=value) for system, value in both if value is not None)

    @property
    def values(self) -> frozenset[str]:
        """Of its identifiers, whoever gave them."""
        return frozenset(each.value for each in self.identifiers)

    def shares_identifier(self, other: "Account") -> bool:
        return not set(self.identifiers).isdisjoint(other.identifiers)

    def shares_email(self, other: "Account") -> bool:
        return not {each.casefold() for each in self.emails}.isdisjoint(each.casefold() for each in other.emails)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulator:
    """An account with its history; of active ones no two have an identifier or an e-mail in common."""

    id: RegulatorId
    account: Account
    created_at: datetime
    changed_at: datetime
    version: int = 1

    @property
    def is_active(self) -> bool:
        return self.account.is_active

    @property
    def identifier(self) -> RegulatorIdentifier:
        """The one by which he or she is named to the SAS."""
        return self.account.identifiers[0]

    @property
    def full_name(self) -> str:
        return f"{self.account.given_name} {self.account.family_name}"

    def is_person_of(self, account: Account) -> bool:
        """By the name alone: an e-mail changes with an employer, and may be shared by a whole centre."""
        own = self.account
        names = ((own.family_name, account.family_name), (own.given_name, account.given_name))
        return all(ours.strip().casefold() == theirs.strip().casefold() for ours, theirs in names)

    def changed(self, account: Account, *, now: datetime) -> "Regulator":
        """The next version; the same one when nothing is new, so that a message may come twice."""
        if account == self.account:
            return self
        return replace(self, account=account, changed_at=now, version=self.version + 1)


def chosen(known: Iterable[Regulator], named: RegulatorIdentifier, account: Account) -> Regulator | None:
    """Whose account the SAS means when it names one and sends it as it is to be; None: nobody's yet.

    Who bears that name; else who already is as sent, since the message may come twice; else who bears it in the other
    system and has that very e-mail. Of several, the active one, then the one that changed last: a number that was
    taken from a disabled account may be given to another. A disabled one is nobody else's: whoever is sent
    under its identifier with another name begins anew, without its bookings and what it accepted.
    """
    possible = (each for each in known if each.is_active or each.is_person_of(account))
    by_turn = sorted(possible, key=lambda each: (each.is_active, each.changed_at), reverse=True)
    is_meant: tuple[Callable[[Regulator], bool], ...] = (
        lambda each: named in each.account.identifiers,
        lambda each: each.is_active >= account.is_active and each.account.shares_identifier(account),
        lambda each: named.value in each.account.values and each.account.shares_email(account),
    )
    return next((each for test in is_meant for each in by_turn if test(each)), None)

"""Why the national platform sees a session's places, or does not: every filter, from the pledge to the bundle."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from service.domain.agendas import Community
from service.domain.bookings import Slot
from service.domain.directory import Audience, Insee, Practice, PracticeId, Practitioner, PractitionerId, Territory
from service.domain.rosters import RosterState, Session, SessionId

SHOWN_DAYS = 2
"""The platform asks for today and so many days more. Source: its search engine's documentation, steps of a search."""


class Check(StrEnum):
    """In the order in which they apply: promises first, then what becomes of the places that were cut."""

    SEAT = "seat"
    PRACTISING = "practising"
    PLEDGE = "pledge"
    TEMPLATE = "template"
    ROSTER = "roster"
    PLACES = "places"
    AUDIENCE = "audience"
    OFFERED = "offered"
    AHEAD = "ahead"
    FREE = "free"
    KEPT = "kept"
    WINDOW = "window"
    RPPS = "rpps"
    ADDRESS = "address"
    STRUCTURE = "structure"
    COMMUNITY = "community"
    SEARCH = "search"
    PAGE = "page"


class Verdict(StrEnum):
    """NOTED: nothing is kept back by it, but somebody should know. MOOT: there is nothing left to look at."""

    PASSES = "passes"
    NOTED = "noted"
    STOPS = "stops"
    MOOT = "moot"


Fact = str | int | date | datetime | tuple[str, ...] | None
"""Several are names, or audiences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`case` says which of its sentences the check came to; `left` how many places are still to be seen after it."""

    check: Check
    verdict: Verdict
    case: str
    left: int | None = None
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatHeld:
    holder: Practitioner
    practice: PracticeId


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Whether this audience sees it at this instant, with what stands now. `page`: where the outside books, if set."""

    audience: Audience
    at: datetime
    page: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """All that has to do with one session. `slots`: withdrawn ones too. `communities`: of each who holds or held it.

    `practices`: those of seats and places. `towns`: communes of the territory.
    """

    id: SessionId
    session: Session
    territory: Territory
    roster: RosterState
    seats: tuple[SeatHeld, ...]
    slots: tuple[Slot, ...]
    people: Mapping[PractitionerId, Practitioner]
    practices: Mapping[PracticeId, Practice]
    communities: Mapping[PractitionerId, tuple[Community, ...]]
    towns: frozenset[Insee]

    @property
    def on(self) -> date:
        return self.session.on

    def names(self, *seats: SeatHeld) -> tuple[str, ...]:
        return tuple(seat.holder.full_name for seat in seats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """`places`: those that are in the platform's bundle."""

    facts: SessionFacts
    question: Question
    steps: tuple[Step, ...]
    places: tuple[Slot, ...]

    @property
    def is_visible(self) -> bool:
        return bool(self.places)

    @property
    def stopped_by(self) -> Step | None:
        """The first filter that keeps all of it back; None when it is visible."""
        return next((step for step in self.steps if step.verdict is Verdict.STOPS), None)

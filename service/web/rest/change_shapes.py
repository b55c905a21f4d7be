"""What may have happened to a roster, as callers say it: each change an object with one key, which names it."""

from typing import Any

from pydantic import Field, model_validator

from service.application.repairs import Saving
from service.application.territory_file.availability import AbsenceIn
from service.application.territory_file.fields import AnyLevel, Id, LocalDate, Shape, Text, refusal
from service.application.territory_file.periods import End, Start, UntilDay
from service.application.territory_file.practices import StopIn
from service.application.territory_file.practitioners import PledgeIn
from service.application.territory_file.rosters import SessionTemplateIn
from service.domain.availability import Level
from service.domain.changes import Change
from service.domain.changes_of_persons import (
    PledgeChanged,
    PractitionerAway,
    SeatDeclined,
    TimeOffered,
    WeeklyMaximumChanged,
)
from service.domain.changes_of_places import (
    RoomsClosed,
    SessionAdded,
    SessionDropped,
    SessionMoved,
    SessionSupposed,
    StopAdded,
)
from service.domain.directory import PracticeId, PractitionerId
from service.domain.errors import PreconditionMissing
from service.domain.rosters import SessionKey, TemplateId
from service.domain.solving import Limits

MOST_CHANGES = 50
LONGEST_SECONDS = 60


class AwayIn(AbsenceIn):
    """Somebody is away, on days both included; open-ended without `until`."""

    practitioner: Id = Field(examples=["gp-05"])

    def change(self) -> Change:
        return PractitionerAway(
            practitioner=PractitionerId(self.practitioner), from_on=self.from_on, until_on=self.until_on
        )


class SessionKeyIn(Shape):
    """A session, by its template and day."""

    template: Id = Field(examples=["t11"])
    on: LocalDate = Field(alias="date", examples=["2026-12-02"])

    def key(self) -> SessionKey:
        return SessionKey(TemplateId(self.template), self.on)


class SeatDeclinedIn(SessionKeyIn):
    """Somebody no longer wants a session: a swap that is asked for, with nobody found yet."""

    practitioner: Id = Field(examples=["gp-08"])

    def change(self) -> Change:
        return SeatDeclined(practitioner=PractitionerId(self.practitioner), session=self.key())


class TimeOfferedIn(Shape):
    """Somebody offers hours of one day, beyond what is declared."""

    practitioner: Id = Field(examples=["gp-04"])
    on: LocalDate = Field(alias="date", examples=["2026-12-02"])
    start: Start
    end: End
    level: AnyLevel = Level.AVAILABLE

    def change(self) -> Change:
        practitioner = PractitionerId(self.practitioner)
        return TimeOffered(practitioner=practitioner, on=self.on, start=self.start, end=self.end, level=self.level)


class PledgeChangedIn(Shape):
    """Another pledge; null: none any more."""

    practitioner: Id = Field(examples=["gp-04"])
    pledge: PledgeIn | None

    def change(self) -> Change:
        pledge = self.pledge.value() if self.pledge else None
        return PledgeChanged(practitioner=PractitionerId(self.practitioner), pledge=pledge)


class WeeklyMaximumIn(Shape):
    """Another number of sessions an ISO week, at most."""

    practitioner: Id = Field(examples=["gp-04"])
    sessions: int = Field(ge=0, le=21, examples=[2])

    def change(self) -> Change:
        return WeeklyMaximumChanged(practitioner=PractitionerId(self.practitioner), sessions=self.sessions)


class RoomsClosedIn(Shape):
    """Rooms of a practice are closed on days both included; a session that no other can host is dropped."""

    practice: Id = Field(examples=["cab-quai"])
    from_on: LocalDate = Field(alias="from", examples=["2026-12-02"])
    until_on: UntilDay = Field(default=None, alias="until", description="Null: that day alone")
    rooms: int = Field(default=0, ge=0, le=200, description="Seats at once that are left", examples=[0])

    def change(self) -> Change:
        return RoomsClosed(
            practice=PracticeId(self.practice),
            from_on=self.from_on,
            until_on=self.until_on or self.from_on,
            rooms=self.rooms,
        )


class StopAddedIn(Shape):
    """A mobile unit stands somewhere, in place of wherever else it would then. A session there is another change."""

    practice: Id = Field(examples=["medicobus-1"])
    stop: StopIn

    def change(self) -> Change:
        return StopAdded(practice=PracticeId(self.practice), stop=self.stop.value())


class SessionAddedIn(SessionKeyIn):
    """One session more, of a template that the territory has."""

    def change(self) -> Change:
        return SessionAdded(session=self.key())


class SessionSupposedIn(Shape):
    """One session more, of a template that the territory does not have."""

    template: SessionTemplateIn
    on: LocalDate = Field(alias="date", examples=["2026-12-02"])

    def change(self) -> Change:
        return SessionSupposed(template=self.template.value(), on=self.on)


class SessionDroppedIn(SessionKeyIn):
    """A session that is no longer asked for."""

    def change(self) -> Change:
        return SessionDropped(session=self.key())


class SessionMovedIn(SessionKeyIn):
    """A session begins at another hour of its day, as long as before; at another practice if one is named."""

    start: Start
    practice: Id | None = Field(default=None, description="Null: where its hosts are", examples=["cab-quai"])

    def change(self) -> Change:
        practice = PracticeId(self.practice) if self.practice else None
        return SessionMoved(session=self.key(), start=self.start, practice=practice)


class ChangeIn(Shape):
    """One thing that happened: exactly one of these keys."""

    absence: AwayIn | None = None
    seat_declined: SeatDeclinedIn | None = None
    time_offered: TimeOfferedIn | None = None
    pledge: PledgeChangedIn | None = None
    weekly_maximum: WeeklyMaximumIn | None = None
    rooms_closed: RoomsClosedIn | None = None
    stop_added: StopAddedIn | None = None
    session_added: SessionAddedIn | None = None
    session_supposed: SessionSupposedIn | None = None
    session_dropped: SessionDroppedIn | None = None
    session_moved: SessionMovedIn | None = None

    @model_validator(mode="after")
    def exactly_one(self) -> "ChangeIn":
        if len(self._given()) != 1:
            raise refusal("change.one_of", "a change is one thing that happened: exactly one of the keys")
        return self

    def change(self) -> Change:
        [given] = self._given()
        changed: Change = given.change()
        return changed

    def _given(self) -> list[Any]:
        each = (getattr(self, name) for name in type(self).model_fields)
        return [given for given in each if given is not None]


class WhatIfIn(Shape):
    """What is to be tried. What the territory declares by now counts besides: without any change, that alone."""

    changes: list[ChangeIn] = Field(
        default_factory=list,
        max_length=MOST_CHANGES,
        description="They happen one after the other",
        examples=[[{"absence": {"practitioner": "gp-05", "from": "2026-12-01", "until": "2026-12-14"}}]],
    )
    fewest_changes: bool = Field(
        default=True, description="Fewest changes right after coverage; false: the goals in the policy's own order"
    )
    seconds: float = Field(default=10, ge=0.1, le=LONGEST_SECONDS, description="Wall clock for the search")

    def happened(self) -> tuple[Change, ...]:
        return tuple(each.change() for each in self.changes)

    def limits(self) -> Limits:
        return Limits(seconds=self.seconds)


class RepairIn(Shape):
    """What happened, and whether the roster that mends it is saved at once."""

    changes: list[ChangeIn] = Field(
        default_factory=list,
        max_length=MOST_CHANGES,
        description="They happen one after the other, after all that the territory declares by now",
        examples=[[{"absence": {"practitioner": "gp-05", "from": "2026-12-01", "until": "2026-12-14"}}]],
    )
    apply: bool = Field(default=False, description="Save it, over the version that If-Match names")
    reason: Text | None = Field(default=None, description="Why; needed once published", examples=["gp-05 is ill"])
    seconds: float = Field(default=10, ge=0.1, le=LONGEST_SECONDS, description="Wall clock for the search")

    def happened(self) -> tuple[Change, ...]:
        return tuple(each.change() for each in self.changes)

    def limits(self) -> Limits:
        return Limits(seconds=self.seconds)

    def saving(self, expected_version: int | None) -> Saving | None:
        """Raises PreconditionMissing."""
        if not self.apply:
            return None
        if expected_version is None:
            raise PreconditionMissing()
        return Saving(expected_version=expected_version, reason=self.reason)

"""What a change does to a roster, as it is answered: seats, goals, gaps, ledgers, communes, bookings."""

import datetime
from collections.abc import Iterable
from uuid import UUID

from pydantic import BaseModel, Field

from service.application.repairs import BookingTouched, Plan
from service.domain.answers import GoalChange, GoalValue, Outcome
from service.domain.equity import EquityRow, Reach
from service.domain.repairs import FairnessChange
from service.domain.rosters import Session
from service.domain.wording import Language
from service.web.rest.booking_shapes import BookingOut
from service.web.rest.entries import Version
from service.web.rest.explanation_shapes import GapToldOut
from service.web.rest.roster_evidence import FairnessRowOut, GapOut, GoalChangeOut
from service.web.rest.roster_shapes import DifferenceOut


class GoalProvedOut(GoalChangeOut):
    """No roster goes below `bound` while the goals before keep their values; null: not known, or not striven for."""

    bound: int | None = Field(examples=[14])
    conditional: bool = Field(description="The bound holds only under something stronger than those goals")

    @classmethod
    def all(cls, changes: Iterable[GoalChange], proof: Iterable[GoalValue]) -> "list[GoalProvedOut]":
        proved = {goal.name: goal for goal in proof}
        return [
            cls(
                **dict(GoalChangeOut.of(change)),
                bound=proved[change.name].bound if change.name in proved else None,
                conditional=change.name in proved and proved[change.name].conditional,
            )
            for change in changes
        ]


class SessionNamedOut(BaseModel):
    """A session, by its template and day."""

    template: str = Field(examples=["t11"])
    date: datetime.date

    @classmethod
    def of(cls, session: Session) -> "SessionNamedOut":
        return cls(template=session.template.id, date=session.on)


class FairnessChangeOut(BaseModel):
    """A ledger before and after; null where he or she has no share."""

    practitioner: str = Field(examples=["gp-04"])
    before: FairnessRowOut | None
    after: FairnessRowOut | None

    @classmethod
    def of(cls, change: FairnessChange) -> "FairnessChangeOut":
        before, after = (row and FairnessRowOut.of(row) for row in (change.before, change.after))
        return cls(practitioner=change.practitioner, before=before, after=after)


class ReachOut(BaseModel):
    """Minutes by road to sessions held in person."""

    nearest_minutes: int | None = Field(description="To the nearest of all; null when there is none", examples=[12])
    average_minutes: int = Field(
        description="Over half-days with sessions, to the nearest of each; 60 at most, 60 where none is held",
        examples=[34],
    )

    @classmethod
    def of(cls, reach: Reach) -> "ReachOut":
        return cls(nearest_minutes=reach.nearest, average_minutes=reach.average)


class EquityRowOut(BaseModel):
    """How far a commune's inhabitants are, before and after."""

    insee: str = Field(examples=["53084"])
    population: int = Field(examples=[4500])
    before: ReachOut
    after: ReachOut

    @classmethod
    def of(cls, row: EquityRow) -> "EquityRowOut":
        before, after = ReachOut.of(row.before), ReachOut.of(row.after)
        return cls(insee=row.commune, population=row.population, before=before, after=after)


class BookingTouchedOut(BaseModel):
    """A booking whose seat goes."""

    booking: BookingOut
    to: str | None = Field(
        description="Who receives the patient at the same time and place; null: another is sought",
        examples=["gp-04"],
    )

    @classmethod
    def of(cls, touched: BookingTouched) -> "BookingTouchedOut":
        return cls(booking=BookingOut.of(touched.booking), to=touched.to)


class RepairOut(BaseModel):
    """What becomes of the roster, and for whom."""

    roster: UUID
    version: Version
    applied: bool = Field(description="Saved: `version` says it; otherwise it is a plan over `version`")
    outcome: Outcome
    difference: DifferenceOut
    goals: list[GoalProvedOut] = Field(description="In the order they were sought")
    gaps_before: list[GapOut]
    gaps: list[GapToldOut] = Field(description="What stays empty, and what would fill it; in words too")
    sessions_added: list[SessionNamedOut]
    sessions_dropped: list[SessionNamedOut]
    people: list[str] = Field(description="Who holds other seats than before", examples=[["gp-04", "gp-05"]])
    bookings: list[BookingTouchedOut]
    fairness: list[FairnessChangeOut] = Field(description="Everybody whose ledger changes")
    equity: list[EquityRowOut] = Field(description="Every commune")

    @classmethod
    def of(cls, plan: Plan, language: Language) -> "RepairOut":
        repair = plan.repair
        return cls(
            roster=plan.roster.id,
            version=plan.roster.version,
            applied=plan.is_saved,
            outcome=repair.outcome,
            difference=DifferenceOut.of(repair.difference),
            goals=GoalProvedOut.all(repair.goals, repair.proof),
            gaps_before=[GapOut.of(gap) for gap in repair.gaps_before],
            gaps=[GapToldOut.told(plan.problem, gap, language) for gap in repair.gaps],
            sessions_added=[SessionNamedOut.of(session) for session in repair.sessions_added],
            sessions_dropped=[SessionNamedOut.of(session) for session in repair.sessions_dropped],
            people=list(repair.people),
            bookings=[BookingTouchedOut.of(touched) for touched in plan.bookings],
            fairness=[FairnessChangeOut.of(change) for change in repair.fairness],
            equity=[EquityRowOut.of(row) for row in repair.equity],
        )

"""How rosters look over REST: what is asked for and edited, and what is answered."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, model_validator

from service.application.territory_file.fields import Id, LocalDate, Shape, Text, refusal
from service.domain.answers import GoalValue, Outcome, Progress
from service.domain.calendar import IsoWeek
from service.domain.directory import PracticeId, PractitionerId, Territory
from service.domain.roster_content import Difference, Edit, RosterContent
from service.domain.roster_life import Roster, RosterVersion, Solving
from service.domain.rosters import (
    Assignment,
    BurdenClass,
    Modality,
    Mode,
    RosterState,
    Session,
    SessionId,
    TemplateId,
)
from service.web.rest.entries import Version

Week = Annotated[str, Field(pattern=r"^20[0-9]{2}-W[0-9]{2}$", description="An ISO week", examples=["2026-W49"])]


class RosterIn(Shape):
    """The weeks to fill, and how long the solver may look for the best way to."""

    week: Week
    weeks: int = Field(default=1, ge=1, le=26, description="How many weeks, from that one on", examples=[1])
    seed: int = Field(default=1, ge=0, le=2**31 - 1, description="Of the solver's chances", examples=[1])
    seconds: float = Field(default=60, ge=0.1, le=3600, description="Wall clock for the whole search", examples=[60])

    def iso_weeks(self) -> tuple[IsoWeek, ...]:
        return IsoWeek.parse(self.week).following(self.weeks)


class AssignmentShape(Shape):
    """A practitioner holds one seat of a session at a practice."""

    template: Id = Field(examples=["t01"])
    date: LocalDate = Field(examples=["2026-11-30"])
    practice: Id = Field(examples=["quai"])
    practitioner: Id = Field(examples=["gp-01"])

    @classmethod
    def of(cls, assignment: Assignment) -> "AssignmentShape":
        return cls.model_construct(
            template=assignment.template,
            date=assignment.on,
            practice=assignment.practice,
            practitioner=assignment.practitioner,
        )

    def value(self) -> Assignment:
        return Assignment(
            template=TemplateId(self.template),
            on=self.date,
            practice=PracticeId(self.practice),
            practitioner=PractitionerId(self.practitioner),
        )


Assignments = Annotated[list[AssignmentShape], Field(max_length=20_000)]


class EditIn(Shape):
    """`remove` is done first, then `add`; or `replace`, the whole list in place of all that stands."""

    remove: Assignments = Field(default_factory=list)
    add: Assignments = Field(default_factory=list)
    replace: Assignments | None = None
    reason: Text | None = Field(default=None, description="Why; needed once published", examples=["gp-04 is ill"])

    @model_validator(mode="after")
    def one_way_or_the_other(self) -> "EditIn":
        if self.replace is not None and (self.remove or self.add):
            raise refusal("edit.ambiguous", "`replace` says everything: send it without `add` and `remove`")
        return self

    def edit(self) -> Edit:
        return Edit(
            removed=tuple(each.value() for each in self.remove),
            added=tuple(each.value() for each in self.add),
            whole=None if self.replace is None else tuple(each.value() for each in self.replace),
        )


class GoalOut(BaseModel):
    """Lower is better. No roster can go below `bound` while the goals before keep their values; null: not known."""

    name: str = Field(examples=["coverage"])
    value: int = Field(examples=[2])
    bound: int | None = Field(examples=[2])
    gap: int | None = Field(examples=[0], description="value - bound; 0 is proved best")
    conditional: bool = Field(description="The bound holds only under something stronger than those goals")
    tolerance: int = Field(examples=[0], description="How much above its best the policy lets it be for later goals")
    settled: list[int] = Field(
        examples=[[79, 79, -41]],
        description="Under leximin, the largest balances, each proved as low as those before it allow: so far",
    )

    @classmethod
    def of(cls, goal: GoalValue) -> "GoalOut":
        return cls(
            name=goal.name,
            value=goal.value,
            bound=goal.bound,
            gap=goal.gap,
            conditional=goal.conditional,
            tolerance=goal.tolerance,
            settled=list(goal.settled),
        )


class ProgressOut(BaseModel):
    """The goal in work, its best value and proved bound so far."""

    goal: str = Field(examples=["fairness_worst"])
    level: int = Field(examples=[2], description="Which of the `levels` goals sought it is, from 1; 0: not said")
    levels: int = Field(examples=[8], description="How many goals are sought; 0: not said")
    value: int | None = Field(examples=[82])
    bound: int | None = Field(examples=[79])
    elapsed_s: float = Field(examples=[1.25], description="Seconds")

    @classmethod
    def of(cls, progress: Progress) -> "ProgressOut":
        return cls(**asdict(progress))


class RosterSummaryOut(BaseModel):
    """A roster without its sessions. `digest`: SHA-256 of the problem that was solved."""

    id: UUID
    territory: str = Field(examples=["cpts-haut-anjou-fictive"])
    week: Week
    weeks: int = Field(examples=[1])
    state: RosterState
    version: Version
    solving: Solving
    stop_requested: bool
    progress: ProgressOut | None
    outcome: Outcome | None = Field(description="Null until solved")
    goals: list[GoalOut]
    seed: int = Field(examples=[1])
    seconds: float = Field(examples=[60])
    digest: str | None
    solver_version: str | None
    failure: str | None = Field(description="Why there is no answer")
    requested_by: str
    requested_at: datetime
    solved_at: datetime | None
    published_by: str | None
    published_at: datetime | None

    @staticmethod
    def fields_of(roster: Roster) -> dict[str, Any]:
        worth, source = roster.assessment, roster.provenance
        return {
            "id": roster.id,
            "territory": roster.territory,
            "week": str(roster.weeks[0]),
            "weeks": len(roster.weeks),
            "state": roster.state,
            "version": roster.version,
            "solving": roster.solving,
            "stop_requested": roster.stop_requested,
            "progress": ProgressOut.of(roster.progress) if roster.progress else None,
            "outcome": worth.outcome if worth else None,
            "goals": [GoalOut.of(goal) for goal in worth.goals] if worth else [],
            "seed": roster.seed,
            "seconds": roster.seconds,
            "digest": source.digest if source else None,
            "solver_version": source.solver_version if source else None,
            "failure": roster.failure,
            "requested_by": roster.requested_by,
            "requested_at": roster.requested_at,
            "solved_at": source.solved_at if source else None,
            "published_by": roster.published_by,
            "published_at": roster.published_at,
        }

    @classmethod
    def of(cls, roster: Roster) -> "RosterSummaryOut":
        return cls(**cls.fields_of(roster))


class SessionOut(BaseModel):
    """A place and time to be held by as many practitioners as it has seats."""

    id: UUID
    template: str = Field(examples=["t01"])
    date: date
    start: datetime = Field(examples=["2026-11-30T10:00:00+01:00"])
    end: datetime = Field(examples=["2026-11-30T12:00:00+01:00"])
    sector: str = Field(examples=["CG"])
    hosts: list[str] = Field(description="Practices that may hold it", examples=[["quai"]])
    seats: int = Field(examples=[1])
    capacity: int = Field(description="Patients per seat", examples=[8])
    mode: Mode
    modality: Modality
    burden_class: BurdenClass

    @classmethod
    def of(cls, id: SessionId, session: Session, zone: ZoneInfo) -> "SessionOut":
        template = session.template
        return cls(
            id=id,
            template=template.id,
            date=session.on,
            start=session.time.start.astimezone(zone),
            end=session.time.end.astimezone(zone),
            sector=template.sector,
            hosts=list(session.hosts),
            seats=template.seats,
            capacity=template.capacity,
            mode=template.mode,
            modality=template.modality,
            burden_class=session.burden_class,
        )


class RosterOut(RosterSummaryOut):
    """A roster, its sessions, and who holds them."""

    sessions: list[SessionOut]
    assignments: list[AssignmentShape]

    @classmethod
    def with_content(cls, roster: Roster, content: RosterContent, territory: Territory) -> "RosterOut":
        return cls(
            **cls.fields_of(roster),
            sessions=[SessionOut.of(id, each, territory.zone) for id, each in content.sessions.items()],
            assignments=[AssignmentShape.of(each) for each in content.assignments],
        )


class VersionOut(BaseModel):
    """Who made a version, when and why, and how many seats it filled."""

    version: Version
    state: RosterState
    seats_held: int = Field(examples=[27])
    made_by: str = Field(examples=["admin"])
    made_at: datetime
    reason: str | None

    @classmethod
    def of(cls, version: RosterVersion) -> "VersionOut":
        return cls(
            version=version.version,
            state=version.state,
            seats_held=len(version.assignments),
            made_by=version.made_by,
            made_at=version.made_at,
            reason=version.reason,
        )


class MoveOut(BaseModel):
    """The same holder of the same session, at another practice."""

    before: AssignmentShape
    after: AssignmentShape


class DifferenceOut(BaseModel):
    """From the earlier version to the later."""

    added: list[AssignmentShape]
    removed: list[AssignmentShape]
    moved: list[MoveOut]

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceOut":
        return cls(
            added=[AssignmentShape.of(each) for each in difference.added],
            removed=[AssignmentShape.of(each) for each in difference.removed],
            moved=[
                MoveOut(before=AssignmentShape.of(move.before), after=AssignmentShape.of(move.after))
                for move in difference.moved
            ],
        )

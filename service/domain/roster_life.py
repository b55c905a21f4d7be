"""A territory's roster of some weeks: its life from request to publication, and what it is worth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from service.domain.answers import Answer, Baseline, FairnessRow, Gap, GoalValue, Outcome, Progress, Timings
from service.domain.calendar import IsoWeek
from service.domain.directory import TerritoryId
from service.domain.errors import Conflict, Invalid, RosterNotReady, RosterPublished
from service.domain.faults import Fault
from service.domain.roster_content import RosterContent
from service.domain.rosters import Assignment, RosterId, RosterState
from service.domain.solving import Breach, Limits


class Solving(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SOLVED = "solved"
    FAILED = "failed"

    @property
    def is_under_way(self) -> bool:
        return self in (Solving.QUEUED, Solving.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a roster is worth: the solver's answer without its assignments, counted anew after an edit.

    `timings` are the solver's own. INFEASIBLE and OUT_OF_TIME: there is no roster yet, only seats to fill by hand.
    `baseline` None: not known, or of other sessions than the roster's now.
    """

    outcome: Outcome
    goals: tuple[GoalValue, ...]
    gaps: tuple[Gap, ...]
    fairness: tuple[FairnessRow, ...]
    conflict: tuple[Breach, ...]
    timings: Timings
    baseline: Baseline | None = None

    @staticmethod
    def of(answer: Answer) -> "Assessment":
        return Assessment(
            outcome=answer.outcome,
            goals=answer.goals,
            gaps=answer.gaps,
            fairness=answer.fairness,
            conflict=answer.conflict,
            timings=answer.timings,
            baseline=answer.baseline,
        )

    @property
    def has_roster(self) -> bool:
        return self.outcome in (Outcome.OPTIMAL, Outcome.FEASIBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Whence an answer comes. `digest`: SHA-256 of the problem's canonical JSON, in hexadecimal."""

    digest: str
    solver_version: str
    solved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The roster itself; who holds what is its content, `RosterContent`.

    `version` rises at every change of what it says. `seconds` and `seed` bound its solve. `failure`: why the last solve
    gave no answer, without a word about persons.
    """

    id: RosterId
    territory: TerritoryId
    weeks: tuple[IsoWeek, ...]
    state: RosterState
    version: int
    solving: Solving
    seed: int
    seconds: float
    requested_by: str
    requested_at: datetime
    stop_requested: bool = False
    progress: Progress | None = None
    assessment: Assessment | None = None
    provenance: Provenance | None = None
    failure: str | None = None
    published_by: str | None = None
    published_at: datetime | None = None

    @staticmethod
    def requested(
        territory: TerritoryId, weeks: Sequence[IsoWeek], *, seed: int, seconds: float, by: str, now: datetime
    ) -> "Roster":
        """A draft to be solved, new."""
        return Roster(
            id=RosterId(uuid4()),
            territory=territory,
            weeks=tuple(weeks),
            state=RosterState.DRAFT,
            version=1,
            solving=Solving.QUEUED,
            seed=seed,
            seconds=seconds,
            requested_by=by,
            requested_at=now,
        )

    def limits(self, *, workers: int) -> Limits:
        return Limits(seconds=self.seconds, seed=self.seed, workers=workers)

    def drafted_anew(self, asked: "Roster") -> "Roster":
        """This roster with the weeks, seed and time now asked for, to be solved again. Raises RosterPublished."""
        if self.state.is_public:
            raise self.refused(RosterPublished)
        return replace(asked, id=self.id, version=self.version + 1)

    def solved(self, assessment: Assessment, provenance: Provenance) -> "Roster":
        return replace(
            self,
            solving=Solving.SOLVED,
            version=self.version + 1,
            assessment=assessment,
            provenance=provenance,
            stop_requested=False,
        )

    def failed(self, failure: str) -> "Roster":
        return replace(
            self, solving=Solving.FAILED, version=self.version + 1, failure=failure, progress=None, stop_requested=False
        )

    def published(self, *, by: str, now: datetime) -> "Roster":
        """Binding from now on; there is no way back. Raises RosterPublished, RosterNotReady."""
        if self.state.is_public:
            raise self.refused(RosterPublished)
        if not self.settled().has_roster:
            raise self.refused(RosterNotReady, "there is no roster to publish: fill seats by hand or draft it anew")
        return replace(self, state=RosterState.PUBLISHED, version=self.version + 1, published_by=by, published_at=now)

    def edited(self, assessment: Assessment, *, reason: str | None) -> "Roster":
        """The next version, worth this. What is published is amended, with a reason.

        Raises RosterNotReady, Invalid (`reason.missing`).
        """
        self.settled()
        state = RosterState.AMENDED if self.state.is_public else self.state
        if state is RosterState.AMENDED and not (reason and reason.strip()):
            message = "what is published is amended with a reason"
            raise Invalid(Fault(path="reason", code="reason.missing", message=message))
        return replace(self, state=state, version=self.version + 1, assessment=assessment)

    def stopped(self) -> "Roster":
        """The solve under way shall end with the best it has. Raises RosterNotReady."""
        if not self.solving.is_under_way:
            raise self.refused(RosterNotReady, "nothing is being solved")
        return replace(self, stop_requested=True)

    def settled(self) -> Assessment:
        """What it is worth, when it may be changed. Raises RosterNotReady."""
        if self.state is RosterState.CLOSED:
            raise self.refused(RosterNotReady, "the roster is closed")
        return self.worth()

    def worth(self) -> Assessment:
        """Raises RosterNotReady while it is being solved, and after a failure."""
        if self.assessment is None:
            raise self.refused(RosterNotReady, f"the roster's solving is {self.solving}")
        return self.assessment

    def refused(self, why: type[Conflict], detail: str = "") -> Conflict:
        """The error, with the facts of this roster that a caller can act upon."""
        return why(detail, roster=str(self.id), version=self.version, state=self.state, solving=self.solving)


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterVersion:
    """What a roster said at one version, who made it so, and why (an amendment has a reason)."""

    version: int
    state: RosterState
    assignments: tuple[Assignment, ...]
    made_by: str
    made_at: datetime
    reason: str | None = None

    @staticmethod
    def of(
        roster: Roster, content: RosterContent, *, made_by: str, made_at: datetime, reason: str | None = None
    ) -> "RosterVersion":
        return RosterVersion(
            version=roster.version,
            state=roster.state,
            assignments=content.assignments,
            made_by=made_by,
            made_at=made_at,
            reason=reason,
        )

"""What is known about a roster, over REST: fairness, versions and what changed between them; gaps and breaches."""

import datetime
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from service.application.rosters import compare_versions, find_roster, list_versions
from service.domain.answers import FairnessRow, Gap, GoalChange, Reason
from service.domain.errors import Invalid, NotFound, RosterNotReady
from service.domain.policy import Goal
from service.domain.roster_life import Assessment
from service.domain.solving import Rule
from service.web.dependencies import CallerDep, DatabaseDep
from service.web.problems import answers
from service.web.rest.entries import PageOut, PagingDep
from service.web.rest.roster_shapes import DifferenceOut, VersionOut
from service.web.rest.rosters import RosterPath

router = APIRouter(prefix="/rosters/{roster}", tags=["rosters"])

Facts = dict[str, str | int | float]
VersionNumber = Annotated[int, Query(ge=1, le=1_000_000_000, description="A version", examples=[2])]


class GoalChangeOut(BaseModel):
    """Lower is better; `cost` = after - before."""

    name: Goal
    before: int = Field(examples=[13])
    after: int = Field(examples=[14])
    cost: int = Field(examples=[1])

    @classmethod
    def of(cls, change: GoalChange) -> "GoalChangeOut":
        return cls(name=change.name, before=change.before, after=change.after, cost=change.cost)


class ReasonOut(BaseModel):
    """The rule that keeps one practitioner from a seat, and the numbers that show it."""

    practitioner: str = Field(examples=["gp-01"])
    rule: Rule
    facts: Facts

    @classmethod
    def of(cls, reason: Reason) -> "ReasonOut":
        return cls(practitioner=reason.practitioner, rule=reason.rule, facts=dict(reason.facts))


class GapOut(BaseModel):
    """Seats of a session that nobody holds."""

    template: str = Field(examples=["t11"])
    date: datetime.date
    seats: int = Field(examples=[1])
    reasons: list[ReasonOut]

    @classmethod
    def of(cls, gap: Gap) -> "GapOut":
        reasons = [ReasonOut.of(reason) for reason in gap.reasons]
        return cls(template=gap.template, date=gap.on, seats=gap.seats, reasons=reasons)


class SessionKeyOut(BaseModel):
    template: str = Field(examples=["t11"])
    date: datetime.date


class BreachOut(BaseModel):
    """A rule broken: by whom (null: nobody in particular), at which sessions."""

    rule: Rule
    practitioner: str | None = Field(examples=["gp-01"])
    sessions: list[SessionKeyOut]
    facts: Facts


class FairnessRowOut(BaseModel):
    """Minutes in the period. `balance` = history + held - target; positive = did more than the share."""

    practitioner: str = Field(examples=["gp-01"])
    target: int = Field(examples=[120])
    held: int = Field(examples=[120])
    history: int = Field(examples=[30])
    balance: int = Field(examples=[30])
    target_unloved: int = Field(examples=[30])
    held_unloved: int = Field(examples=[0])
    history_unloved: int = Field(examples=[0])
    balance_unloved: int = Field(examples=[-30])

    @classmethod
    def of(cls, row: FairnessRow) -> "FairnessRowOut":
        return cls(**asdict(row))


class BalanceOut(BaseModel):
    """Minutes beyond the share (below: negative) before the first week."""

    practitioner: str = Field(examples=["gp-01"])
    balance: int = Field(examples=[30])
    balance_unloved: int = Field(examples=[0])


class FairnessOut(BaseModel):
    """A row for everybody who has a share: in the roster, before its first week, and in the baseline.

    The baseline serves seat after seat whoever carries least, as one would by hand; null: not known, or of other
    sessions than the roster's now.
    """

    rows: list[FairnessRowOut]
    before: list[BalanceOut]
    baseline: list[FairnessRowOut] | None

    @classmethod
    def of(cls, worth: Assessment) -> "FairnessOut":
        return cls(
            rows=[FairnessRowOut.of(row) for row in worth.fairness],
            before=[
                BalanceOut(practitioner=row.practitioner, balance=row.history, balance_unloved=row.history_unloved)
                for row in worth.fairness
            ],
            baseline=[FairnessRowOut.of(row) for row in worth.baseline.fairness] if worth.baseline else None,
        )


@router.get("/fairness", responses=answers(Invalid, NotFound, RosterNotReady))
async def get_fairness(roster: RosterPath, database: DatabaseDep, caller: CallerDep) -> FairnessOut:
    """Who carries how much, against his or her share: before, now, and had the least loaded always been served."""
    return FairnessOut.of((await find_roster(database, roster, caller=caller)).worth())


@router.get("/versions", responses=answers(Invalid, NotFound))
async def list_roster_versions(
    roster: RosterPath, paging: PagingDep, database: DatabaseDep, caller: CallerDep
) -> PageOut[VersionOut]:
    """Every version there was: who made it, when and why."""
    page = await list_versions(database, roster, after=paging.after, limit=paging.limit, caller=caller)
    return PageOut[VersionOut].of(page, VersionOut.of)


@router.get("/diff", responses=answers(Invalid, NotFound))
async def get_difference(
    roster: RosterPath,
    database: DatabaseDep,
    caller: CallerDep,
    earlier: Annotated[VersionNumber, Query(alias="from")],
    later: Annotated[VersionNumber | None, Query(alias="to")] = None,
) -> DifferenceOut:
    """What changed from one version to another, the present one by default."""
    change = await compare_versions(database, roster, earlier=earlier, later=later, caller=caller)
    return DifferenceOut.of(change)

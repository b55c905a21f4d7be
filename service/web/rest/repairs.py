"""Repairs and what-ifs over REST: what happened, and what it does to the roster."""

from fastapi import APIRouter, Response

from service.application.repairs import repair_roster, try_changes
from service.domain.errors import (
    Invalid,
    NotFound,
    PreconditionMissing,
    RosterNotReady,
    RulesBroken,
    SeatBooked,
    SessionBegun,
    SlotHeld,
    StaleVersion,
    TooLarge,
)
from service.web.dependencies import CallerDep, DatabaseDep, LanguageDep, Now, OptionalVersion
from service.web.problems import answers
from service.web.rest.change_shapes import RepairIn, WhatIfIn
from service.web.rest.entries import SHOWN
from service.web.rest.repair_shapes import RepairOut
from service.web.rest.rosters import RosterPath, tag_roster

router = APIRouter(prefix="/rosters/{roster}", tags=["rosters"])


@router.post(
    "/repairs",
    responses=SHOWN
    | answers(
        TooLarge,
        Invalid,
        NotFound,
        PreconditionMissing,
        RosterNotReady,
        RulesBroken,
        SeatBooked,
        SessionBegun,
        SlotHeld,
        StaleVersion,
    ),
)
async def repair(
    roster: RosterPath,
    asked: RepairIn,
    expected_version: OptionalVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    language: LanguageDep,
) -> RepairOut:
    """The fewest changes that mend the roster, proved, then the goals: planned, or with `apply` saved as an amendment.

    What it is about is declared elsewhere (absences, pledges): a repair changes the roster alone.
    """
    plan = await repair_roster(
        database,
        roster,
        asked.happened(),
        saving=asked.saving(expected_version),
        limits=asked.limits(),
        caller=caller,
        now=now,
    )
    tag_roster(response, plan.roster)
    return RepairOut.of(plan, language)


@router.post(
    "/what-ifs", responses=SHOWN | answers(TooLarge, Invalid, NotFound, RosterNotReady, RulesBroken, SessionBegun)
)
async def try_what_if(
    roster: RosterPath,
    asked: WhatIfIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    language: LanguageDep,
) -> RepairOut:
    """What if this happened: the difference of seats, goals, gaps and equity. Nothing is saved."""
    plan = await try_changes(
        database,
        roster,
        asked.happened(),
        fewest_changes=asked.fewest_changes,
        limits=asked.limits(),
        caller=caller,
        now=now,
    )
    tag_roster(response, plan.roster)
    return RepairOut.of(plan, language)

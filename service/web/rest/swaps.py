"""Open seats and swaps over REST: who could take a seat, whom it could be exchanged with, and the exchange."""

import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, model_validator

from service.application.swaps import find_candidates, find_swaps, swap_seats
from service.application.territory_file.fields import Id, LocalDate, Shape, Text, refusal
from service.domain.availability import Level
from service.domain.candidates import Candidate, OpenCall
from service.domain.directory import PractitionerId
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
from service.domain.rosters import SessionKey, TemplateId
from service.domain.swaps import Swap, SwapOffer
from service.web.dependencies import CallerDep, DatabaseDep, Now, RequiredVersion
from service.web.problems import answers
from service.web.rest.entries import SHOWN
from service.web.rest.repair_shapes import FairnessChangeOut
from service.web.rest.roster_evidence import GoalChangeOut, ReasonOut
from service.web.rest.roster_shapes import AssignmentShape, RosterOut
from service.web.rest.rosters import RosterPath, tag_roster

router = APIRouter(prefix="/rosters/{roster}", tags=["rosters"])


async def _session_key(
    template: Annotated[Id, Query(description="The session's template", examples=["t11"])],
    on: Annotated[LocalDate, Query(alias="date", description="Its day", examples=["2026-12-02"])],
) -> SessionKey:
    return SessionKey(TemplateId(template), on)


SessionDep = Annotated[SessionKey, Depends(_session_key)]


class CandidateOut(BaseModel):
    """Who could lawfully take the seat as things stand. Balances are minutes beyond the share, before it is taken."""

    practitioner: str = Field(examples=["gp-04"])
    practice: str = Field(description="Where: the host nearest to home that is lawful", examples=["cab-quai"])
    level: Level
    balance: int = Field(examples=[-41])
    balance_unloved: int = Field(examples=[-38])
    km: float | None = Field(description="Road kilometres from home, one way", examples=[8.4])
    goals: list[GoalChangeOut] = Field(description="Those that change once the seat is taken")

    @classmethod
    def of(cls, candidate: Candidate) -> "CandidateOut":
        return cls(
            practitioner=candidate.assignment.practitioner,
            practice=candidate.assignment.practice,
            level=candidate.level,
            balance=candidate.balance,
            balance_unloved=candidate.balance_unloved,
            km=None if candidate.km is None else round(candidate.km, 1),
            goals=[GoalChangeOut.of(change) for change in candidate.goals],
        )


class OpenCallOut(BaseModel):
    """An open seat. Candidates: who owes most first (of unloved hours where it is one), then by wish, then by km."""

    template: str = Field(examples=["t11"])
    date: datetime.date
    seats: int = Field(description="Seats open", examples=[1])
    candidates: list[CandidateOut]
    reasons: list[ReasonOut] = Field(description="What forbids it to everybody else")

    @classmethod
    def of(cls, call: OpenCall) -> "OpenCallOut":
        return cls(
            template=call.session.template.id,
            date=call.session.on,
            seats=call.seats,
            candidates=[CandidateOut.of(candidate) for candidate in call.candidates],
            reasons=[ReasonOut.of(reason) for reason in call.reasons],
        )


class SwapOut(BaseModel):
    """A swap that is lawful for both: `give` goes to `to`, who gives `take` for it, or nothing."""

    give: AssignmentShape
    take: AssignmentShape | None
    to: str = Field(examples=["gp-04"])
    giver: FairnessChangeOut
    partner: FairnessChangeOut
    goals: list[GoalChangeOut] = Field(description="Those that change")

    @classmethod
    def of(cls, offer: SwapOffer) -> "SwapOut":
        return cls(
            give=AssignmentShape.of(offer.swap.give),
            take=AssignmentShape.of(offer.swap.take) if offer.swap.take else None,
            to=offer.swap.to,
            giver=FairnessChangeOut.of(offer.giver),
            partner=FairnessChangeOut.of(offer.partner),
            goals=[GoalChangeOut.of(change) for change in offer.goals],
        )


class SwapsOut(BaseModel):
    """The lawful swaps of a seat, the best for the policy's goals first."""

    swaps: list[SwapOut]


class SwapIn(Shape):
    """`give` is exchanged for `take`, or handed over `to` somebody."""

    give: AssignmentShape
    take: AssignmentShape | None = None
    to: Id | None = Field(default=None, description="Who takes it, when nothing is given for it", examples=["gp-04"])
    reason: Text | None = Field(default=None, description="Why; needed once published", examples=["a swap"])

    @model_validator(mode="after")
    def one_way_or_the_other(self) -> "SwapIn":
        if (self.take is None) == (self.to is None):
            raise refusal("swap.one_of", "say what is taken for it, or who takes it: exactly one of `take` and `to`")
        return self

    def swap(self) -> Swap:
        partner = self.take.practitioner if self.take else self.to
        take = self.take.value() if self.take else None
        return Swap(give=self.give.value(), to=PractitionerId(partner or ""), take=take)


@router.get("/candidates", responses=answers(Invalid, NotFound, RosterNotReady, SessionBegun))
async def list_candidates(
    roster: RosterPath,
    session: SessionDep,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    instead_of: Annotated[Id | None, Query(description="A holder whose seat counts as open")] = None,
) -> OpenCallOut:
    """Who could take an open seat, best first, and what forbids it to everybody else."""
    call = await find_candidates(
        database,
        roster,
        session,
        instead_of=PractitionerId(instead_of) if instead_of else None,
        caller=caller,
        now=now,
    )
    return OpenCallOut.of(call)


@router.get("/swaps", responses=answers(Invalid, NotFound, RosterNotReady, SessionBegun))
async def list_swaps(
    roster: RosterPath,
    session: SessionDep,
    practitioner: Annotated[Id, Query(description="Who holds the seat", examples=["gp-01"])],
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> SwapsOut:
    """Whom a seat could lawfully be exchanged with, and what that does to both ledgers."""
    offers = await find_swaps(database, roster, session, PractitionerId(practitioner), caller=caller, now=now)
    return SwapsOut(swaps=[SwapOut.of(offer) for offer in offers])


@router.post(
    "/swaps",
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
async def swap(
    roster: RosterPath,
    asked: SwapIn,
    expected_version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> RosterOut:
    """Exchange two seats, or hand one over; what breaks a rule is refused by its name."""
    swapped, content, territory = await swap_seats(
        database,
        roster,
        asked.swap(),
        reason=asked.reason,
        expected_version=expected_version,
        caller=caller,
        now=now,
    )
    tag_roster(response, swapped)
    return RosterOut.with_content(swapped, content, territory)

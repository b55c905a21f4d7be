"""Repairs: something happens to a roster that stands; the fewest changes that mend it, planned, tried or saved."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.application.change_checks import refuse_strange
from service.application.roster_checks import breach_facts, refuse_broken_rules
from service.application.roster_problems import lock_with_problem, read_with_problem
from service.application.roster_saving import save_changed
from service.application.solver_process import SolverFailed, solver_process
from service.domain.answers import Answer
from service.domain.bookings import Booking, Slot
from service.domain.callers import Caller
from service.domain.changes import Change
from service.domain.directory import PracticeId, PractitionerId
from service.domain.errors import RulesBroken, StaleVersion, Unavailable
from service.domain.offering import SeatKey, all_slots, handed_over, seats_changed, seats_withdrawn
from service.domain.repairs import Repair, repair_of, repair_problem, standing_problem
from service.domain.roster_life import Roster
from service.domain.rosters import Assignment, RosterId, Session, SessionId
from service.domain.solving import Limits, Problem
from service.storage.booking_rows import live_bookings
from service.storage.database import Database

Seats = Sequence[Assignment]
_Place = tuple[SessionId, PractitionerId, PracticeId, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """To save what is planned: over this version, and, of what is published, why."""

    expected_version: int
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingTouched:
    """A booking whose seat goes. `to`: who receives the patient at the same time and place; None: another is sought."""

    booking: Booking
    to: PractitionerId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A repair of a roster at a version, and the bookings it touches. `is_saved`: it is that version."""

    roster: Roster
    problem: Problem
    repair: Repair
    bookings: tuple[BookingTouched, ...]
    is_saved: bool = False


async def repair_roster(
    database: Database,
    id: RosterId,
    changes: Sequence[Change],
    *,
    saving: Saving | None,
    limits: Limits,
    caller: Caller,
    now: datetime,
) -> Plan:
    """The fewest changes that mend the roster once this has happened, then the goals; saved when that is asked.

    What the territory declares by now has happened too; sessions that have begun stay. What is saved obeys what is
    declared: people's time, pledges and stops that are merely supposed do not count. Raises NotFound, RosterNotReady,
    Invalid, SessionBegun, RulesBroken, Unavailable; when it is saved StaleVersion, SeatBooked, SlotHeld too.
    """
    version = saving.expected_version if saving else None
    plan = await _planned(database, id, changes, limits=limits, fewest_changes=True, now=now, expected_version=version)
    if saving is None:
        return plan
    async with database.transaction() as session:
        roster, before, stored = await lock_with_problem(session, id, version=saving.expected_version)
        after = before.amended(plan.problem.sessions, plan.repair.assignments)
        problem = replace(stored, sessions=tuple(_where_declared(stored, each) for each in after.sessions.values()))
        roster = await save_changed(
            session, roster, problem, before, after, reason=saving.reason, caller=caller, now=now
        )
    return replace(plan, roster=roster, is_saved=True)


async def try_changes(
    database: Database,
    id: RosterId,
    changes: Sequence[Change],
    *,
    fewest_changes: bool,
    limits: Limits,
    caller: Caller,
    now: datetime,
) -> Plan:
    """What if this happened: the difference, never saved. With fewest changes, or with the goals in the policy's order.

    Raises NotFound, RosterNotReady, Invalid, SessionBegun, RulesBroken, Unavailable.
    """
    return await _planned(database, id, changes, limits=limits, fewest_changes=fewest_changes, now=now)


async def _planned(
    database: Database,
    id: RosterId,
    changes: Sequence[Change],
    *,
    limits: Limits,
    fewest_changes: bool,
    now: datetime,
    expected_version: int | None = None,
) -> Plan:
    """No transaction is open while the solver's process searches."""
    async with database.transaction() as session:
        roster, content, stored = await read_with_problem(session, id)
    if expected_version not in (None, roster.version):
        raise roster.refused(StaleVersion)
    standing = standing_problem(stored, content.assignments, now=now, fewest_changes=fewest_changes)
    asked = repair_problem(standing, changes, now=now)
    await asyncio.to_thread(refuse_strange, changes, asked.file)
    answer, assignments = await _solved(asked, limits)
    repair = await asyncio.to_thread(_judged, standing, asked, answer, assignments)
    after = content.amended(asked.sessions, assignments)
    async with database.transaction() as session:
        bookings = await live_bookings(session, seats_withdrawn(content, seats_changed(content, after)))
    heirs = handed_over(asked, content, repair.difference)
    touched = _touched(bookings, {_place(slot): slot.practitioner for slot in all_slots(asked, after)}, heirs)
    return Plan(roster=roster, problem=asked, repair=repair, bookings=tuple(touched))


def _touched(
    bookings: Iterable[Booking], offered: Mapping[_Place, PractitionerId], heirs: Mapping[SeatKey, PractitionerId]
) -> Iterator[BookingTouched]:
    """Whoever offers the very place again has the patient, else who takes the seat over."""
    for each in bookings:
        slot = each.slot
        yield BookingTouched(booking=each, to=offered.get(_place(slot)) or heirs.get((slot.session, slot.practitioner)))


def _place(slot: Slot) -> _Place:
    """What a booking goes back to where it is offered again, as when its session moves by less than its length."""
    return slot.session, slot.practitioner, slot.practice, slot.time.start


async def _solved(problem: Problem, limits: Limits) -> tuple[Answer, Seats]:
    """Raises RulesBroken when pins cannot stand together, Unavailable when the solver gives no roster."""
    try:
        async with solver_process(problem, limits) as solver:
            answer = await solver.answer()
    except SolverFailed as failure:
        raise Unavailable(str(failure), dependency="solver") from failure
    if answer.conflict:
        raise RulesBroken(breaches=[breach_facts(breach) for breach in answer.conflict])
    if answer.assignments is None:
        raise Unavailable(f"no roster within {limits.seconds} s: grant more", dependency="solver")
    return answer, answer.assignments


def _judged(standing: Problem, asked: Problem, answer: Answer, assignments: Seats) -> Repair:
    """Raises RulesBroken: nothing that breaks a rule is ever proposed."""
    refuse_broken_rules(asked, assignments, before=standing.published)
    return repair_of(standing, asked, answer, assignments)


def _where_declared(stored: Problem, session: Session) -> Session:
    """The session at those hosts alone that have a place that day as things are declared."""
    return replace(session, hosts=tuple(host for host in session.hosts if stored.point(host, session.on) is not None))

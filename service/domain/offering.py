"""The places that a roster's seats offer, and which of them a change of holders touches."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from service.domain.bookings import Slot
from service.domain.directory import PractitionerId
from service.domain.places import Seat, places_of, slots_of
from service.domain.roster_content import Difference, RosterContent, difference
from service.domain.rosters import Assignment, Mode, Session, SessionId, SessionKey
from service.domain.solving import Problem

SeatKey = tuple[SessionId, PractitionerId]


def seats_changed(before: RosterContent, after: RosterContent) -> Difference:
    """What becomes of the seats and their places: one that stands in a session whose time changed goes and comes."""
    change = difference(before.assignments, after.assignments)
    now = after.session_at
    retimed = {key for key, session in before.session_at.items() if key in now and now[key].time != session.time}
    standing = {*before.assignments} & {*after.assignments}
    again = tuple(sorted(each for each in standing if each.key in retimed))
    return Difference(added=(*change.added, *again), removed=(*change.removed, *again), moved=change.moved)


def touched(change: Difference) -> frozenset[SessionKey]:
    """Sessions whose holders or practice change."""
    moved = [end for move in change.moved for end in (move.before, move.after)]
    return frozenset(each.key for each in (*change.added, *change.removed, *moved))


def seats_withdrawn(before: RosterContent, change: Difference) -> frozenset[SeatKey]:
    """Seats whose places are no longer offered as they were; of a walk-in session, which has one counter, all."""
    left = {*change.removed, *(move.before for move in change.moved)}
    return frozenset(
        (id, each.practitioner)
        for id, each in _seats(before, touched(change))
        if each in left or before.sessions[id].template.mode is Mode.WALK_IN
    )


def handed_over(problem: Problem, before: RosterContent, change: Difference) -> Mapping[SeatKey, PractitionerId]:
    """Whose seats somebody else takes, at the same practice with places at the same times: patients keep both.

    A walk-in session has no such patients.
    """
    heirs: dict[SeatKey, PractitionerId] = {}
    arrived = list(change.added)
    session_at, id_at = before.session_at, {session.key: id for id, session in before.sessions.items()}
    for left in (each for each in change.removed if session_at[each.key].template.mode is Mode.BOOKABLE):
        for heir in arrived:
            is_there = (heir.key, heir.practice) == (left.key, left.practice)
            if is_there and _same_places(problem, session_at[left.key], left, heir):
                heirs[id_at[left.key], left.practitioner] = heir.practitioner
                arrived.remove(heir)
                break
    return heirs


def _same_places(problem: Problem, before: Session, left: Assignment, heir: Assignment) -> bool:
    after, people = problem.session_at[heir.key], problem.practitioner_of
    return [*places_of(before, people[left.practitioner])] == [*places_of(after, people[heir.practitioner])]


def slots_added(problem: Problem, after: RosterContent, change: Difference) -> Iterator[Slot]:
    """Places of the seats that are newly held; of a walk-in session, its counter over all seats."""
    arrived = {*change.added, *(move.after for move in change.moved)}
    return _slots(
        problem,
        after,
        [
            (id, each)
            for id, each in _seats(after, touched(change))
            if each in arrived or after.sessions[id].template.mode is Mode.WALK_IN
        ],
    )


def all_slots(problem: Problem, content: RosterContent) -> Iterator[Slot]:
    """Every place of every seat held."""
    return _slots(problem, content, list(_seats(content, {each.key for each in content.assignments})))


def _seats(content: RosterContent, keys: Collection[SessionKey]) -> Iterator[tuple[SessionId, Assignment]]:
    id_at = {session.key: id for id, session in content.sessions.items()}
    return ((id_at[each.key], each) for each in content.assignments if each.key in keys)


def _slots(problem: Problem, content: RosterContent, held: Iterable[tuple[SessionId, Assignment]]) -> Iterator[Slot]:
    seats: dict[SessionId, list[Seat]] = {}
    for id, each in held:
        point = problem.point(each.practice, each.on)
        if point is not None:
            holder = problem.practitioner_of[each.practitioner]
            seats.setdefault(id, []).append(Seat(holder=holder, practice=each.practice, point=point))
    for id, of_session in seats.items():
        yield from slots_of(content.sessions[id], id, problem.file.territory.id, of_session, problem.policy.search)

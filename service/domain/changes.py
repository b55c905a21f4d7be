"""What may happen to a roster that stands, and its problem once that has happened: a copy, nothing is saved."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

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
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.rosters import SessionKey
from service.domain.solving import Problem

Change = (
    PractitionerAway
    | SeatDeclined
    | TimeOffered
    | PledgeChanged
    | WeeklyMaximumChanged
    | RoomsClosed
    | StopAdded
    | SessionAdded
    | SessionSupposed
    | SessionDropped
    | SessionMoved
)


def changed(problem: Problem, changes: Sequence[Change]) -> Problem:
    """The problem once all of this has happened, one after the other. Raises Invalid with every fault."""
    faults: list[Fault] = []
    for index, change in enumerate(changes):
        found = [replace(fault, path=path_of(index, change, fault.path)) for fault in change.faults(problem)]
        faults += found
        problem = problem if found else change.applied(problem)
    if faults:
        raise Invalid(*faults)
    return problem


def path_of(index: int, change: Change, field: str) -> str:
    """Where a field stands in the list of changes that was sent."""
    return f"changes[{index}].{change.name}.{field}"


def sessions_named(changes: Iterable[Change]) -> frozenset[SessionKey]:
    """The sessions that the changes are about by name."""
    about_one = (SeatDeclined, SessionAdded, SessionSupposed, SessionDropped, SessionMoved)
    return frozenset(change.session for change in changes if isinstance(change, about_one))

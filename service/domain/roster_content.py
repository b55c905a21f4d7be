"""What a roster says: its sessions and who holds them; changes by hand, differences, rooms."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from service.domain.calendar import Interval
from service.domain.directory import PracticeId
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.rosters import Assignment, Session, SessionId, SessionKey


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterContent:
    """Sessions by their id, as their templates were when drafted, and the seats held in them, sorted."""

    sessions: Mapping[SessionId, Session]
    assignments: tuple[Assignment, ...]

    @staticmethod
    def nothing() -> "RosterContent":
        return RosterContent(sessions={}, assignments=())

    def amended(self, sessions: Iterable[Session], assignments: Iterable[Assignment]) -> "RosterContent":
        """These sessions and seats; a session keeps its id, and one that is no longer listed stays as it is."""
        id_at = {session.key: id for id, session in self.sessions.items()}
        listed = {id_at.get(session.key) or SessionId(uuid4()): session for session in sessions}
        by_time = sorted(
            {**self.sessions, **listed}.items(), key=lambda one: (one[1].on, one[1].time, one[1].template.id)
        )
        return RosterContent(sessions=dict(by_time), assignments=tuple(sorted(assignments)))

    @property
    def session_at(self) -> Mapping[SessionKey, Session]:
        return {session.key: session for session in self.sessions.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change by hand: what is `removed`, then what is `added`; or `whole`, the list in place of all that stands."""

    removed: tuple[Assignment, ...] = ()
    added: tuple[Assignment, ...] = ()
    whole: tuple[Assignment, ...] | None = None

    def applied(self, before: Sequence[Assignment]) -> tuple[Assignment, ...]:
        """What stands afterwards, sorted. Raises Invalid: `assignment.absent`, `assignment.repeated`."""
        if self.whole is not None:
            _refuse(_repeated("replace", self.whole, ()))
            return tuple(sorted(self.whole))
        absent = [
            Fault(path=f"remove.{index}", code="assignment.absent", message="the roster says no such thing")
            for index, assignment in enumerate(self.removed)
            if assignment not in before
        ]
        kept = [assignment for assignment in before if assignment not in self.removed]
        _refuse([*absent, *_repeated("add", self.added, kept)])
        return tuple(sorted([*kept, *self.added]))


def _repeated(path: str, listed: Sequence[Assignment], kept: Sequence[Assignment]) -> list[Fault]:
    """A practitioner holds at most one seat of a session."""
    seen = {(assignment.key, assignment.practitioner) for assignment in kept}
    faults = []
    for index, assignment in enumerate(listed):
        seat = (assignment.key, assignment.practitioner)
        if seat in seen:
            message = f"{assignment.practitioner} holds a seat of this session already"
            faults.append(Fault(path=f"{path}.{index}", code="assignment.repeated", message=message))
        seen.add(seat)
    return faults


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Invalid(*faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The same holder of the same session, at another practice."""

    before: Assignment
    after: Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    added: tuple[Assignment, ...]
    removed: tuple[Assignment, ...]
    moved: tuple[Move, ...]


def difference(before: Iterable[Assignment], after: Iterable[Assignment]) -> Difference:
    """From one list of assignments to another; who keeps a session and changes practice has moved."""
    was = {(a.key, a.practitioner): a for a in before}
    now = {(a.key, a.practitioner): a for a in after}
    return Difference(
        added=tuple(sorted(now[seat] for seat in now.keys() - was.keys())),
        removed=tuple(sorted(was[seat] for seat in was.keys() - now.keys())),
        moved=tuple(
            Move(before=was[seat], after=now[seat])
            for seat in sorted(was.keys() & now.keys())
            if was[seat] != now[seat]
        ),
    )


def room_numbers(
    assignments: Iterable[Assignment], session_at: Mapping[SessionKey, Session]
) -> Mapping[Assignment, int]:
    """A room of its practice for each seat, from 1: the lowest that is free for the whole session.

    Taken in the order of their starts, intervals need no more rooms than the most seats in use at one instant.
    """
    numbers: dict[Assignment, int] = {}
    placed: dict[PracticeId, list[tuple[Interval, int]]] = defaultdict(list)
    for assignment in sorted(assignments, key=lambda each: (session_at[each.key].time, each)):
        time = session_at[assignment.key].time
        taken = {number for other, number in placed[assignment.practice] if other.overlaps(time)}
        numbers[assignment] = next(number for number in count(1) if number not in taken)
        placed[assignment.practice].append((time, numbers[assignment]))
    return numbers

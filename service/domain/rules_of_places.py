"""Rules about sessions and the practices that host them: seats, hosts, rooms, pins."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from service.domain.directory import PracticeId
from service.domain.rosters import Assignment, Session, SessionKey
from service.domain.solving import Breach, Problem, Rule

Roster = Sequence[Assignment]


def seats(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """A session that exists has at most the practitioners it asks for, each of them once."""
    for (key, practitioner), times in Counter((a.key, a.practitioner) for a in roster).items():
        if times > 1:
            yield Breach(rule=Rule.SEATS, practitioner=practitioner, sessions=(key,), facts={"times": times})
    for key, held in Counter(assignment.key for assignment in roster).items():
        session = problem.session_at.get(key)
        asked = session.template.seats if session else 0
        if held > asked:
            facts = {"seats_held": held, "seats": asked}
            yield Breach(rule=Rule.SEATS, practitioner=None, sessions=(key,), facts=facts)


def host(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """One host per session, out of those that the session has that day."""
    chosen: dict[SessionKey, set[PracticeId]] = defaultdict(set)
    for assignment in roster:
        chosen[assignment.key].add(assignment.practice)
        session = problem.session_at.get(assignment.key)
        if session is not None and assignment.practice not in session.hosts:
            facts = {"practice": assignment.practice, "hosts": ", ".join(session.hosts)}
            keys = (assignment.key,)
            yield Breach(rule=Rule.HOST, practitioner=assignment.practitioner, sessions=keys, facts=facts)
    for key, practices in chosen.items():
        if len(practices) > 1:
            facts = {"practices": ", ".join(sorted(practices))}
            yield Breach(rule=Rule.HOST, practitioner=None, sessions=(key,), facts=facts)


def rooms(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """At any instant a practice has no more seats in use than rooms, over all its sessions."""
    in_use: dict[tuple[PracticeId, date], list[Session]] = defaultdict(list)
    for assignment in roster:
        session = problem.session_at.get(assignment.key)
        if session is not None and assignment.practice in problem.practice_of:
            in_use[assignment.practice, assignment.on].append(session)
    for (practice, on), sessions in in_use.items():
        count = problem.rooms(practice, on)
        for start in sorted({session.time.start for session in sessions}) if len(sessions) > count else ():
            at_once = [session for session in sessions if session.time.start <= start < session.time.end]
            if len(at_once) > count:
                at = start.astimezone(problem.file.territory.zone)
                yield Breach(
                    rule=Rule.ROOMS,
                    practitioner=None,
                    sessions=tuple(sorted({session.key for session in at_once})),
                    facts={"practice": practice, "at": f"{at:%H:%M}", "seats": len(at_once), "rooms": count},
                )


def pins(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """What is pinned stands, at the practice it names if it names one."""
    standing = {(a.key, a.practitioner): a.practice for a in roster}
    for pin in problem.pins:
        key = SessionKey(pin.template, pin.on)
        practice = standing.get((key, pin.practitioner))
        if practice is None or pin.practice not in (None, practice):
            facts = {"practice": pin.practice} if pin.practice else {}
            yield Breach(rule=Rule.PINS, practitioner=pin.practitioner, sessions=(key,), facts=facts)


def frozen(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """A session that has begun keeps its holders, where they are."""
    now = {assignment for assignment in roster if assignment.key in problem.frozen}
    for assignment in sorted(problem.begun ^ now) if problem.frozen else ():
        yield Breach(
            rule=Rule.FROZEN,
            practitioner=assignment.practitioner,
            sessions=(assignment.key,),
            facts={"practice": assignment.practice, "held": int(assignment in problem.begun)},
        )

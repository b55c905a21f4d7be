"""Seats that nobody holds, and why: practitioner by practitioner, the rules that forbid it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from service.domain.answers import Gap, Reason
from service.domain.directory import PracticeId, Practitioner
from service.domain.rosters import Assignment, Session
from service.domain.solving import Breach, Problem, Rule
from service.domain.standing import Standing

ABOUT_THE_PLACE = frozenset({Rule.REACH, Rule.HOST, Rule.ROOMS, Rule.ONE_PLACE_AT_A_TIME})


def gaps(problem: Problem, roster: Sequence[Assignment]) -> tuple[Gap, ...]:
    """Every session that lacks holders. A practitioner without a reason could take the seat as things stand."""
    standing = Standing(problem, roster)
    held = Counter(assignment.key for assignment in roster)
    return tuple(
        Gap(
            template=session.template.id,
            on=session.on,
            seats=session.template.seats - held[session.key],
            reasons=tuple(_reasons(problem, standing, session)),
        )
        for session in problem.sessions
        if held[session.key] < session.template.seats
    )


def _reasons(problem: Problem, standing: Standing, session: Session) -> Iterator[Reason]:
    """For everybody, what stands against the host where least does; the session's own host once it has one."""
    taken = {assignment.practice for assignment in standing.of_session(session.key)}
    hosts = sorted(taken) or session.hosts
    for practitioner in problem.practitioners:
        for breach in _least_against(standing, session, practitioner, hosts):
            yield Reason(practitioner=practitioner.id, rule=breach.rule, facts=breach.facts)


def _least_against(
    standing: Standing, session: Session, practitioner: Practitioner, hosts: Sequence[PracticeId]
) -> tuple[Breach, ...]:
    """The fewest rules broken at any host. Where none is about the place, another host cannot have fewer."""
    fewest: tuple[Breach, ...] | None = None
    for host in hosts:
        broken = standing.broken_by(
            Assignment(template=session.template.id, on=session.on, practice=host, practitioner=practitioner.id)
        )
        fewest = broken if fewest is None or len(broken) < len(fewest) else fewest
        if not any(breach.rule in ABOUT_THE_PLACE for breach in fewest):
            break
    return fewest or ()

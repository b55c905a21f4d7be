"""The rules about one assignment alone, for the solver: they say which decisions there are at all."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.availability import by_practitioner
from service.domain.directory import PracticeId, Practitioner
from service.domain.rosters import Modality, Session, TemplateId
from service.domain.solving import Problem, Rule

Sites = tuple[tuple[PracticeId, ...], bool, date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A practitioner who may hold a session, and the hosts where he or she may."""

    practitioner: Practitioner
    session: Session
    hosts: frozenset[PracticeId]


def pledge(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    return practitioner.pledge is not None


def audience(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    return practitioner.pledge is None or not practitioner.pledge.audiences.isdisjoint(session.template.audiences)


def validity(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    return practitioner.is_present(session.on)


def absence(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    return session.on not in problem.days_absent_of.get(practitioner.id, ())


def consent(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    return problem.level(practitioner.id, session) is not None


def rest_after_duty(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    """No session begins before a duty and the rest after it are over, unless it ends before the duty begins."""
    rest = timedelta(hours=problem.policy.min_rest_hours)
    return all(
        session.time.end <= duty.time.start or duty.time.end + rest <= session.time.start
        for duty in problem.duties_of.get(practitioner.id, ())
    )


OF_TEMPLATE: Mapping[Rule, Callable[[Problem, Practitioner, Session], bool]] = {
    Rule.PLEDGE: pledge,
    Rule.AUDIENCE: audience,
}
"""The same for all sessions of a template."""

OF_DATE: Mapping[Rule, Callable[[Problem, Practitioner, Session], bool]] = {
    Rule.VALIDITY: validity,
    Rule.ABSENCE: absence,
    Rule.REST_AFTER_DUTY: rest_after_duty,
    Rule.CONSENT: consent,
}
"""Asked in this order, cheapest first."""

CONCERNED: Mapping[Rule, Callable[[Problem, Practitioner], bool]] = {
    Rule.VALIDITY: lambda problem, practitioner: practitioner.from_on is not None or practitioner.until_on is not None,
    Rule.ABSENCE: lambda problem, practitioner: practitioner.id in problem.absences_of,
    Rule.REST_AFTER_DUTY: lambda problem, practitioner: practitioner.id in problem.duties_of,
}
"""Of whom a rule of date need be asked at all; of everybody where nothing is said."""

ADMISSION: Mapping[Rule, Callable[[Problem, Practitioner, Session], bool]] = {**OF_TEMPLATE, **OF_DATE}


def hosts_within_reach(problem: Problem, practitioner: Practitioner, session: Session) -> frozenset[PracticeId]:
    """At home, in `may_work_at`, or near enough by road; a teleconsultation may be held from any host."""
    if session.template.modality is Modality.TELE:
        return frozenset(session.hosts)
    maximum_km = problem.policy.maximum_km(practitioner.max_travel_km)
    return frozenset(
        host
        for host in session.hosts
        if host == practitioner.home_practice
        or host in practitioner.may_work_at
        or problem.home_km(practitioner, host, session.on) <= maximum_km
    )


def candidates(problem: Problem) -> Iterator[Candidate]:
    """Everybody for every session that he or she could hold if there were nothing else.

    A session that has begun has no other candidates than its holders, whatever the rules say today.
    """
    alike: dict[tuple[TemplateId, Sites], list[Session]] = defaultdict(list)
    for session in problem.sessions:
        if session.template.seats and session.key not in problem.frozen:
            alike[session.template.id, _sites(problem, session)].append(session)
    holders = by_practitioner(sorted(held for held in problem.begun if held.key in problem.session_at))
    for practitioner in problem.practitioners:
        for held in holders.get(practitioner.id, ()):
            session = problem.session_at[held.key]
            yield Candidate(practitioner=practitioner, session=session, hosts=frozenset((held.practice,)))
        reached: dict[Sites, frozenset[PracticeId]] = {}
        for (_, sites), sessions in alike.items():
            if sites not in reached:
                reached[sites] = hosts_within_reach(problem, practitioner, sessions[0])
            if reached[sites]:
                for session in _admitted(problem, practitioner, sessions):
                    yield Candidate(practitioner=practitioner, session=session, hosts=reached[sites])


def _admitted(problem: Problem, practitioner: Practitioner, sessions: Sequence[Session]) -> Sequence[Session]:
    """Those of a template's sessions that nothing but the way keeps from the practitioner."""
    if not all(admits(problem, practitioner, sessions[0]) for admits in OF_TEMPLATE.values()):
        return ()
    for rule, admits in OF_DATE.items():
        if rule not in CONCERNED or CONCERNED[rule](problem, practitioner):
            sessions = [session for session in sessions if admits(problem, practitioner, session)]
    return sessions


def _sites(problem: Problem, session: Session) -> Sites:
    """Sessions with the same sites are within reach of the same people; mobile units stand elsewhere another day."""
    moves = any(problem.practice_of[host].stops for host in session.hosts)
    return session.hosts, session.template.modality is Modality.TELE, session.on if moves else None

"""The rules about one assignment alone, for the solver: they say which decisions there are at all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from service.domain.directory import PracticeId, Practitioner
from service.domain.rosters import Modality, Session, TemplateId
from service.domain.solving import Problem, Rule

Sites = tuple[TemplateId, date | None]


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
    return not any(absence.covers(session.on) for absence in problem.absences_of.get(practitioner.id, ()))


def consent(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    return problem.level(practitioner.id, session) is not None


def rest_after_duty(problem: Problem, practitioner: Practitioner, session: Session) -> bool:
    """No session begins before a duty and the rest after it are over, unless it ends before the duty begins."""
    rest = timedelta(hours=problem.policy.min_rest_hours)
    return all(
        session.time.end <= duty.time.start or duty.time.end + rest <= session.time.start
        for duty in problem.duties_of.get(practitioner.id, ())
    )


ADMISSION: Mapping[Rule, Callable[[Problem, Practitioner, Session], bool]] = {
    Rule.PLEDGE: pledge,
    Rule.AUDIENCE: audience,
    Rule.VALIDITY: validity,
    Rule.ABSENCE: absence,
    Rule.REST_AFTER_DUTY: rest_after_duty,
    Rule.CONSENT: consent,
}
"""Asked in this order, cheapest first."""


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
    """Everybody for every session that he or she could hold if there were nothing else."""
    sites = [(_sites(problem, session), session) for session in problem.sessions]
    for practitioner in problem.practitioners:
        reached: dict[Sites, frozenset[PracticeId]] = {}
        for site, session in sites:
            if site not in reached:
                reached[site] = hosts_within_reach(problem, practitioner, session)
            hosts = reached[site]
            if hosts and all(admits(problem, practitioner, session) for admits in ADMISSION.values()):
                yield Candidate(practitioner=practitioner, session=session, hosts=hosts)


def _sites(problem: Problem, session: Session) -> Sites:
    """Sessions with the same sites are within reach of the same people: those of a template, save for mobile units."""
    moves = any(problem.practice_of[host].stops for host in session.hosts)
    return session.template.id, session.on if moves else None

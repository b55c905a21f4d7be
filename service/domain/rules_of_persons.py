"""Rules about one assignment alone: may this practitioner hold that session there."""

from collections.abc import Iterator, Sequence
from math import isfinite

from service.domain.directory import Practitioner
from service.domain.rosters import Assignment, Modality, Session
from service.domain.solving import Breach, Problem, Rule

Roster = Sequence[Assignment]


def _known(problem: Problem, roster: Roster) -> Iterator[tuple[Assignment, Practitioner, Session]]:
    """The assignments whose practitioner and session exist; `pledge` and `seats` answer for the others."""
    for assignment in roster:
        practitioner = problem.practitioner_of.get(assignment.practitioner)
        session = problem.session_at.get(assignment.key)
        if practitioner is not None and session is not None:
            yield assignment, practitioner, session


def _broken(rule: Rule, assignment: Assignment, **facts: str | int | float) -> Breach:
    return Breach(rule=rule, practitioner=assignment.practitioner, sessions=(assignment.key,), facts=facts)


def pledge(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """Who has pledged nothing, or is unknown, is never rostered."""
    for assignment in roster:
        practitioner = problem.practitioner_of.get(assignment.practitioner)
        if practitioner is None or practitioner.pledge is None:
            yield _broken(Rule.PLEDGE, assignment)


def validity(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """Nobody is rostered before he or she comes or after he or she leaves."""
    for assignment, practitioner, _ in _known(problem, roster):
        if not practitioner.is_present(assignment.on):
            days = {"from": practitioner.from_on, "until": practitioner.until_on}
            yield _broken(Rule.VALIDITY, assignment, **{end: on.isoformat() for end, on in days.items() if on})


def absence(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """Nobody is rostered on a day of absence."""
    for assignment in roster:
        for away in problem.absences_of.get(assignment.practitioner, ()):
            if away.covers(assignment.on):
                until = {"until": away.until_on.isoformat()} if away.until_on else {}
                yield _broken(Rule.ABSENCE, assignment, **{"from": away.from_on.isoformat()}, **until)


def audience(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """Session and pledge have an audience in common."""
    for assignment, practitioner, session in _known(problem, roster):
        pledged = practitioner.pledge.audiences if practitioner.pledge else session.template.audiences
        if not pledged & session.template.audiences:
            asked = ", ".join(sorted(session.template.audiences))
            yield _broken(Rule.AUDIENCE, assignment, asked=asked, pledged=", ".join(sorted(pledged)))


def consent(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """Declared time, joined where it touches, covers the session from start to end."""
    for assignment, practitioner, session in _known(problem, roster):
        if problem.level(practitioner.id, session) is None:
            pieces = problem.open_times(practitioner.id, session.on)
            yield _broken(
                Rule.CONSENT,
                assignment,
                session=f"{session.template.start:%H:%M}-{session.template.end:%H:%M}",
                declared=", ".join(f"{piece.start:%H:%M}-{piece.end:%H:%M}" for piece in pieces) or "nothing",
            )


def reach(problem: Problem, roster: Roster) -> Iterator[Breach]:
    """The host is at home, in `may_work_at`, or within the distance by road; a teleconsultation needs no reach."""
    for assignment, practitioner, session in _known(problem, roster):
        at_hand = assignment.practice in (practitioner.home_practice, *practitioner.may_work_at)
        if at_hand or session.template.modality is Modality.TELE or assignment.practice not in problem.practice_of:
            continue
        distance_km = problem.home_km(practitioner, assignment.practice, assignment.on)
        maximum_km = problem.policy.maximum_km(practitioner.max_travel_km)
        if distance_km > maximum_km:
            known = {"distance_km": round(distance_km, 1)} if isfinite(distance_km) else {}
            yield _broken(Rule.REACH, assignment, practice=assignment.practice, maximum_km=maximum_km, **known)

"""What a roster must pass before it is saved or published; refusals in words that a caller can act upon."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain.calendar import IsoWeek
from service.domain.errors import Invalid, PublicationTooLate, RosterOver, RulesBroken, SessionBegun
from service.domain.faults import Fault
from service.domain.roster_life import Roster
from service.domain.rosters import Assignment, Session, SessionKey
from service.domain.rules import breaches
from service.domain.solving import Breach, Problem


def refuse_unknown(problem: Problem, assignments: Sequence[Assignment]) -> None:
    """Raises Invalid: `session.unknown`, `practitioner.unknown`, `practice.unknown`."""
    faults = []
    for each in assignments:
        if each.key not in problem.session_at:
            faults.append(_unknown("session", f"{each.template} on {each.on}"))
        if each.practitioner not in problem.practitioner_of:
            faults.append(_unknown("practitioner", each.practitioner))
        if each.practice not in problem.practice_of:
            faults.append(_unknown("practice", each.practice))
    if faults:
        raise Invalid(*faults)


def refuse_broken_rules(
    problem: Problem, assignments: Sequence[Assignment], *, before: Sequence[Assignment] | None = None
) -> None:
    """Raises RulesBroken when these break a rule that the assignments `before`, if any, did not break already."""
    already = breaches(problem, before) if before is not None else ()
    broken = [breach for breach in breaches(problem, assignments) if breach not in already]
    if broken:
        raise RulesBroken(breaches=[breach_facts(breach) for breach in broken])


def refuse_past(weeks: Sequence[IsoWeek], zone: ZoneInfo, *, now: datetime) -> None:
    """Raises Invalid (`week.past`) when the first of these weeks has ended where the territory is.

    The present one may be asked for: who could still take what is left of it is worth knowing.
    """
    if weeks[0].sunday < now.astimezone(zone).date():
        message = f"the week {weeks[0]} has ended"
        raise Invalid(
            Fault(
                path="week",
                code="week.past",
                message=message,
                hint=f"{IsoWeek.of(now.astimezone(zone).date())} or later",
            )
        )


def refuse_over(roster: Roster, zone: ZoneInfo, *, now: datetime) -> None:
    """Raises RosterOver: what nobody said beforehand, nobody can be held to afterwards."""
    if roster.weeks[-1].sunday < now.astimezone(zone).date():
        raise roster.refused(RosterOver, f"the week {roster.weeks[-1]} has ended")


def refuse_short_notice(problem: Problem, *, now: datetime) -> None:
    """Raises PublicationTooLate when the territory asks for a notice and the first session begins sooner."""
    notice = timedelta(hours=problem.policy.publication_notice_hours)
    first = min((session.time.start for session in problem.sessions), default=None)
    if notice and first is not None and first - now < notice:
        raise PublicationTooLate(
            first_session_at=first.astimezone(problem.file.territory.zone).isoformat(),
            notice_hours=problem.policy.publication_notice_hours,
        )


def refuse_begun(sessions: Mapping[SessionKey, Session], touched: Collection[SessionKey], *, now: datetime) -> None:
    """Raises SessionBegun when one of these sessions has."""
    begun = sorted(key for key in touched if key in sessions and sessions[key].time.start <= now)
    if begun:
        raise SessionBegun(sessions=[key_facts(key) for key in begun])


def breach_facts(breach: Breach) -> dict[str, object]:
    return {
        "rule": breach.rule,
        "practitioner": breach.practitioner,
        "sessions": [key_facts(key) for key in breach.sessions],
        "facts": dict(breach.facts),
    }


def key_facts(key: SessionKey) -> dict[str, str]:
    return {"template": key.template, "date": key.on.isoformat()}


def _unknown(kind: str, name: str) -> Fault:
    return Fault(path=kind, code=f"{kind}.unknown", message=f"the roster knows no {kind} {name}")

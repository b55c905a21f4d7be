"""How much an empty seat weighs in each sector: the less its inhabitants have within reach, the more."""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction

from service.domain.directory import Commune
from service.domain.rosters import Modality, Session
from service.domain.rounding import half_up
from service.domain.solving import Problem


def sector_weights(problem: Problem) -> Mapping[str, int]:
    """By sector; 1 for any other. Nothing is weighed unless the policy says so (`ReachWeights` has the formula)."""
    policy = problem.policy.coverage_by_reach
    if policy is None:
        return {}
    supply = _supply(problem, policy.reach_minutes)
    best = max(supply.values(), default=Fraction(0))
    return {
        sector: min(policy.most, max(1, half_up(best / own))) if own else policy.most for sector, own in supply.items()
    }


def _supply(problem: Problem, reach_minutes: int) -> Mapping[str, Fraction]:
    """Minutes of seats within reach, per inhabitant of each sector."""
    people: dict[str, int] = defaultdict(int)
    minutes: dict[str, int] = defaultdict(int)
    for commune in problem.file.communes:
        near = (session for session in problem.sessions if _is_near(problem, commune, session, reach_minutes))
        people[commune.sector] += commune.population
        minutes[commune.sector] += commune.population * sum(s.template.seats * s.minutes for s in near)
    return {sector: Fraction(minutes[sector], count) for sector, count in people.items() if count}


def _is_near(problem: Problem, commune: Commune, session: Session, reach_minutes: int) -> bool:
    """Whether it may be held in person at a host within reach."""
    points = (problem.point(host, session.on) for host in session.hosts)
    return session.template.modality is Modality.IN_PERSON and any(
        point is not None and problem.travel_minutes(commune.point, point) <= reach_minutes for point in points
    )

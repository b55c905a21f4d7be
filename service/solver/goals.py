"""What makes one lawful roster better, in CP-SAT: one named penalty per function, to be made least."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ortools.sat.python.cp_model import Domain, LinearExpr

from service.domain.directory import PracticeId
from service.domain.fairness import half_up
from service.domain.goals import SHORT_OF_MINIMUM_PENALTY, host_groups, wish_penalty
from service.domain.policy import Goal
from service.domain.rosters import Session
from service.solver.loads import Load
from service.solver.variables import Works


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """A goal's value as an expression. `largest_of`: the balances that it is the largest of, where it is one."""

    expression: LinearExpr
    largest_of: tuple[Load, ...] = ()


def coverage(works: Works) -> Penalty:
    """Σ_s priority_s × (seats_s - Σ_p holds[p, s])."""
    asked = sum(session.template.priority * session.template.seats for session in works.problem.sessions)
    priorities = [works.problem.session_at[key].template.priority for _, key in works.holds]
    return Penalty(expression=asked - LinearExpr.weighted_sum(list(works.holds.values()), priorities))


def fairness_worst(works: Works) -> Penalty:
    """The largest balance over all minutes."""
    return _worst(works, works.loads)


def fairness_worst_unloved(works: Works) -> Penalty:
    """The largest balance over unloved minutes."""
    return _worst(works, works.loads_unloved)


def _worst(works: Works, loads: tuple[Load, ...]) -> Penalty:
    """For every practitioner p: balance[p] <= worst; and worst is a value that some balance can have."""
    if not loads:
        return Penalty(expression=LinearExpr.sum([]))
    least = max(load.balances[0] for load in loads)
    reachable = {balance for load in loads for balance in load.balances if balance >= least}
    worst = works.model.new_int_var_from_domain(Domain.from_values(sorted(reachable)), "")
    for load in loads:
        works.model.add(load.balance <= worst)
    return Penalty(expression=LinearExpr.sum([worst]), largest_of=loads)


def fairness_sum(works: Works) -> Penalty:
    """Σ_p |balance[p]| + |unloved balance[p]|."""
    return Penalty(expression=LinearExpr.sum([_distance(works, load) for load in works.loads + works.loads_unloved]))


def _distance(works: Works, load: Load) -> LinearExpr:
    """|balance| as the least number above three lines.

    distance >= balance, distance >= -balance, and the chord between the reachable balances on either side of nothing
    (no balance lies between those two): what is left has whole corners, which is what makes the bound sharp.
    """
    below, above = (sorted(b for b in load.balances if (b > 0) is positive) for positive in (False, True))
    if not below:
        return load.balance
    if not above:
        return -load.balance
    distance = works.model.new_int_var(0, max(-below[0], above[-1]), "")
    works.model.add(distance >= load.balance)
    works.model.add(distance >= -load.balance)
    low, high = below[-1], above[0]
    works.model.add((high - low) * distance >= (high + low) * load.balance - 2 * high * low)
    return distance


def stability(works: Works) -> Penalty:
    """(template, date, practitioner) triples in exactly one of the roster and the published one."""
    published = {(a.practitioner, a.key) for a in works.problem.published}
    signs = [-1 if seat in published else 1 for seat in works.holds]
    return Penalty(expression=len(published) + LinearExpr.weighted_sum(list(works.holds.values()), signs))


def wishes(works: Works) -> Penalty:
    """Σ of the levels' penalties over seats held, and for each session short of somebody's weekly minimum."""
    penalties = [wish_penalty(works.problem, one.practitioner.id, one.session) for one in works.candidates]
    held = LinearExpr.weighted_sum([works.hold(one) for one in works.candidates], penalties)
    return Penalty(expression=held + SHORT_OF_MINIMUM_PENALTY * LinearExpr.sum(list(_shortfalls(works))))


def _shortfalls(works: Works) -> Iterator[LinearExpr | int]:
    """For every practitioner and week: short >= minimum - Σ_s holds[p, s], and not below nothing."""
    for practitioner in works.problem.practitioners:
        minimum = practitioner.min_sessions_per_week
        for week in works.problem.weeks if minimum else ():
            those = [one for one in works.of_practitioner.get(practitioner.id, ()) if one.session.week == week]
            short = works.model.new_int_var(0, minimum, "")
            works.model.add(short >= minimum - LinearExpr.sum([works.hold(one) for one in those]))
            yield short


def rotation(works: Works) -> Penalty:
    """Σ over groups of templates with the same hosts, and over these, of |held there - held ÷ hosts| in hundredths."""
    terms = [
        term
        for hosts, sessions in host_groups(works.problem).items()
        if len(hosts) > 1
        for term in _uneven(works, sorted(hosts), [session for session in sessions if session.key in works.takes])
    ]
    return Penalty(expression=LinearExpr.sum(terms))


def _uneven(works: Works, hosts: Sequence[PracticeId], sessions: Sequence[Session]) -> list[LinearExpr]:
    """For each host h of a group of n hosts, with one of all[k] = 1 when k sessions are held and there[h] held at h:

    off[h] >= Σ_k ⌊100 k/n⌉ all[k] - 100 there[h]; off[h] >= 100 there[h] + Σ_k ⌊-100 k/n⌉ all[k], rounded half up.
    Together no less than when k sessions are dealt out as evenly as can be, which sharpens the bound.
    """
    counts = range(len(sessions) + 1)
    shares = [Fraction(100 * count, len(hosts)) for count in counts]
    all_held = [works.model.new_bool_var("") for _ in counts]
    works.model.add_exactly_one(all_held)
    held = [LinearExpr.sum(list(works.takes[session.key].values())) for session in sessions]
    works.model.add(LinearExpr.sum(held) == LinearExpr.weighted_sum(all_held, list(counts)))
    for is_held in held:
        works.model.add(all_held[-1] <= is_held)
        works.model.add(all_held[0] <= 1 - is_held)
    off = [works.model.new_int_var(0, 100 * len(sessions), "") for _ in hosts]
    above = LinearExpr.weighted_sum(all_held, [half_up(share) for share in shares])
    below = LinearExpr.weighted_sum(all_held, [half_up(-share) for share in shares])
    for practice, uneven in zip(hosts, off, strict=True):
        takes = [works.takes[session.key][practice] for session in sessions if practice in works.takes[session.key]]
        there = LinearExpr.sum(takes)
        works.model.add(uneven >= above - 100 * there)
        works.model.add(uneven >= 100 * there + below)
    evenly = [_dealt_evenly(count, len(hosts)) for count in counts]
    works.model.add(LinearExpr.sum(off) >= LinearExpr.weighted_sum(all_held, evenly))
    return list(off)


def _dealt_evenly(sessions: int, hosts: int) -> int:
    """The group's penalty when some hosts have one session more than the others."""
    each, more = divmod(sessions, hosts)
    share = Fraction(sessions, hosts)
    return more * half_up(100 * (each + 1 - share)) + (hosts - more) * half_up(100 * (share - each))


GOALS: Mapping[Goal, Callable[[Works], Penalty]] = {
    Goal.COVERAGE: coverage,
    Goal.FAIRNESS_WORST: fairness_worst,
    Goal.FAIRNESS_WORST_UNLOVED: fairness_worst_unloved,
    Goal.FAIRNESS_SUM: fairness_sum,
    Goal.STABILITY: stability,
    Goal.WISHES: wishes,
    Goal.ROTATION: rotation,
}
"""Access and travel are not sought yet; `domain.goals` counts them."""

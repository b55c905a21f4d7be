"""What makes one lawful roster better, as linear rows: one named penalty per function, to be made least."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from service.domain.directory import PracticeId
from service.domain.goals import SHORT_OF_MINIMUM_PENALTY, host_groups, wish_penalty
from service.domain.policy import Goal
from service.domain.rosters import Session
from service.domain.rounding import half_up
from service.domain.sector_weights import sector_weights
from service.solver.access import access, access_floor
from service.solver.loads import Branch
from service.solver.penalties import Penalty, Terms
from service.solver.travel_goal import travel
from service.solver.variables import Works


def coverage(works: Works) -> Penalty:
    """Σ_s weight_s × priority_s × (seats_s - Σ_p holds[p, s]); weights are of sectors, 1 unless the policy weighs.

    More may hold a session that has begun than it asks for: all of them count as asked for.
    """
    weights = sector_weights(works.problem)
    terms = Terms()
    for session in works.problem.sessions:
        worth = weights.get(session.template.sector, 1) * session.template.priority
        held = [works.hold(one) for one in works.of_session.get(session.key, ())]
        sure = sum(int(works.program.low[variable]) for variable in held)
        terms.constant += worth * max(session.template.seats, sure)
        for variable in held:
            terms.add(variable, -worth)
    return terms.penalty()


def fairness_worst(works: Works) -> Penalty:
    """The largest balance over all minutes: for every practitioner p: balance[p] <= worst."""
    return Penalty(largest_of=works.loads)


def fairness_worst_unloved(works: Works) -> Penalty:
    """The largest balance over unloved minutes."""
    return Penalty(largest_of=works.loads_unloved)


def fairness_sum(works: Works) -> Penalty:
    """Σ_p |balance[p]| + |unloved balance[p]|."""
    terms = Terms()
    for load in works.loads + works.loads_unloved:
        for branch in load.branches:
            _add_distance(works, branch, terms)
    return terms.penalty()


def _add_distance(works: Works, branch: Branch, terms: Terms) -> None:
    """|balance| of a branch, 0 where it is not chosen, as the least number above three lines.

    distance >= balance, distance >= -balance, and the chord between the reachable balances on either side of nothing
    (none lies between those two): what is left has whole corners, which is what makes the bound sharp.
    """
    below, above = (sorted(b for b in branch.balances if (b > 0) is positive) for positive in (False, True))
    if not below or not above:
        sign = 1 if above else -1
        _add_line(branch, terms, sign * branch.base, sign * branch.step)
        return
    low, high = below[-1], above[0]
    distance = works.program.variable(0, max(-below[0], above[-1]), whole=False)
    _above_line(works, branch, distance, 1, 1, 0)
    _above_line(works, branch, distance, 1, -1, 0)
    _above_line(works, branch, distance, high - low, high + low, -2 * high * low)
    terms.add(distance, 1)


def _add_line(branch: Branch, terms: Terms, constant: int, slope: int) -> None:
    terms.add(branch.count, slope)
    if branch.chosen is None:
        terms.constant += constant
    else:
        terms.add(branch.chosen, constant)


def _above_line(works: Works, branch: Branch, distance: int, scale: int, slope: int, constant: int) -> None:
    """scale × distance >= slope × balance + constant × chosen."""
    constant += slope * branch.base
    variables, coefficients = [distance, branch.count], [float(scale), -float(slope * branch.step)]
    if branch.chosen is None:
        works.program.row(variables, coefficients, low=constant)
    else:
        works.program.row([*variables, branch.chosen], [*coefficients, -float(constant)], low=0)


def stability(works: Works) -> Penalty:
    """(template, date, practitioner) triples in exactly one of the roster and the published one."""
    published = {(a.practitioner, a.key) for a in works.problem.published}
    terms = Terms(constant=len(published))
    for seat, held in works.holds.items():
        terms.add(held, -1 if seat in published else 1)
    return terms.penalty()


def wishes(works: Works) -> Penalty:
    """Σ of the levels' penalties over seats held, and for each session short of somebody's weekly minimum."""
    terms = Terms()
    for one in works.candidates:
        terms.add(works.hold(one), wish_penalty(works.problem, one.practitioner.id, one.session))
    for short, constant in _shortfalls(works):
        terms.constant += SHORT_OF_MINIMUM_PENALTY * constant
        if short is not None:
            terms.add(short, SHORT_OF_MINIMUM_PENALTY)
    return terms.penalty()


def _shortfalls(works: Works) -> Iterator[tuple[int | None, int]]:
    """For every practitioner and week: short >= minimum - Σ_s holds[p, s], and not below nothing."""
    for practitioner in works.problem.practitioners:
        minimum = practitioner.min_sessions_per_week
        weeks: dict[object, list[int]] = defaultdict(list)
        for one in works.of_practitioner.get(practitioner.id, ()) if minimum else ():
            weeks[one.session.week].append(works.hold(one))
        for week in works.problem.weeks if minimum else ():
            if weeks[week]:
                short = works.program.variable(0, minimum, whole=False)
                works.program.row([short, *weeks[week]], low=minimum)
                yield short, 0
            else:
                yield None, minimum


def rotation(works: Works) -> Penalty:
    """Σ over groups of templates with the same hosts, and over these, of |held there - held ÷ hosts| in hundredths."""
    terms = Terms()
    for hosts, sessions in host_groups(works.problem).items():
        if len(hosts) > 1:
            held = [session for session in sessions if session.key in works.takes]
            for uneven in _uneven(works, sorted(hosts), held):
                terms.add(uneven, 1)
    return terms.penalty()


def _uneven(works: Works, hosts: Sequence[PracticeId], sessions: Sequence[Session]) -> list[int]:
    """For each host h of a group of n hosts, with one of all[k] = 1 when k sessions are held and there[h] held at h:

    off[h] >= Σ_k ⌊100 k/n⌉ all[k] - 100 there[h]; off[h] >= 100 there[h] + Σ_k ⌊-100 k/n⌉ all[k], rounded half up.
    Together no less than when k sessions are dealt out as evenly as can be, which sharpens the bound.
    """
    program = works.program
    sure = sum(works.is_full(session.key) for session in sessions)
    counts = range(sure, len(sessions) + 1)
    shares = [Fraction(100 * count, len(hosts)) for count in counts]
    all_held = [program.variable() for _ in counts]
    program.row(all_held, low=1, high=1)
    held = [[*(v for takes in works.takes[session.key].values() for v in takes)] for session in sessions]
    everything = [variable for those in held for variable in those]
    program.row([*everything, *all_held], [1.0] * len(everything) + [-float(k) for k in counts], low=0, high=0)
    off = [program.variable(0, 100 * len(sessions), whole=False) for _ in hosts]
    above, below = [-float(half_up(share)) for share in shares], [-float(half_up(-share)) for share in shares]
    for practice, uneven in zip(hosts, off, strict=True):
        there = [v for session in sessions for v in works.takes[session.key].get(practice, ())]
        program.row([uneven, *there, *all_held], [1.0, *[100.0] * len(there), *above], low=0)
        program.row([uneven, *there, *all_held], [1.0, *[-100.0] * len(there), *below], low=0)
    evenly = [-float(_dealt_evenly(count, len(hosts))) for count in counts]
    program.row([*off, *all_held], [*[1.0] * len(off), *evenly], low=0)
    return off


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
    Goal.ACCESS_FLOOR: access_floor,
    Goal.ACCESS: access,
    Goal.ROTATION: rotation,
    Goal.TRAVEL: travel,
}

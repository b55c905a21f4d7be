"""Equity of access as a goal: how far the inhabitants of each commune are from the nearest open session."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from service.domain.calendar import IsoWeek
from service.domain.directory import Commune
from service.domain.geography import Point
from service.domain.goals import FARTHEST_MINUTES
from service.domain.rosters import HalfDay, Modality, SessionKey
from service.solver.penalties import Penalty, Terms
from service.solver.variables import Sum, Works


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A session at one of its hosts: held there when the variables add up to 1; `is_sure`: whatever is decided."""

    session: SessionKey
    point: Point
    taken: Sum
    is_sure: bool


def access(works: Works) -> Penalty:
    """Σ over half-days asked and communes of population × minutes to the nearest session held in person ÷ 1 000.

    What is sure sets a base. Where one session alone may be nearer than that, its host says how much; where several
    may, for each place j nearer than the base: served[j] <= Σ taken over the openings there, Σ_j served[j] <= 1.
    """
    asked = {(session.on, session.half_day) for session in works.problem.sessions}
    openings = _openings(works)
    terms = Terms()
    minutes: dict[tuple[Point, Point], float] = {}
    for half_day in sorted(asked):
        for commune in works.problem.file.communes:
            ways = []
            for opening in openings.get(half_day, ()):
                pair = commune.point, opening.point
                if pair not in minutes:
                    minutes[pair] = works.problem.travel_minutes(*pair)
                ways.append((minutes[pair], opening))
            _add_commune(works, commune, ways, terms)
    return terms.rounded_penalty(at_once=2 * len(asked) * len(works.problem.file.communes))


def access_floor(works: Works) -> Penalty:
    """Σ over communes c and weeks w of short[c, w] >= half-days - Σ_d near[c, d], and not below nothing.

    near[c, d] <= Σ taken over the openings of half-day d within the floor's minutes of c, and at most 1.
    """
    floor = works.problem.policy.access_floor
    terms = Terms()
    if floor is None:
        return terms.penalty()
    by_week: dict[IsoWeek, list[Sequence[Opening]]] = defaultdict(list)
    for (on, _), openings in sorted(_openings(works).items()):
        by_week[IsoWeek.of(on)].append(openings)
    for commune, week in product(works.problem.file.communes, works.problem.weeks):
        near = [_near(works, commune, openings, floor.minutes) for openings in by_week[week]]
        sure = sum(1 for those in near if any(opening.is_sure for opening in those))
        missing = floor.half_days_per_week - sure
        maybe = [those for those in near if those and not any(opening.is_sure for opening in those)]
        if missing > 0:
            terms.add(_short(works, missing, maybe), 1)
    return terms.penalty()


def _near(works: Works, commune: Commune, openings: Sequence[Opening], minutes: int) -> list[Opening]:
    return [each for each in openings if works.problem.travel_minutes(commune.point, each.point) <= minutes]


def _short(works: Works, missing: int, half_days: Sequence[Sequence[Opening]]) -> int:
    """How many of the half-days that are missing stay so."""
    program = works.program
    near = []
    for openings in half_days:
        is_near = program.variable(whole=False)
        taken = [variable for opening in openings for variable in opening.taken]
        program.row([is_near, *taken], [1.0] + [-1.0] * len(taken), high=0)
        near.append(is_near)
    short = program.variable(0, missing, whole=False)
    program.row([short, *near], low=missing)
    return short


def _openings(works: Works) -> Mapping[tuple[date, HalfDay], Sequence[Opening]]:
    """Those in person that have a place that day, by half-day."""
    found: dict[tuple[date, HalfDay], list[Opening]] = defaultdict(list)
    for key, takes in works.takes.items():
        session = works.problem.session_at[key]
        left = {host: taken for host, taken in takes.items() if any(works.program.high[v] for v in taken)}
        for host, taken in left.items():
            point = works.problem.point(host, key.on)
            if session.template.modality is Modality.IN_PERSON and point is not None:
                is_sure = _is_sure(works, key, taken, is_only=len(left) == 1)
                opening = Opening(session=key, point=point, taken=taken, is_sure=is_sure)
                found[session.on, session.half_day].append(opening)
    return found


def _is_sure(works: Works, key: SessionKey, taken: Sum, *, is_only: bool) -> bool:
    return (is_only and works.is_full(key)) or any(works.program.low[variable] == 1 for variable in taken)


def _add_commune(works: Works, commune: Commune, ways: Sequence[tuple[float, Opening]], terms: Terms) -> None:
    """The commune's part of one half-day."""
    people = commune.population / 1000
    base = min([float(FARTHEST_MINUTES), *(minutes for minutes, opening in ways if opening.is_sure)])
    terms.constant += people * base
    nearer = [(minutes, opening) for minutes, opening in ways if minutes < base]
    if len({opening.session for _, opening in nearer}) == 1 and all(_is_exclusive(works, o) for _, o in nearer):
        for minutes, opening in nearer:
            for variable in opening.taken:
                terms.add(variable, people * (minutes - base))
        return
    served = []
    for minutes, taken in _by_minutes(nearer):
        variable = works.program.variable(whole=False)
        served.append(variable)
        works.program.row([variable, *taken], [1.0] + [-1.0] * len(taken), high=0)
        terms.add(variable, people * (minutes - base))
    works.program.at_most(1, served)


def _is_exclusive(works: Works, opening: Opening) -> bool:
    """Whether its variables add up to 1 at most, whatever the seats."""
    return len(opening.taken) == 1 or works.problem.session_at[opening.session].template.seats == 1


def _by_minutes(nearer: Sequence[tuple[float, Opening]]) -> Iterator[tuple[float, list[int]]]:
    at: dict[float, list[int]] = defaultdict(list)
    for minutes, opening in nearer:
        at[minutes].extend(opening.taken)
    yield from sorted(at.items())

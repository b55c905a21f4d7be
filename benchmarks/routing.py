"""Routing: days of calls replayed over a published week, ours beside simple orders and the optimum in hindsight."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.cases import CASES
from benchmarks.measuring import Effort, middle
from benchmarks.report import Cell, Row, Table
from benchmarks.routing_calls import Calls, draw, ways_of
from benchmarks.routing_orders import (
    EARLIEST,
    LOOK_AHEAD,
    METHODS,
    NEAREST,
    NOBODY,
    OPTIMUM,
    OURS,
    look_ahead,
)
from benchmarks.routing_week import Flags, Indices, Week

KEYS = {"haut1": "haut-anjou", "large1": "large"}
LOADS = (70, 100, 130)
"""Calls in hundredths of the week's places."""
LOOKED_AHEAD = "haut1"
"""Where it is tried what a policy could reach that knows the law of the calls: it takes half a minute a week."""
SHARE_AIMED_AT = 0.97

TITLE = "Routing: what patients get"
NOTE = (
    "Medians of {seeds} weeks drawn (look-ahead: {looks}). *load*: calls ÷ places. *served*: within what they can wait,"
    " 48 h at most. *÷ optimum*: served ÷ the patients that the optimum in hindsight serves, which is the most that can"
    " be, at the least waiting and travel among such assignments, or at the least road alone (*by road*). *travel*:"
    " minutes of road of those served, 0 by teleconsultation. *nothing kept*: ours without keeping places for a"
    " sector's inhabitants. *look-ahead* knows the law that calls are drawn from, draws ten futures at every call and"
    " assigns each at best: about what can be had without knowing who will call."
)
CLAIMS_NOTE = (
    "Nearest first drives least of all who choose place by place, and pays for it by leaving patients unserved: less"
    " road than it has and more patients than it serves is what knowing the future brings (*optimum by road*), not an"
    " order (*look-ahead*). Where an order serves as many as the optimum, no other can serve more."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of one week by one method: shares from 0 to 1, minutes, hours."""

    served: float
    of_optimum: float
    travel_minutes: float
    waiting_hours: float
    waiting_p95_hours: float
    served_of_sector: Mapping[str, float]


Outcomes = Mapping[tuple[str, int, str], Sequence[Outcome]]
"""By territory, load and method."""


def measure(effort: Effort) -> Sequence[Table]:
    outcomes: dict[tuple[str, int, str], list[Outcome]] = {}
    for key in KEYS.keys() & CASES.keys():
        week = Week.of(CASES[key])
        for load in LOADS:
            for seed in range(effort.seeds):
                looks = key == LOOKED_AHEAD and seed < effort.repeats
                for method, outcome in _week(week, load, seed, looks=looks).items():
                    outcomes.setdefault((KEYS[key], load, method), []).append(outcome)
    note = NOTE.format(seeds=effort.seeds, looks=min(effort.repeats, effort.seeds))
    ordered = {key: outcomes[key] for key in sorted(outcomes, key=lambda key: key[:2])}
    return [
        Table(title=TITLE, rows=[*_rows(ordered)], notes=(note,)),
        Table(title="Routing: served by sector, %", rows=[*_rows_by_sector(ordered)]),
        Table(title="Routing: what is claimed", rows=[*_claims(ordered)], notes=(CLAIMS_NOTE,)),
    ]


def _week(week: Week, load: int, seed: int, *, looks: bool) -> Mapping[str, Outcome]:
    """The same calls by every method."""
    calls = draw(week, load / 100, np.random.default_rng(seed))
    ways = ways_of(week, calls)
    given = {name: method(week, calls, ways) for name, method in METHODS.items()}
    if looks:
        given[LOOK_AHEAD] = look_ahead(week, calls, load / 100, np.random.default_rng(1_000_000 + seed))
    most = int(np.sum(given[OPTIMUM] != NOBODY))
    return {name: _outcome(week, calls, places, most) for name, places in given.items()}


def _outcome(week: Week, calls: Calls, given: Indices, most: int) -> Outcome:
    is_served = given != NOBODY
    places = given[is_served]
    if not len(np.unique(places)) == len(places) <= most:
        raise AssertionError("a place given twice, or more patients served than can be")
    waiting_hours = (week.starts[places] - calls.at[is_served]) / 60
    return Outcome(
        served=float(np.mean(is_served)),
        of_optimum=len(places) / most,
        travel_minutes=float(np.mean(week.road_minutes[calls.commune[is_served], places])),
        waiting_hours=float(np.mean(waiting_hours)),
        waiting_p95_hours=float(np.percentile(waiting_hours, 95)),
        served_of_sector=_by_sector(week, calls, is_served),
    )


def _by_sector(week: Week, calls: Calls, is_served: Flags) -> Mapping[str, float]:
    sector = np.array([commune.sector for commune in week.communes])[calls.commune]
    return {str(name): float(np.mean(is_served[sector == name])) for name in np.unique(sector)}


def _rows(outcomes: Outcomes) -> Iterator[Row]:
    for (territory, load, method), each in outcomes.items():
        yield {
            "territory": territory,
            "load %": load,
            "order": method,
            "served %": middle((100 * one.served for one in each), 1),
            "÷ optimum": middle((one.of_optimum for one in each), 4),
            "travel min": middle((one.travel_minutes for one in each), 1),
            "waiting h": middle((one.waiting_hours for one in each), 1),
            "waiting p95 h": middle((one.waiting_p95_hours for one in each), 1),
        }


def _rows_by_sector(outcomes: Outcomes) -> Iterator[Row]:
    shown = (OURS, "ours, nothing kept", NEAREST, EARLIEST, OPTIMUM)
    for territory, load in dict.fromkeys(key[:2] for key in outcomes):
        for sector in outcomes[territory, load, OURS][0].served_of_sector:
            of_sector = partial(_served_of, sector)
            served = {method: of_sector(outcomes[territory, load, method]) for method in shown}
            yield {"territory": territory, "load %": load, "sector": sector, **served}


def _served_of(sector: str, outcomes: Sequence[Outcome]) -> float:
    return middle((100 * one.served_of_sector[sector] for one in outcomes), 1)


def _claims(outcomes: Outcomes) -> Iterator[Row]:
    def found(territory: str, load: int, method: str, what: str) -> float:
        return middle((getattr(one, what) for one in outcomes[territory, load, method]), 4)

    for territory in dict.fromkeys(key[0] for key in outcomes):
        for load in LOADS:
            ours = found(territory, load, OURS, "of_optimum")
            yield _claim(territory, f"served ÷ optimum at {load} %", ours, "at least", SHARE_AIMED_AT)
        for other in (NEAREST, EARLIEST):
            crowded = found(territory, 130, OURS, "of_optimum"), found(territory, 130, other, "of_optimum")
            yield _claim(territory, f"served ÷ optimum at 130 %, {other}", crowded[0], "more than", crowded[1])
            calm = found(territory, 70, OURS, "travel_minutes"), found(territory, 70, other, "travel_minutes")
            yield _claim(territory, f"travel at 70 %, {other}", calm[0], "at most", calm[1])


def _claim(territory: str, what: str, ours: float, how: str, aim: float) -> Row:
    holds = {"at least": ours >= aim, "more than": ours > aim, "at most": ours <= aim}[how]
    kept: Cell = "yes" if holds else "no"
    return {"territory": territory, "what": what, "ours": ours, "aim": f"{how} {aim:.4g}", "holds": kept}

"""Who gets which place: the orders that take the calls one by one, and the best that could be done."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from benchmarks.routing_calls import Calls, Ways, costs_of, draw, kept_from_callers, ways_of
from benchmarks.routing_week import Indices, Numbers, Week

OURS, NEAREST, EARLIEST, OPTIMUM, LOOK_AHEAD = "ours", "nearest first", "earliest first", "optimum", "look-ahead"
NOBODY = -1
FUTURES = 10
"""Drawn by the look-ahead at every call."""
MORE_TRAVEL_WEIGHT = 20
_FIRST = 1_000_000
"""More than any way costs."""

Method = Callable[[Week, Calls, Ways], Indices]
"""The place of each call, or NOBODY."""


def _ours(week: Week, calls: Calls, ways: Ways) -> Indices:
    return _in_turn(week, calls, ways, costs_of(week, ways, kept_from_callers(week, calls, ways)))


def _without_keeping(week: Week, calls: Calls, ways: Ways) -> Indices:
    return _in_turn(week, calls, ways, costs_of(week, ways))


def _nearer(week: Week, calls: Calls, ways: Ways) -> Indices:
    """The same, for a territory that would rather have people wait than drive."""
    search = replace(week.policy.search, travel_weight=MORE_TRAVEL_WEIGHT)
    return _ours(replace(week, policy=replace(week.policy, search=search)), calls, ways)


def _earliest(week: Week, calls: Calls, ways: Ways) -> Indices:
    return _in_turn(week, calls, ways, ways.waiting, ways.travel)


def _nearest(week: Week, calls: Calls, ways: Ways) -> Indices:
    return _in_turn(week, calls, ways, ways.travel)


def _in_turn(week: Week, calls: Calls, ways: Ways, rank: Numbers, then: Numbers | None = None) -> Indices:
    """Each call takes the first place that is free, in the order given; the earliest of equals."""
    order = np.lexsort((ways.waiting, rank if then is None else then, rank, ways.call))
    is_taken, given = [False] * len(week.slots), [NOBODY] * len(calls)
    for call, place in zip(ways.call[order].tolist(), ways.place[order].tolist(), strict=True):
        if given[call] == NOBODY and not is_taken[place]:
            given[call], is_taken[place] = place, True
    return np.array(given)


def _optimum(week: Week, calls: Calls, ways: Ways) -> Indices:
    return assigned(week, calls, ways, costs_of(week, ways))


def _optimum_by_road(week: Week, calls: Calls, ways: Ways) -> Indices:
    """Costs in hundredths of a minute."""
    return assigned(week, calls, ways, ways.travel * 100)


def assigned(week: Week, calls: Calls, ways: Ways, costs: Numbers) -> Indices:
    """As many calls served as can be, known all of them beforehand; among such assignments, the least cost.

    A flow of minimum cost among those of maximum value, from a source through calls and places to a sink.
    """
    patients, places = len(calls), len(week.slots)
    source, sink = patients + places, patients + places + 1
    flow = SimpleMinCostFlow()
    of_way = flow.add_arcs_with_capacity_and_unit_cost(
        ways.call, patients + ways.place, np.ones(len(ways), dtype=np.int64), np.rint(costs).astype(np.int64)
    )
    from_source, to_sink = np.arange(patients), patients + np.arange(places)
    _join(flow, np.full_like(from_source, source), from_source)
    _join(flow, to_sink, np.full_like(to_sink, sink))
    flow.set_node_supply(source, patients)
    flow.set_node_supply(sink, -patients)
    if flow.solve_max_flow_with_min_cost() != flow.OPTIMAL:
        raise AssertionError("every such flow has an optimum")
    used = flow.flows(of_way) > 0
    given = np.full(patients, NOBODY)
    given[ways.call[used]] = ways.place[used]
    return given


def _join(flow: SimpleMinCostFlow, tails: Indices, heads: Indices) -> None:
    """One patient each, at no cost."""
    ones = np.ones(len(tails), dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, ones, np.zeros_like(ones))


def look_ahead(week: Week, calls: Calls, load: float, random: np.random.Generator) -> Indices:
    """Knows the law that calls are drawn from, not the calls, and computes for long: what there is to be had.

    At every call so many futures are drawn and assigned at best; the place that most of them give it is taken.
    """
    is_free, given = np.ones(len(week.slots), dtype=bool), np.full(len(calls), NOBODY)
    for number, at in enumerate(calls.at):
        this = calls.chosen(np.array([number]))
        places = np.flatnonzero(is_free & (week.starts > at))
        votes = Counter(_given_first(week, this, places, load, random) for _ in range(FUTURES))
        place = min(votes, key=lambda place: (-votes[place], place))
        if place != NOBODY:
            given[number], is_free[place] = place, False
    return given


def _given_first(week: Week, this: Calls, places: Indices, load: float, random: np.random.Generator) -> int:
    """The place of this call, which is served if it can be, in one future."""
    future = draw(week, load, random)
    calls = this.then(future.chosen(future.at > this.at[0]))
    ways = ways_of(week, calls, places)
    costs = costs_of(week, ways) - _FIRST * (ways.call == 0)
    return int(assigned(week, calls, ways, costs)[0])


METHODS: Mapping[str, Method] = {
    OURS: _ours,
    "ours, nothing kept": _without_keeping,
    f"ours, travel_weight {MORE_TRAVEL_WEIGHT}": _nearer,
    NEAREST: _nearest,
    EARLIEST: _earliest,
    OPTIMUM: _optimum,
    "optimum by road": _optimum_by_road,
}

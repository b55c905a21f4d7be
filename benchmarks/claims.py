"""What is said of our rosters, checked seed by seed against the others'."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmarks.contenders import OURS
from benchmarks.report import Row
from service.domain.policy import Goal

One = TypeVar("One")
MORE_IS_BETTER = frozenset({"preferred"})
NOT_COMPARED = frozenset({"seats"})
MOST_UNLOVED_SESSIONS = 1.0
MOST_AVOID_SHARE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A roster found in so many seconds: the rules it breaks, its goal values, and what people ask about.

    `brought`: the worst unloved balance, in sessions, that history would leave somebody who holds nothing.
    """

    seconds: float
    breaches: int
    goals: Mapping[Goal, int]
    measures: Mapping[str, float]
    brought: float


def claims(judged: Mapping[str, Sequence[Judged]]) -> Iterator[Row]:
    """A row for each claim: in how many seeds it holds, and what speaks against it in the others."""
    ours = judged[OURS]
    yield _row("no rule is broken", ours, lambda one: [] if one.breaches == 0 else [f"{one.breaches} breaches"])
    yield _row("worst unloved balance at most 1 session where history allows", ours, _unloved)
    yield _row("avoid under 0.5 % of seats", ours, _avoid)
    for name, theirs in judged.items():
        if name != OURS:
            pairs = list(zip(ours, theirs, strict=True))
            yield _row(f"never fewer seats filled than {name}", pairs, _empty)
            yield _row(f"better on every measure, or as good, than {name}", pairs, _worse)


def _row(claim: str, those: Sequence[One], against: Callable[[One], Sequence[str]]) -> Row:
    faults = {seed: against(one) for seed, one in enumerate(those, start=1)}
    return {
        "claim": claim,
        "holds": f"{sum(not fault for fault in faults.values())} of {len(those)}",
        "against": "; ".join(f"seed {seed}: {', '.join(fault)}" for seed, fault in faults.items() if fault),
    }


def _unloved(one: Judged) -> list[str]:
    worst = one.measures["worst unloved"]
    return [f"{worst:.2f}"] if worst > max(MOST_UNLOVED_SESSIONS, one.brought) else []


def _avoid(one: Judged) -> list[str]:
    share = one.measures["avoid"] / (one.measures["seats"] or 1)
    return [f"{share:.1%}"] if share >= MOST_AVOID_SHARE else []


def _empty(pair: tuple[Judged, Judged]) -> list[str]:
    ours, theirs = (one.measures["empty"] for one in pair)
    return [f"{ours:g} empty, not {theirs:g}"] if ours > theirs else []


def _worse(pair: tuple[Judged, Judged]) -> list[str]:
    """The measures on which theirs is better, with both values; or that ours is better on none."""
    ours, theirs = pair
    if ours.measures == theirs.measures:
        return ["better on none"]
    return [
        f"{name} {value:.3g}, not {theirs.measures[name]:.3g}"
        for name, value in ours.measures.items()
        if name not in NOT_COMPARED
        and (theirs.measures[name] > value if name in MORE_IS_BETTER else theirs.measures[name] < value)
    ]

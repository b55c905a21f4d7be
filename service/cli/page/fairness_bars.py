"""Everybody's balance before and after the roster and under the baseline, as bars on one scale."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.domain.answers import Answer, FairnessRow
from service.domain.directory import PractitionerId
from service.domain.french import balance, duration
from service.domain.solving import Problem

BAR_WIDTH = 200.0
_EDGE = 8.0
_SHORTEST_MINUTES = 60
_TICKS_MINUTES = (30, 60, 120, 300, 600, 1200, 3000, 6000)
_MOST_TICKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Minutes above the share (below: negative). `baseline` None: nothing to compare with."""

    before: int
    after: int
    baseline: int | None

    @property
    def in_words(self) -> tuple[str, str, str]:
        return balance(self.before), balance(self.after), "–" if self.baseline is None else balance(self.baseline)

    def known(self) -> Iterable[int]:
        return (minutes for minutes in (self.before, self.after, self.baseline) if minutes is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarRow:
    number: int
    name: str
    share: str
    held: str
    all_time: Balance
    unloved: Balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Minutes to the drawing's units; zero is always on it. What lies beyond its ends is drawn at them."""

    low: int
    high: int

    @staticmethod
    def over(minutes: Iterable[int]) -> "Scale":
        """Wide enough for nine in ten at half its length: one who holds nothing does not flatten all others."""
        found = sorted([0, *minutes])
        sizes = sorted(map(abs, found))
        most = max(2 * sizes[len(sizes) * 9 // 10], _SHORTEST_MINUTES)
        return Scale(low=max(found[0], -most), high=max(min(found[-1], most), _SHORTEST_MINUTES))

    def x(self, minutes: int) -> float:
        within = min(max(minutes, self.low), self.high)
        return _EDGE + (within - self.low) / (self.high - self.low) * (BAR_WIDTH - 2 * _EDGE)

    def is_beyond(self, minutes: int) -> bool:
        return not self.low <= minutes <= self.high

    @property
    def ticks(self) -> tuple[tuple[float, str], ...]:
        """Round hours, few enough to be read."""
        step = next((s for s in _TICKS_MINUTES if (self.high - self.low) / s < _MOST_TICKS), _TICKS_MINUTES[-1])
        first = -(-self.low // step) * step
        return tuple((self.x(at), balance(at)) for at in range(first, self.high + 1, step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extremes:
    """The most and the least burdened, for one sentence."""

    highest: str
    lowest: str

    @staticmethod
    def of(minutes: Sequence[int]) -> "Extremes":
        return Extremes(highest=balance(max(minutes)), lowest=balance(min(minutes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessBars:
    """`rows`: the most burdened first. `extremes`, `extremes_of_baseline`: over all minutes."""

    rows: tuple[BarRow, ...]
    scale: Scale
    extremes: Extremes
    extremes_of_baseline: Extremes | None


def fairness_bars(problem: Problem, answer: Answer) -> FairnessBars | None:
    """None where nobody has a share."""
    if not answer.fairness:
        return None
    baseline = {row.practitioner: row for row in answer.baseline.fairness} if answer.baseline else {}
    numbers = {person.id: number for number, person in enumerate(problem.practitioners)}
    ordered = sorted(answer.fairness, key=lambda row: (-row.balance, -row.balance_unloved, row.practitioner))
    rows = tuple(_row(problem, row, baseline.get(row.practitioner), numbers) for row in ordered)
    return FairnessBars(
        rows=rows,
        scale=Scale.over(minutes for row in rows for each in (row.all_time, row.unloved) for minutes in each.known()),
        extremes=Extremes.of([row.balance for row in ordered]),
        extremes_of_baseline=Extremes.of([row.balance for row in baseline.values()]) if baseline else None,
    )


def _row(
    problem: Problem, row: FairnessRow, baseline: FairnessRow | None, numbers: Mapping[PractitionerId, int]
) -> BarRow:
    person = problem.practitioner_of[row.practitioner]
    return BarRow(
        number=numbers[person.id],
        name=f"{person.family_name} {person.given_name}",
        share=duration(row.target),
        held=duration(row.held),
        all_time=Balance(before=row.history, after=row.balance, baseline=baseline.balance if baseline else None),
        unloved=Balance(
            before=row.history_unloved,
            after=row.balance_unloved,
            baseline=baseline.balance_unloved if baseline else None,
        ),
    )

"""Rates side by side: every contender once a round, round after round, so that a slow minute hits them all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.measuring import middle
from benchmarks.report import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Answers a second, how long they took, and the milliseconds of CPU that each cost the server and PostgreSQL."""

    per_second: float
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    server_cpu_ms: float | None = None
    postgres_cpu_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What each contender did in each round."""

    rounds: Sequence[Mapping[str, Rate]]

    def rows(self, *, limits: Mapping[str, str]) -> list[Row]:
        """A row for each contender. `limits`: contenders, by the short name that a ratio's column shall have."""
        return [self._row(name, limits) for name in self.rounds[0]]

    def _row(self, name: str, limits: Mapping[str, str]) -> Row:
        done = [each[name] for each in self.rounds]
        return {
            "what": name,
            "per second": middle((each.per_second for each in done), 1),
            "p50 ms": _known_middle(each.p50_ms for each in done),
            "p95 ms": _known_middle(each.p95_ms for each in done),
            "p99 ms": _known_middle(each.p99_ms for each in done),
            "server CPU ms": _known_middle(each.server_cpu_ms for each in done),
            "PostgreSQL CPU ms": _known_middle(each.postgres_cpu_ms for each in done),
            **{f"÷ {short}": self._ratio(name, limit) for short, limit in limits.items()},
        }

    def _ratio(self, name: str, limit: str) -> float | None:
        """The median of the rounds' ratios: better than the ratio of medians where the machine's speed drifts."""
        if name == limit:
            return None
        return middle(each[name].per_second / each[limit].per_second for each in self.rounds)


def compared(contenders: Mapping[str, Callable[[], Rate]], *, rounds: int) -> Rounds:
    """Each in its turn, `rounds` times over."""
    return Rounds(rounds=[{name: contend() for name, contend in contenders.items()} for _ in range(rounds)])


def _known_middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return middle(known) if known else None

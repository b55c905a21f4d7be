"""A solve in sight: level by level, the best value and the proved bound closing in on one another."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from service.domain.answers import Progress
from service.domain.policy import Goal

BAR_WIDTH = 18
REFRESHES_PER_SECOND = 10


@dataclass(kw_only=True)
class Level:
    """A goal in work, or done with: its newest sight, when it began, and the widest gap that it had to close."""

    sight: Progress
    began_s: float
    widest: int = 0

    def see(self, sight: Progress) -> None:
        self.sight = sight
        self.widest = max(self.widest, self.gap or 0)

    @property
    def gap(self) -> int | None:
        if self.sight.value is None or self.sight.bound is None:
            return None
        return self.sight.value - self.sight.bound

    @property
    def is_closed(self) -> bool:
        return self.gap == 0

    @property
    def closed_part(self) -> float:
        """How much of its widest gap is closed, from 0 to 1."""
        if self.gap is None:
            return 0
        return 1 - self.gap / self.widest if self.widest else 1


class Ladder:
    """Every level that was seen, in order. `clock`: seconds, of whatever beginning."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen_at = clock()
        self._elapsed_s = 0.0
        self._levels: dict[Goal, Level] = {}
        self._spinner = Spinner("dots", style="yellow")

    def see(self, sight: Progress) -> None:
        self._seen_at, self._elapsed_s = self._clock(), sight.elapsed_s
        if sight.goal not in self._levels:
            self._levels[sight.goal] = Level(sight=sight, began_s=sight.elapsed_s)
        self._levels[sight.goal].see(sight)

    @property
    def levels(self) -> tuple[Level, ...]:
        return tuple(self._levels.values())

    @property
    def elapsed_s(self) -> float:
        """By the solver's clock, and by ours since it was last heard of."""
        return self._elapsed_s + self._clock() - self._seen_at

    def __rich__(self) -> RenderableType:
        table = Table.grid(padding=(0, 2, 0, 0))
        for justify in ("left", "left", "right", "right", "left", "right"):
            table.add_column(justify=justify, no_wrap=True)
        levels = self.levels
        ends = [*(level.began_s for level in levels[1:]), self.elapsed_s]
        for level, end_s in zip(levels, ends, strict=False):
            table.add_row(*self._row(level, seconds=end_s - level.began_s, in_work=level is levels[-1]))
        table.add_row(*self._what_comes(levels))
        return table

    def _row(self, level: Level, *, seconds: float, in_work: bool) -> Iterator[RenderableType]:
        sight = level.sight
        yield Text("✔", style="green") if level.is_closed else (self._spinner if in_work else Text("≈", style="yellow"))
        yield Text(sight.goal, style="bold" if in_work else "")
        yield "" if sight.value is None else str(sight.value)
        yield Text("" if sight.bound is None else f"≥ {sight.bound}", style="dim")
        yield ProgressBar(
            total=1,
            completed=level.closed_part,
            width=BAR_WIDTH,
            style="bright_black",
            complete_style="yellow",
            finished_style="green",
        )
        yield Text(f"{seconds:.1f} s", style="dim")

    def _what_comes(self, levels: tuple[Level, ...]) -> Iterator[RenderableType]:
        """The last line: which level of how many, how long in all, and what Ctrl-C does."""
        last = levels[-1] if levels else None
        is_done = last is not None and 0 < last.sight.levels == last.sight.level and last.is_closed
        yield self._spinner if is_done or last is None else ""
        if is_done:
            yield Text("looking for fixes", style="bold")
        elif last is not None and last.sight.levels:
            yield Text(f"level {last.sight.level} of {last.sight.levels}", style="dim")
        else:
            yield Text("" if last else "building", style="dim")
        yield from ("", "", Text("Ctrl-C keeps the best", style="dim"), Text(f"{self.elapsed_s:.1f} s", style="bold"))


@contextmanager
def shown_progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """What to call with every sight, from any thread, while the block runs. Nothing is drawn where nobody looks."""
    ladder = Ladder()
    if not console.is_terminal:
        yield ladder.see
        return
    with Live(get_renderable=lambda: ladder, console=console, transient=True, refresh_per_second=REFRESHES_PER_SECOND):
        yield ladder.see

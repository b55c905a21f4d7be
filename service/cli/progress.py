"""A solve in sight: each goal's value and bound closing in on one another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from service.domain.answers import Progress
from service.domain.policy import Goal


@contextmanager
def shown_progress(console: Console) -> Iterator[Callable[[Progress], None]]:
    """What to call with every sight, from any thread, while the block runs. Nothing is drawn where nobody looks."""
    latest: dict[Goal, Progress] = {}

    def show(progress: Progress) -> None:
        latest[progress.goal] = progress

    if not console.is_terminal:
        yield show
        return
    with Live(get_renderable=lambda: _table(tuple(latest.values())), console=console, transient=True):
        yield show


def _table(sights: tuple[Progress, ...]) -> Table:
    table = Table.grid(padding=(0, 2))
    for sight in sights:
        mark = "[green]✔[/]" if sight.value is not None and sight.value == sight.bound else "[yellow]…[/]"
        bound = "" if sight.bound is None else f"at least {sight.bound}"
        table.add_row(
            mark, sight.goal, "" if sight.value is None else str(sight.value), bound, f"{sight.elapsed_s:.1f} s"
        )
    table.add_row("", "[dim]stopping keeps the best roster so far[/]")
    return table

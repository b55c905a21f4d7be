"""A solve in sight: what each level shows, and what its last line says."""

import io

import pytest
from rich.console import Console

from service.cli.progress import Ladder, shown_progress
from service.domain.answers import Progress
from service.domain.policy import Goal


class Clock:
    """Seconds, which pass when a test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def sight(goal, value, bound, elapsed_s, *, level=0, levels=0):
    return Progress(goal=Goal(goal), value=value, bound=bound, elapsed_s=elapsed_s, level=level, levels=levels)


def lines(ladder):
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    with console.capture() as shown:
        console.print(ladder)
    return [line.split() for line in shown.get().splitlines()]


def test_before_anything_is_seen_the_model_is_being_built():
    [line] = lines(Ladder(Clock()))
    assert "building" in line


def test_a_level_shows_its_value_its_bound_and_how_long_it_takes():
    clock = Clock()
    ladder = Ladder(clock)
    ladder.see(sight("coverage", 2, 2, 0.5, level=1, levels=8))
    ladder.see(sight("fairness_worst", 90, 79, 1.0, level=2, levels=8))
    clock.now += 2
    coverage, worst, last = lines(ladder)
    assert (coverage[:5], coverage[-2:]) == (["✔", "coverage", "2", "≥", "2"], ["0.5", "s"])
    assert (worst[1:5], worst[-2:]) == (["fairness_worst", "90", "≥", "79"], ["2.0", "s"])
    assert (last[:4], last[-2:]) == (["level", "2", "of", "8"], ["3.0", "s"])


def test_a_level_that_was_given_up_is_not_said_to_be_proved():
    ladder = Ladder(Clock())
    ladder.see(sight("coverage", 4, 2, 1))
    ladder.see(sight("wishes", 9, None, 2))
    coverage, wishes, _ = lines(ladder)
    assert coverage[0] == "≈"
    assert "≥" not in wishes


@pytest.mark.parametrize(
    ("sights", "closed"),
    [
        ([(120, None)], 0),
        ([(120, 79)], 0),
        ([(120, 80), (90, 80)], 0.75),
        ([(90, 80), (120, 80), (80, 80)], 1),
        ([(80, 80)], 1),
    ],
)
def test_the_bar_tells_how_much_of_the_widest_gap_is_closed(sights, closed):
    ladder = Ladder(Clock())
    for value, bound in sights:
        ladder.see(sight("wishes", value, bound, 0))
    assert ladder.levels[0].closed_part == closed


def test_after_the_last_level_fixes_are_looked_for():
    ladder = Ladder(Clock())
    ladder.see(sight("travel", 100, 90, 1, level=8, levels=8))
    assert "fixes" not in lines(ladder)[-1]
    ladder.see(sight("travel", 100, 100, 2, level=8, levels=8))
    assert "fixes" in lines(ladder)[-1]


def test_nothing_is_drawn_where_nobody_looks():
    screen = io.StringIO()
    with shown_progress(Console(file=screen)) as show:
        show(sight("coverage", 2, 2, 0))
    assert screen.getvalue() == ""


def test_a_terminal_shows_the_levels():
    screen = io.StringIO()
    with shown_progress(Console(file=screen, force_terminal=True, width=100)) as show:
        show(sight("coverage", 2, 2, 0))
    assert "coverage" in screen.getvalue()

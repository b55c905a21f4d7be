"""The routing simulator's table as a plot: for every territory and load, patients served against minutes of road."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from benchmarks.report import Row, Table
from benchmarks.routing_orders import EARLIEST, LOOK_AHEAD, NEAREST, OPTIMUM, OURS

PLOT = Path(__file__).with_name("routing.svg")
COLOURS = {OURS: "#0b6e4f", NEAREST: "#b3541e", EARLIEST: "#2a5db0", LOOK_AHEAD: "#7a4fa3", OPTIMUM: "#222222"}
OTHERS = "#777777"
WIDTH, HEIGHT, LEFT, TOP, GAP = 330, 210, 60, 74, 46
NAMES = 126
"""Of the panel's width, for names."""
MOST_MINUTES, LEAST_SHARE, MOST_SHARE = 26, 0.88, 1.005
AIM = 0.97


def write(tables: Sequence[Table]) -> None:
    PLOT.write_text(svg(tables[0].rows))


def svg(rows: Sequence[Row]) -> str:
    """A panel for each load beside each other, a line of panels for each territory."""
    territories = list(dict.fromkeys(row["territory"] for row in rows))
    loads = list(dict.fromkeys(row["load %"] for row in rows))
    size = LEFT + len(loads) * (WIDTH + GAP), TOP + len(territories) * (HEIGHT + GAP + 30)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]} {size[1]}" font-family="sans-serif"'
        ' font-size="11">',
        f'<rect width="{size[0]}" height="{size[1]}" fill="#ffffff"/>',
        _text(LEFT, 24, "Patients served ÷ the optimum in hindsight, against minutes of road", size=16),
        _text(LEFT, 44, f"Higher is better, further left is nearer; the dashed line is the aim of {AIM:.0%}."),
    ]
    for line, territory in enumerate(territories):
        for column, load in enumerate(loads):
            corner = LEFT + column * (WIDTH + GAP), TOP + line * (HEIGHT + GAP + 30)
            shown = [row for row in rows if (row["territory"], row["load %"]) == (territory, load)]
            parts += _panel(f"{territory}, load {load} %", shown, corner)
    return "\n".join([*parts, "</svg>\n"])


def _panel(title: str, rows: Sequence[Row], corner: tuple[int, int]) -> Iterator[str]:
    left, top = corner
    yield _text(left, top - 6, title, size=13)
    yield f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#bbbbbb"/>'
    for minutes in range(0, MOST_MINUTES, 5):
        yield _text(_x(left, minutes), top + HEIGHT + 14, f"{minutes} min" if minutes else "0", anchor="middle")
    for percent in range(88, 101, 4):
        yield _text(left - 6, _y(top, percent / 100) + 4, f"{percent} %", anchor="end")
    aim = _y(top, AIM)
    yield f'<path d="M{left} {aim:.1f}h{WIDTH - NAMES - 8}" stroke="#999999" stroke-dasharray="4 3"/>'
    heights: list[float] = []
    for row in sorted(rows, key=lambda row: -_number(row, "÷ optimum")):
        yield from _point(row, corner, heights)


def _point(row: Row, corner: tuple[int, int], heights: list[float]) -> Iterator[str]:
    """With its name beside it, lower where another's is."""
    name = str(row["order"])
    colour = COLOURS.get(name, OTHERS)
    x, y = _x(corner[0], _number(row, "travel min")), _y(corner[1], _number(row, "÷ optimum"))
    beside = max([y + 4, *(height + 12 for height in heights)])
    heights.append(beside)
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{5 if name == "ours" else 4}" fill="{colour}"/>'
    named_at = corner[0] + WIDTH - NAMES
    yield f'<path d="M{x:.1f} {y:.1f}L{named_at - 4} {beside - 4:.1f}" stroke="{colour}" stroke-width="0.4"/>'
    yield _text(named_at, beside, name, colour=colour)


def _number(row: Row, column: str) -> float:
    value = row[column]
    if not isinstance(value, (int, float)):
        raise AssertionError(f"{column} is no number")
    return value


def _x(left: float, minutes: float) -> float:
    return left + (WIDTH - NAMES) * minutes / MOST_MINUTES


def _y(top: float, share: float) -> float:
    return top + HEIGHT * (MOST_SHARE - max(share, LEAST_SHARE)) / (MOST_SHARE - LEAST_SHARE)


def _text(x: float, y: float, words: str, *, size: int = 11, anchor: str = "start", colour: str = "#222222") -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"'
    return f"<text {where}>{escape(words)}</text>"

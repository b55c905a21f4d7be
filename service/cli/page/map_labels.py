"""Where the names and markers of a map go, so that none lies upon another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot

from service.cli.page.projection import Spot

FONT = 13.0
LETTER = 0.56 * FONT
"""How wide a letter of a sans-serif face is, taken rather too large."""
RINGS = (3.0, 10.0, 18.0)
"""How far from its dot a name may stand; farther, it would seem another's."""
_MOST_ROUNDS = 60
_SETTLED = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    spot: Spot
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    @staticmethod
    def around(spot: Spot, half: float) -> "Box":
        return Box(left=spot.x - half, top=spot.y - half, right=spot.x + half, bottom=spot.y + half)

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def is_within(self, width: float, height: float) -> bool:
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A name that wants a place beside a spot, no nearer than `clear` units."""

    text: str
    spot: Spot
    clear: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A name placed. `anchor`: which end of the text stands at `spot` (SVG `text-anchor`)."""

    text: str
    spot: Spot
    anchor: str
    box: Box


def placed_labels(names: Sequence[Name], obstacles: Sequence[Box], *, width: float, height: float) -> list[Label]:
    """The names that find room, the first ones first; a name without room is left out."""
    labels: list[Label] = []
    taken = list(obstacles)
    for name in names:
        for label in _candidates(name):
            if label.box.is_within(width, height) and not any(label.box.overlaps(box) for box in taken):
                labels.append(label)
                taken.append(label.box)
                break
    return labels


def _candidates(name: Name) -> Iterator[Label]:
    """Right, left, below and above, then aslant; near before far."""
    for ring in RINGS:
        away = name.clear + ring
        aslant = 0.75 * away
        for anchor, dx, dy in (
            ("start", away, 0.0),
            ("end", -away, 0.0),
            ("middle", 0.0, away + FONT / 2),
            ("middle", 0.0, -away - FONT / 2),
            ("start", aslant, aslant),
            ("start", aslant, -aslant),
            ("end", -aslant, aslant),
            ("end", -aslant, -aslant),
        ):
            yield _label(name.text, Spot(name.spot.x + dx, name.spot.y + dy), anchor)


def _label(text: str, middle: Spot, anchor: str) -> Label:
    """The text whose height is centred on `middle`; letters stand on a line a third of the font below."""
    wide = LETTER * len(text)
    left = middle.x - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    box = Box(left=left, top=middle.y - FONT * 0.6, right=left + wide, bottom=middle.y + FONT * 0.6)
    return Label(text=text, spot=Spot(middle.x, middle.y + FONT * 0.35), anchor=anchor, box=box)


def kept_apart(spots: Sequence[Spot], distance: float, *, clear_of: Sequence[Disc] = ()) -> list[Spot]:
    """The same spots, moved little so that any two are `distance` apart and no disc is hidden; nearly so in a crowd."""
    moved = list(spots)
    for _ in range(_MOST_ROUNDS):
        before = list(moved)
        for i in range(len(moved)):
            for j in range(i):
                moved[i], moved[j] = _pushed_apart(moved[i], moved[j], distance)
            for disc in clear_of:
                moved[i] = _pushed_off(moved[i], disc, distance / 2)
        if max((hypot(b.x - m.x, b.y - m.y) for b, m in zip(before, moved, strict=True)), default=0) < _SETTLED:
            break
    return moved


def _pushed_apart(one: Spot, other: Spot, distance: float) -> tuple[Spot, Spot]:
    """Both as far from their middle as it takes."""
    dx, dy, apart = _direction(other, one)
    push = max(0.0, (distance - apart) / 2)
    return Spot(one.x + dx * push, one.y + dy * push), Spot(other.x - dx * push, other.y - dy * push)


def _pushed_off(spot: Spot, disc: Disc, half: float) -> Spot:
    dx, dy, apart = _direction(disc.spot, spot)
    push = max(0.0, disc.radius + half - apart)
    return Spot(spot.x + dx * push, spot.y + dy * push)


def _direction(here: Spot, there: Spot) -> tuple[float, float, float]:
    """One unit of the way from here to there, upwards where they coincide; and how long the way is."""
    dx, dy = there.x - here.x, there.y - here.y
    apart = hypot(dx, dy)
    return (dx / apart, dy / apart, apart) if apart > _SETTLED / 10 else (0.0, -1.0, 0.0)

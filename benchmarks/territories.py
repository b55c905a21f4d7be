"""Territories of any size, invented from a seed, as territory files: the same seed and shape give the same bytes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, product
from random import Random

from benchmarks import territory_people as people
from benchmarks.territory_map import STOP_WEEKDAYS, Degrees, Document, Ground, ground, with_key

_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI")
_STARTS = {"morning": (9, 10), "afternoon": (14, 15, 16), "evening": (18,)}
_HALF_DAYS = [*product(_WEEKDAYS, _STARTS), ("SAT", "morning")]
_CALENDARS, _CALENDAR_WEIGHTS = ("always", "never", "only"), (92, 5, 3)
_PLACES = {"capacity": 8, "slot_minutes": 15, "audiences": ["snp", "cpts"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How big a territory is, how much work it asks for (`seats_per_week`) and how it hangs together.

    Shares: `rotating` templates have several hosts, `cross_sector` people also work in the sector that comes next (0
    leaves the sectors apart). `practices` counts the mobile units. `corner`: of the land, in the south-west.
    """

    name: str
    practitioners: int
    practices: int
    sectors: int
    seats_per_week: int
    mobile_units: int
    rotating: float = 0.5
    cross_sector: float = 0.1
    corner: Degrees = (47.85, -0.7)

    def tight(self) -> "Shape":
        """The same people asked for a third more: about what they can give at the least."""
        return replace(self, name=f"{self.name} tight", seats_per_week=self.seats_per_week * 4 // 3)

    def loose(self) -> "Shape":
        """The same people asked for a third less: nearly everybody could do without."""
        return replace(self, name=f"{self.name} loose", seats_per_week=self.seats_per_week * 2 // 3)

    def crossing(self, share: float) -> "Shape":
        """The same, with another share of people who also work in the next sector."""
        return replace(self, cross_sector=float(share))  # 0 and 0.0 would be two territories


S = Shape(name="S", practitioners=15, practices=5, sectors=1, seats_per_week=18, mobile_units=1)
M = Shape(name="M", practitioners=60, practices=20, sectors=3, seats_per_week=61, mobile_units=1)
L = Shape(name="L", practitioners=160, practices=45, sectors=6, seats_per_week=122, mobile_units=2)
XL = Shape(name="XL", practitioners=300, practices=90, sectors=12, seats_per_week=240, mobile_units=4)
"""A village's, a town's and a county's, and the largest territory that there is."""
SHAPES = {shape.name: shape for shape in (S, M, L, XL)}


@cache
def territory_text(shape: Shape, seed: int = 1) -> str:
    """The territory file (`tourderole/territory@1`)."""
    return json.dumps(territory(shape, seed), ensure_ascii=False, indent=1)


def territory(shape: Shape, seed: int = 1) -> Document:
    random = Random(f"{shape}/{seed}")  # noqa: S311 - invented, not secret
    counts = {"practices": shape.practices, "sectors": shape.sectors, "mobile_units": shape.mobile_units}
    land = ground(random, shape.corner, **counts)
    gps = people.practitioners(random, land, shape.practitioners, cross_sector=shape.cross_sector)
    return {
        "format": "tourderole/territory@1",
        "territory": _territory(shape, seed, land),
        "communes": land.communes,
        "practices": land.practices,
        "practitioners": gps,
        "session_templates": _templates(random, shape, land),
        "availability_rules": people.availability_rules(random, gps),
        "absences": people.absences(random, gps),
        "availability_exceptions": people.exceptions(random, gps),
        "duties": people.duties(random, gps),
        "burden_history": people.burden_history(random, gps),
    }


def _territory(shape: Shape, seed: int, land: Ground) -> Document:
    return {
        "id": f"{shape.name.lower().replace(' ', '-')}-{seed}",
        "name": f"CPTS inventée {shape.name} n° {seed}",
        "department": "99",
        "finess": with_key(f"998{seed:05}"),
        "aci_size": 4,
        "population": sum(commune["population"] for commune in land.communes),
        "timezone": "Europe/Paris",
        "school_zone": "B",
        "holiday_zone": "metropole",
        "pdsa_saturday_start": "12:00",
    }


def _templates(random: Random, shape: Shape, land: Ground) -> list[Document]:
    """Mobile units first; then every half-day of every sector once, in random order, and again, until seats suffice."""
    numbers = count(1)
    found = [_mobile_template(next(numbers), *each) for each in _stops(land)]
    groups = {sector: _rotation_groups(random, land.fixed_in[sector]) for sector in land.sectors}
    asked = len(found)
    while asked < shape.seats_per_week:
        cells = list(product(land.sectors, _HALF_DAYS))
        for sector, (weekday, half_day) in random.sample(cells, min(len(cells), shape.seats_per_week - asked)):
            hosts = random.choice(groups[sector] if random.random() < shape.rotating else _alone(land, sector))
            template = {"id": f"t{next(numbers):03}", "weekday": weekday, "sector": sector}
            found.append(template | _session(random, half_day, weekday, hosts))
            asked += 1
    return _with_second_seats(random, found, land)


def _session(random: Random, half_day: str, weekday: str, hosts: Sequence[str]) -> Document:
    start = 9 if weekday == "SAT" else random.choice(_STARTS[half_day])
    return _PLACES | {
        "start": f"{start:02}:00",
        "end": f"{start + 2:02}:00",
        "hosts": list(hosts),
        "seats": 1,
        "mode": "walk_in" if random.random() < 0.1 else "bookable",
        "modality": "tele" if random.random() < 0.05 else "in_person",
        "priority": 2 if random.random() < 0.2 else 1,
        "on_public_holidays": random.random() < 0.03,
        "school_holidays": random.choices(_CALENDARS, _CALENDAR_WEIGHTS)[0],
    }


def _mobile_template(number: int, sector: str, unit: str, weekday: str) -> Document:
    times = {"start": "09:30", "end": "12:00", "mode": "walk_in", "modality": "in_person", "priority": 2}
    return _PLACES | times | {"id": f"t{number:03}", "weekday": weekday, "sector": sector, "hosts": [unit], "seats": 1}


def _stops(land: Ground) -> Iterator[tuple[str, str, str]]:
    for sector, units in land.mobile_in.items():
        for unit, weekday in product(units, STOP_WEEKDAYS):
            yield sector, unit["id"], weekday


def _rotation_groups(random: Random, practices: Sequence[Document]) -> list[list[str]]:
    """Two sets of two to four hosts, so that templates share a rotation."""
    most = min(4, len(practices))
    sizes = [random.randint(min(2, most), most) for _ in range(2)]
    return [sorted(each["id"] for each in random.sample(list(practices), size)) for size in sizes]


def _alone(land: Ground, sector: str) -> list[list[str]]:
    return [[practice["id"]] for practice in land.fixed_in[sector]]


def _with_second_seats(random: Random, templates: list[Document], land: Ground) -> list[Document]:
    """Half the pairs of one sector, weekday and start become one template of two seats, where hosts have two rooms."""
    rooms = {practice["id"]: practice["rooms"] for practice in land.practices}
    kept: dict[tuple[str, str, str], Document] = {}
    found = []
    for template in templates:
        twin = kept.setdefault((template["sector"], template["weekday"], template["start"]), template)
        fits = all(rooms[host] >= 2 for host in twin["hosts"])
        if twin is not template and fits and twin["seats"] == 1 and random.random() < 0.5:
            twin["seats"] = 2
        else:
            found.append(template)
    return found

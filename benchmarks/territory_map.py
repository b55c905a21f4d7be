"""The ground of a generated territory: sectors 30 km apart, their communes, practices and mobile units."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from math import ceil, cos, pi, radians, sin, sqrt
from random import Random
from typing import Any

from stdnum import luhn

Document = dict[str, Any]
Degrees = tuple[float, float]
"""North, east."""

SECTOR_SPACING_KM = 30
SECTOR_RADIUS_KM = 7
"""So a practice of the next sector is at least 16 km away, 20.8 km by road: out of reach, save for who is to cross."""
STOP_WEEKDAYS = ("TUE", "THU")
_KM_PER_DEGREE = 111.2
_COMMUNES_PER_SECTOR = 7
_SYLLABLES = (("Bel", "Mont", "Ville", "Roche", "Clair", "Saint-Just", "Val"), ("ay", "euil", "igné", "oux", "ière"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`fixed_in` and `mobile_in`: the practices of each sector, those that stand still and those that move."""

    communes: list[Document]
    practices: list[Document]
    fixed_in: dict[str, list[Document]]
    mobile_in: dict[str, list[Document]]

    @property
    def sectors(self) -> list[str]:
        return list(self.fixed_in)


def ground(random: Random, corner: Degrees, *, practices: int, sectors: int, mobile_units: int) -> Ground:
    """Sectors on a square grid north-east of a corner; practices dealt to them in turn, mobile units (counted) last."""
    names = [f"S{number}" for number in range(1, sectors + 1)]
    columns = ceil(sqrt(sectors))
    centres = [
        _moved(corner, *(SECTOR_SPACING_KM * step for step in divmod(index, columns))) for index in range(sectors)
    ]
    communes = [each for index, name in enumerate(names) for each in _communes(random, name, index, centres[index])]
    fixed: dict[str, list[Document]] = {name: [] for name in names}
    mobile: dict[str, list[Document]] = {name: [] for name in names}
    for index in range(practices):
        sector = names[index % sectors]
        here = [each for each in communes if each["sector"] == sector]
        if index < practices - mobile_units:
            fixed[sector].append(_fixed(random, index, here, is_house=not fixed[sector]))
        else:
            mobile[sector].append(_mobile(random, index, here))
    everything = list(chain(*fixed.values(), *mobile.values()))
    return Ground(communes=communes, practices=everything, fixed_in=fixed, mobile_in=mobile)


def with_key(digits: str) -> str:
    """The number with its Luhn key, as RPPS and FINESS have."""
    return digits + luhn.calc_check_digit(digits)


def _moved(point: Degrees, north_km: float, east_km: float) -> Degrees:
    lat, lon = point
    east = east_km / (_KM_PER_DEGREE * cos(radians(lat)))
    return round(lat + north_km / _KM_PER_DEGREE, 5), round(lon + east, 5)


def _near(random: Random, point: Degrees, within_km: float) -> Degrees:
    distance_km, angle = within_km * sqrt(random.random()), 2 * pi * random.random()
    return _moved(point, distance_km * sin(angle), distance_km * cos(angle))


def _communes(random: Random, sector: str, index: int, centre: Degrees) -> Iterator[Document]:
    """A town at the centre, and villages around it."""
    for place in range(_COMMUNES_PER_SECTOR):
        number = index * _COMMUNES_PER_SECTOR + place + 1
        lat, lon = centre if place == 0 else _near(random, centre, SECTOR_RADIUS_KM)
        yield {
            "insee": f"99{number:03}",
            "name": f"{''.join(map(random.choice, _SYLLABLES))}-{number}",
            "postal_code": f"99{index:02}0",
            "population": random.randrange(8000, 16000) if place == 0 else random.randrange(400, 3000),
            "lat": lat,
            "lon": lon,
            "sector": sector,
        }


def _fixed(random: Random, index: int, communes: list[Document], *, is_house: bool) -> Document:
    """Every sector has at least one house with several rooms."""
    house = random.choice(("health_house", "health_centre"))
    kind = house if is_house or random.random() < 0.35 else "practice"
    commune = random.choices(communes, [each["population"] for each in communes])[0]
    lat, lon = _near(random, (commune["lat"], commune["lon"]), 0.5)
    place = {"insee": commune["insee"], "lat": lat, "lon": lon}
    return _practice(index, kind, rooms=1 if kind == "practice" else random.choice((2, 2, 3))) | place


def _mobile(random: Random, index: int, communes: list[Document]) -> Document:
    """Its stops are villages, not the town."""
    villages = random.sample(communes[1:], len(STOP_WEEKDAYS))
    stops = [
        {"weekday": weekday, "address_line": "Place de l'Église"}
        | {key: village[key] for key in ("insee", "lat", "lon")}
        for weekday, village in zip(STOP_WEEKDAYS, villages, strict=True)
    ]
    return _practice(index, "mobile_unit", rooms=1) | {"stops": stops}


def _practice(index: int, kind: str, *, rooms: int) -> Document:
    return {
        "id": f"site-{index + 1:03}",
        "name": f"Maison médicale {index + 1}",
        "kind": kind,
        "finess": with_key(f"997{index + 1:05}"),
        "address_line": f"{index + 1} rue de la Mairie",
        "phone": f"+332439{10000 + index}",
        "rooms": rooms,
    }

"""From degrees to the drawing: an equirectangular projection true at the middle parallel, and its scale bar."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians

from service.domain.geography import EARTH_RADIUS_KM, Point

WIDTH = 960.0
HIGHEST = 760.0
PADDING = 64.0
SMALLEST_SPAN_KM = 4.0
"""A territory of one place is drawn as if it were this wide."""
LONGEST_BAR = 180.0
_BARS_KM = (50, 20, 10, 5, 2, 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the drawing: from the left and from the top, in the drawing's units."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleBar:
    km: int
    length: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """`west`, `north`: kilometres of the drawing's top left corner. x = longitude × cos(middle latitude)."""

    cosine: float
    west: float
    north: float
    units_per_km: float
    height: float

    @staticmethod
    def around(points: Iterable[Point]) -> "Projection":
        """All points within the drawing, as large as it allows."""
        found = list(points) or [Point(0, 0)]
        latitudes = [point.lat for point in found]
        cosine = cos(radians((min(latitudes) + max(latitudes)) / 2))
        east_km = [_km(point.lon * cosine) for point in found]
        north_km = [_km(latitude) for latitude in latitudes]
        wide = max(max(east_km) - min(east_km), SMALLEST_SPAN_KM)
        high = max(max(north_km) - min(north_km), SMALLEST_SPAN_KM / 2)
        units_per_km = min((WIDTH - 2 * PADDING) / wide, (HIGHEST - 2 * PADDING) / high)
        height = high * units_per_km + 2 * PADDING
        return Projection(
            cosine=cosine,
            west=(min(east_km) + max(east_km)) / 2 - WIDTH / 2 / units_per_km,
            north=(min(north_km) + max(north_km)) / 2 + height / 2 / units_per_km,
            units_per_km=units_per_km,
            height=height,
        )

    def spot(self, point: Point) -> Spot:
        x = (_km(point.lon * self.cosine) - self.west) * self.units_per_km
        y = (self.north - _km(point.lat)) * self.units_per_km
        return Spot(x, y)

    @property
    def scale_bar(self) -> ScaleBar:
        """The longest round distance that fits beneath the map."""
        km = next((km for km in _BARS_KM if km * self.units_per_km <= LONGEST_BAR), _BARS_KM[-1])
        return ScaleBar(km=km, length=km * self.units_per_km)


def _km(degrees: float) -> float:
    return EARTH_RADIUS_KM * radians(degrees)

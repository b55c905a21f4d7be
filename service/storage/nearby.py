"""Where places are looked for: squares of the map around a point, and the map on which nearness is asked."""

from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Double,
    FromClause,
    Integer,
    func,
    literal_column,
    select,
    true,
)

from service.storage.places import number

KM_PER_DEGREE = 111.19
"""Of latitude, on a sphere of 6 371 km, rounded down so that boxes are never too small."""


def on_the_map(lat: ColumnElement[float], lon: ColumnElement[float]) -> ColumnElement[Any]:
    """As `ON_THE_MAP` says it of communes."""
    return func.point(lon, func.degrees(func.asinh(func.tand(lat))))


def cells_around(origin: CTE, bounds: CTE) -> CTE:
    """The squares around the origin that hold all within reach, each with the box that does: see `SlotRow.cell`."""
    half_lat = bounds.c.crow_km / number(KM_PER_DEGREE)
    half_lon = half_lat / func.greatest(func.cosd(origin.c.lat), number(0.01), type_=Double())
    south, north = origin.c.lat - half_lat, origin.c.lat + half_lat
    west, east = origin.c.lon - half_lon, origin.c.lon + half_lon
    edges = (south.label("south"), north.label("north"), west.label("west"), east.label("east"))
    box = select(*origin.c, *edges).select_from(origin.join(bounds, true())).cte("box")
    row, column = _squares(box.c.south, box.c.north, "row"), _squares(box.c.west, box.c.east, "column")
    found = select(*box.c, (row.c.number * literal_column("1000") + column.c.number).label("cell"))
    return found.select_from(box.join(row, true()).join(column, true())).cte("cells")


def _squares(least: ColumnElement[float], most: ColumnElement[float], name: str) -> FromClause:
    """The half degrees between two. From an array, as the planner takes a bare series for a thousand numbers long."""
    first, last = (func.floor(degrees * number(2)).cast(Integer) for degrees in (least, most))
    series = func.array(select(func.generate_series(first, last)).scalar_subquery())
    return func.unnest(series).table_valued(Column("number", Integer)).render_derived(f"each_{name}")

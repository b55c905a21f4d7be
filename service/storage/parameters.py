"""The parameters of the hot statements, which are built once and run with different values."""

from typing import Any

from sqlalchemy import ARRAY, ColumnElement, DateTime, Double, Integer, Text, Uuid, bindparam
from sqlalchemy.types import TypeEngine

_PREFIX = "given_"


def _parameter(name: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Prefixed, as a value with a column's name is taken for one to set, in every UPDATE of the statement."""
    return bindparam(_PREFIX + name, type_=type_)


NOW = _parameter("now", DateTime(timezone=True))
NEW_ID = _parameter("new_id", Uuid())
SLOT = _parameter("slot", Uuid())
HOLD = _parameter("hold", Uuid())
BOOKING = _parameter("booking", Uuid())
CASE_REF = _parameter("case_ref", Text())
ORIGIN = _parameter("origin", Text())
CALLER = _parameter("caller", Text())
REGULATOR = _parameter("regulator", Uuid())
KEY = _parameter("key", Text())
CALLERS, KEYS = _parameter("callers", ARRAY(Text())), _parameter("keys", ARRAY(Text()))
"""Of several, in the same order."""
OPERATION = _parameter("operation", Text())
REQUEST = _parameter("request", Text())
INSEE = _parameter("insee", Text())
LAT = _parameter("lat", Double())
LON = _parameter("lon", Double())
START = _parameter("start", DateTime(timezone=True))
END = _parameter("end", DateTime(timezone=True))
START_WALL = _parameter("start_wall", DateTime())
"""Wall time where it is asked about, when `START` is null; so is `END_WALL`."""
END_WALL = _parameter("end_wall", DateTime())
RPPS = _parameter("rpps", ARRAY(Text()))
MODALITY = _parameter("modality", Text())
AUDIENCE = _parameter("audience", Text())
USUAL_GP = _parameter("usual_gp", Text())
CHANGE = _parameter("change", Integer())
LIMIT = _parameter("limit", Integer())


def given(**values: object) -> dict[str, Any]:
    """Values by the names of the parameters above, in lower case."""
    return {_PREFIX + name: value for name, value in values.items()}

"""The parameters of the hot statements, which are built once and run with different values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    DateTime,
    Double,
    FromClause,
    Integer,
    Text,
    Uuid,
    bindparam,
    func,
)
from sqlalchemy.types import TypeEngine

_PREFIX, _EACH = "given_", "each_"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one request to book brings: parameters, or columns of `asked_by_many`. `now`: when it came."""

    new_id: ColumnElement[Any] = NEW_ID
    slot: ColumnElement[Any] = SLOT
    case_ref: ColumnElement[Any] = CASE_REF
    origin: ColumnElement[Any] = ORIGIN
    caller: ColumnElement[Any] = CALLER
    regulator: ColumnElement[Any] = REGULATOR
    usual_gp: ColumnElement[Any] = USUAL_GP
    key: ColumnElement[Any] = KEY
    operation: ColumnElement[Any] = OPERATION
    request: ColumnElement[Any] = REQUEST
    now: ColumnElement[Any] = NOW

    @classmethod
    def of(cls, many: FromClause) -> "Asked":
        """By one of its rows."""
        return cls(**{name: many.c[name] for name in ASKED})


BY_ITSELF = Asked()
"""Asked for by the only request of a statement."""
ASKED: Mapping[str, TypeEngine[Any]] = {field.name: getattr(BY_ITSELF, field.name).type for field in fields(Asked)}
"""What a request to book brings, by name, and its type."""


def asked_by_many() -> FromClause:
    """A row for each of several requests, and its `number` in their order."""
    lists = [_listed(name, type_) for name, type_ in ASKED.items()]
    columns = [Column(name, type_) for name, type_ in ASKED.items()]
    return func.unnest(*lists).table_valued(*columns, with_ordinality="number").render_derived("asked")


def _listed(name: str, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    return bindparam(_EACH + name, type_=ARRAY(type_))


def given_by_many(requests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters of `asked_by_many`, from what is `given` by each."""
    return {_EACH + name: [values[_PREFIX + name] for values in requests] for name in ASKED}


def given(**values: object) -> dict[str, Any]:
    """Values by the names of the parameters above, in lower case."""
    return {_PREFIX + name: value for name, value in values.items()}

"""What PostgreSQL's refusals mean: the only such table, for both doors of the database."""

from collections.abc import Mapping

import asyncpg
from sqlalchemy.exc import DBAPIError

from service.domain.account_errors import EmailTaken, RegulatorExists
from service.domain.errors import (
    AlreadyThere,
    AlreadyWaiting,
    Conflict,
    RosterExists,
    SeatBooked,
    SlotBegun,
    SlotTaken,
    StillReferred,
    TourderoleError,
    Unavailable,
)

REFUSALS: Mapping[str, type[Conflict]] = {
    "rosters_one_per_week": RosterExists,
    "bookings_one_live_per_slot": SlotTaken,
    "bookings_on_an_offered_slot": SeatBooked,
    "wait_list_one_per_case": AlreadyWaiting,
    "bookings_before_it_begins": SlotBegun,
    "regulators_one_active_national": RegulatorExists,
    "regulators_one_active_technical": RegulatorExists,
    "regulator_emails_one_active": EmailTaken,
}
"""What a violated constraint means to a caller, by the constraint's name."""

_INTEGRITY, _FOREIGN_KEY, _UNIQUE = "23", "23503", "23505"
_OUT_OF_REACH = ("08", "57P", "53", "40")
"""Classes of SQLSTATE that pass: no connection, shutting down, out of resources, rolled back in favour of another."""


def constraint_of(error: DBAPIError | asyncpg.PostgresError) -> str | None:
    """The name of the constraint that the database says was violated."""
    said: object = error
    if isinstance(error, DBAPIError):
        said = error.orig.__cause__ if error.orig else None
    return getattr(said, "constraint_name", None)


def meaning_of(error: DBAPIError | asyncpg.PostgresError) -> TourderoleError | None:
    """The domain's word for a refusal of the database; None when it is a fault of ours."""
    sqlstate = _sqlstate_of(error)
    if sqlstate.startswith(_OUT_OF_REACH) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return out_of_reach()
    if not sqlstate.startswith(_INTEGRITY):
        return None
    constraint = constraint_of(error)
    refusal = REFUSALS.get(constraint or "")
    if refusal is not None:
        return refusal()
    if sqlstate == _FOREIGN_KEY:
        return StillReferred(constraint=constraint)
    return AlreadyThere(constraint=constraint) if sqlstate == _UNIQUE else None


def out_of_reach() -> Unavailable:
    return Unavailable("the database is out of reach", dependency="database")


def _sqlstate_of(error: DBAPIError | asyncpg.PostgresError) -> str:
    said: object = error.orig if isinstance(error, DBAPIError) else error
    return str(getattr(said, "sqlstate", "") or "")

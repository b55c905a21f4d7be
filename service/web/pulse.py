"""The database's pulse against this machine's clock."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from service.storage.database import Database
from service.storage.migrating import serves_schema
from service.storage.vitals import feel_pulse
from service.web.dependencies import Clock

log = structlog.get_logger(__name__)

CLOCK_LIMIT_SECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """`skew_seconds`: how far the two clocks are apart at least, the way to the database and back allowed for."""

    skew_seconds: float
    has_schema: bool
    has_workers: bool

    @property
    def warnings(self) -> list[str]:
        """What is wrong and yet not in the way of serving."""
        return [
            *(["clock"] if self.skew_seconds > CLOCK_LIMIT_SECONDS else []),
            *([] if self.has_workers else ["worker"]),
        ]


async def feel(database: Database, clock: Clock) -> Felt:
    """A skew above the limit is told to the log. Raises Unavailable."""
    before = clock()
    pulse = await feel_pulse(database)
    apart = max(before - pulse.at, pulse.at - clock(), timedelta(0)).total_seconds()
    if apart > CLOCK_LIMIT_SECONDS:
        log.warning("clock_skew", seconds=round(apart, 1))
    return Felt(skew_seconds=apart, has_schema=serves_schema(pulse.schema), has_workers=pulse.has_workers)

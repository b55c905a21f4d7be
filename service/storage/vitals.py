"""How the service is, as the database alone knows it: the same whichever process asks, on whichever machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from service.storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure by at most two labels. `sql` gives one row each: the labels, in order, then the figure, as `value`.

    `:now` is the present. What it costs is paid at every look: an index must bound it.
    """

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One figure: which measure's, of what, how much."""

    measure: Measure
    labels: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The database's clock, the revision of its schema, None when there is none, and whether any worker is alive."""

    at: datetime
    schema: str | None
    has_workers: bool


_ALIVE = "FROM jobs.procrastinate_workers WHERE last_heartbeat > now() - interval '10 seconds'"
"""Workers say so every second."""
_WAITING = """
    SELECT 'relay' AS stage, occurred_at AS since FROM events WHERE relayed_at IS NULL
    UNION ALL
    SELECT 'delivery', due.since FROM webhooks
    JOIN webhook_deliveries AS due ON due.webhook_id = webhooks.id AND due.state = 'pending'
    WHERE webhooks.disabled IS NULL
    UNION ALL
    VALUES ('relay', CAST(NULL AS timestamptz)), ('delivery', NULL)
"""
"""The last two so that none waiting is told as nought. `since` is known of all that wait. What waits for a receiver
that is disabled waits for its owner, not for us."""

MEASURES: tuple[Measure, ...] = (
    Measure(
        name="places_free",
        meaning="Free places of the next 48 hours",
        labels=("territory", "sector"),
        sql="""
            SELECT territory_id AS territory, sector, coalesce(sum(free), 0) AS value
            FROM (SELECT DISTINCT territory_id, sector FROM communes) AS inhabited
            FULL JOIN (
                SELECT sessions.territory_id, sessions.template ->> 'sector' AS sector, offered.free
                FROM (
                    SELECT session_id, sum(places - taken) AS free
                    FROM slots
                    WHERE state IN ('free', 'held') AND (state = 'free' OR held_until <= :now)
                      AND start_at > :now AND start_at <= CAST(:now AS timestamptz) + interval '48 hours'
                    GROUP BY session_id
                ) AS offered
                JOIN sessions ON sessions.id = offered.session_id
            ) AS open USING (territory_id, sector)
            GROUP BY territory_id, sector
        """,
    ),
    Measure(
        name="holds_live",
        meaning="Holds that wait for their booking",
        sql="SELECT count(*) AS value FROM holds WHERE expires_at > :now AND ended IS NULL",
    ),
    Measure(
        name="holds_expired",
        meaning="Holds of the last 5 minutes that ended without a booking or a release",
        sql="""
            SELECT count(*) AS value FROM holds
            WHERE expires_at <= :now AND expires_at > CAST(:now AS timestamptz) - interval '5 minutes'
              AND (ended IS NULL OR ended = 'expired')
        """,
    ),
    Measure(
        name="jobs_waiting",
        meaning="Jobs that are due and wait for a worker",
        labels=("queue",),
        sql="""
            SELECT queue_name AS queue, count(*) AS value FROM jobs.procrastinate_jobs
            WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY queue_name
        """,
    ),
    Measure(
        name="job_lag_seconds",
        meaning="How long the oldest job that is due has waited",
        labels=("queue",),
        sql="""
            SELECT oldest.queue_name AS queue,
                extract(epoch FROM now() - coalesce(job.scheduled_at, queued.at)) AS value
            FROM (
                SELECT queue_name, min(id) AS id FROM jobs.procrastinate_jobs
                WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) GROUP BY queue_name
            ) AS oldest
            JOIN jobs.procrastinate_jobs AS job ON job.id = oldest.id
            JOIN LATERAL (
                SELECT max(at) AS at FROM jobs.procrastinate_events WHERE job_id = oldest.id
            ) AS queued ON true
        """,
    ),
    Measure(
        name="jobs_running",
        meaning="Jobs that a worker has taken",
        labels=("queue",),
        sql="""
            SELECT queue_name AS queue, count(*) AS value FROM jobs.procrastinate_jobs
            WHERE status = 'doing' AND worker_id IS NOT NULL GROUP BY queue_name
        """,
    ),
    Measure(
        name="events_waiting",
        meaning="Events that wait to be handed over, and their deliveries that wait for an enabled receiver",
        labels=("stage",),
        sql=f"SELECT stage, count(since) AS value FROM ({_WAITING}) AS waiting GROUP BY stage",  # noqa: S608
    ),
    Measure(
        name="event_lag_seconds",
        meaning="How long the oldest of them has waited",
        labels=("stage",),
        sql=f"""
            SELECT stage, greatest(coalesce(extract(epoch FROM CAST(:now AS timestamptz) - min(since)), 0), 0) AS value
            FROM ({_WAITING}) AS waiting GROUP BY stage
        """,  # noqa: S608
    ),
    Measure(
        name="deliveries_dead",
        meaning="Deliveries given up, which can be replayed",
        sql="""
            SELECT count(*) AS value FROM webhooks
            JOIN webhook_deliveries AS dead ON dead.webhook_id = webhooks.id AND dead.state = 'dead'
        """,
    ),
    Measure(
        name="sas_appointments",
        meaning="Bookings that the SAS is yet to be told of, and those of which it refused to be",
        labels=("state",),
        sql="""
            SELECT state, count(booking_id) AS value FROM (VALUES ('pending'), ('refused')) AS known (state)
            LEFT JOIN sas_appointments USING (state) GROUP BY state
        """,
    ),
    Measure(
        name="sas_lag_seconds",
        meaning="How long the oldest booking that the SAS is yet to be told of has waited",
        sql="""
            SELECT greatest(coalesce(extract(epoch FROM CAST(:now AS timestamptz) - min(since)), 0), 0) AS value
            FROM sas_appointments WHERE state = 'pending'
        """,
    ),
    Measure(
        name="workers",
        meaning="Signs of life of workers in the last 10 seconds: of each worker two, of its solves and its deliveries",
        sql=f"SELECT count(*) AS value {_ALIVE}",
    ),
    Measure(
        name="solves",
        meaning="Solves that ended in the last 24 hours, by outcome, of rosters that were not amended since",
        labels=("outcome",),
        sql="""
            SELECT answer ->> 'outcome' AS outcome, count(*) AS value FROM rosters
            WHERE solved_at > CAST(:now AS timestamptz) - interval '24 hours' AND answer IS NOT NULL
                AND state <> 'amended'
            GROUP BY 1
            UNION ALL
            SELECT 'FAILED', count(*) FROM rosters
            WHERE solving = 'failed' AND requested_at > CAST(:now AS timestamptz) - interval '24 hours'
        """,
    ),
    Measure(
        name="solve_gap",
        meaning="The widest gap of those solves between value and proved bound, as a share; 1 without a bound",
        labels=("goal",),
        sql="""
            SELECT goal ->> 'name' AS goal, max(
                coalesce(abs(CAST(goal ->> 'value' AS float8) - CAST(goal ->> 'bound' AS float8))
                    / greatest(abs(CAST(goal ->> 'value' AS float8)), 1), 1)
            ) AS value
            FROM rosters, jsonb_array_elements(answer -> 'goals') AS goal
            WHERE solved_at > CAST(:now AS timestamptz) - interval '24 hours' AND answer IS NOT NULL
                AND state <> 'amended'
            GROUP BY 1
        """,
    ),
)
"""What is measured: a new figure is a new row. The names are those of `/metrics` without `tourderole_`."""


def _row(measure: Measure) -> str:
    labels = ", ".join(measure.labels)
    return f"SELECT '{measure.name}', ARRAY[{labels}]::text[], CAST(value AS float8) FROM ({measure.sql}) AS figures"  # noqa: S608


_ALL = text(" UNION ALL ".join(map(_row, MEASURES)))
_PULSE = text(f"SELECT clock_timestamp(), (SELECT version_num FROM alembic_version), EXISTS (SELECT {_ALIVE})")  # noqa: S608
_BY_NAME = {measure.name: measure for measure in MEASURES}


async def take_readings(database: Database, *, now: datetime) -> Sequence[Reading]:
    """Every measure, in one statement. Raises Unavailable."""
    async with database.statement() as connection:
        rows = await connection.execute(_ALL, {"now": now})
        return [
            Reading(measure=_BY_NAME[name], labels=tuple(label or "" for label in labels), value=value)
            for name, labels, value in rows
        ]


async def feel_pulse(database: Database) -> Pulse:
    """Raises Unavailable."""
    async with database.statement() as connection:
        try:
            at, schema, has_workers = (await connection.execute(_PULSE)).one()
        except ProgrammingError:
            at, schema, has_workers = await connection.scalar(text("SELECT clock_timestamp()")), None, False
    return Pulse(at=at, schema=schema, has_workers=has_workers)

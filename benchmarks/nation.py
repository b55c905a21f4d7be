"""All of France, invented: 1 000 territories, 60 000 practitioners, a million places, of which 300 000 are free.

Row by row as the service writes them, but written by PostgreSQL itself, in a minute. In the north-west nothing is free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import asyncpg

from benchmarks.territory_map import Degrees
from service.domain.calendar import Interval, IsoWeek

WHAT = "1 020 000 places of 5 000 practices, 60 000 practitioners and 1 000 territories, 310 000 of them free"
_MADE = """
INSERT INTO territories (id, version, name, department, finess, aci_size, population, timezone, school_zone,
    holiday_zone, pdsa_saturday_start, policy)
SELECT 't-' || t, 1, 'CPTS ' || t, '99', '998' || lpad(t::text, 6, '0'), 4, 60000, 'Europe/Paris', 'B', 'metropole',
    '12:00', '{}' FROM generate_series(0, 999) t;

INSERT INTO communes (territory_id, insee, position, name, postal_code, population, lat, lon, sector)
SELECT 't-' || t, lpad((5 * t + p)::text, 5, '0'), p, 'Commune ' || p, '99000', 12000,
    43 + 6 * (t / 32 + 0.5) / 32 + 0.06 * cos(p * 1.2566), -1 + 8 * (t % 32 + 0.5) / 32 + 0.08 * sin(p * 1.2566),
    'S' || p
FROM generate_series(0, 999) t, generate_series(0, 4) p;

INSERT INTO practices (territory_id, id, position, version, name, kind, insee, address_line, phone, rooms, lat, lon,
    stops)
SELECT territory_id, 'p-' || position, position, 1, 'Maison ' || insee, 'health_house', insee, '1 rue de la Mairie',
    '+33243910000', 12, lat + 0.01, lon, '[]' FROM communes;

INSERT INTO practitioners (territory_id, id, position, version, given_name, family_name, rpps, specialty, status,
    home_practice, max_sessions_per_week, min_sessions_per_week, capacity_uplift, may_work_at)
SELECT 't-' || t, 'gp-' || g, g, 1, 'Aline', 'Morvan-' || g, '99' || lpad((60 * t + g)::text, 9, '0'), 'SM54',
    'self_employed', 'p-' || g % 5, 5, 0, 0, '{}' FROM generate_series(0, 999) t, generate_series(0, 59) g;

INSERT INTO rosters (id, territory_id, first_week, weeks, period, state, version, solving, seed, seconds,
    stop_requested, requested_by, requested_at)
SELECT md5('roster' || t)::uuid, 't-' || t, '{week}', 2, daterange('{monday}', '{monday}'::date + 14), 'published', 1,
    'solved', 1, 1, false, 'benchmark', now() FROM generate_series(0, 999) t;

INSERT INTO sessions (id, roster_id, territory_id, template_id, on_date, period, hosts, burden_class, template)
SELECT md5('session' || t || '/' || p || '/' || d)::uuid, md5('roster' || t)::uuid, 't-' || t, 'te-' || p,
    '{monday}'::date + d, tstzrange('{monday}'::timestamptz + d * interval '1 day' + interval '8 hours',
        '{monday}'::timestamptz + d * interval '1 day' + interval '13 hours'), ARRAY['p-' || p], 'ordinary', '{}'
FROM generate_series(0, 999) t, generate_series(0, 4) p, generate_series(0, 9) d;

INSERT INTO slots (id, session_id, territory_id, practice_id, practitioner_id, mode, modality, audiences, start_at,
    end_at, lat, lon, places, taken, state)
SELECT gen_random_uuid(), md5('session' || t || '/' || g % 5 || '/' || g / 6)::uuid, 't-' || t, 'p-' || g % 5,
    'gp-' || g, 'bookable', 'in_person', ARRAY['cpts', 'snp'], at, at + interval '15 minutes', practices.lat,
    practices.lon, 1, 0,
    CASE WHEN practices.lat > 47.8 AND practices.lon < 1 OR random() > 0.32 THEN 'withdrawn' ELSE 'free' END
FROM generate_series(0, 999) t CROSS JOIN generate_series(0, 59) g CROSS JOIN generate_series(0, 16) n
JOIN LATERAL (SELECT '{monday}'::timestamptz + g / 6 * interval '1 day' + interval '8 hours'
    + n * interval '15 minutes' AS at) begin ON true
JOIN practices ON practices.territory_id = 't-' || t AND practices.id = 'p-' || g % 5;

CREATE TABLE benchmark_places AS
    SELECT row_number() OVER (ORDER BY md5(id::text)) - 1 AS n, id AS slot FROM slots WHERE state = 'free';
CREATE TABLE benchmark_points AS
    SELECT row_number() OVER (ORDER BY md5(insee)) - 1 AS n, lat, lon FROM communes
    WHERE NOT (lat > 47.6 AND lon < 1.4);
ALTER TABLE benchmark_places ADD PRIMARY KEY (n);
ALTER TABLE benchmark_points ADD PRIMARY KEY (n);
"""
_EMPTY = "SELECT lat, lon FROM communes WHERE lat > 48.2 AND lon < 0.4 ORDER BY md5(insee)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nation:
    """`points` have free places near them, `empty` ones have none; `first_day` is the first of the ten."""

    bookable: Sequence[str]
    points: Sequence[Degrees]
    empty: Sequence[Degrees]
    first_day: datetime

    def days(self, count: int) -> Interval:
        """So many, from the first on."""
        return Interval(start=self.first_day, end=self.first_day + timedelta(days=count))


def _degrees(row: asyncpg.Record) -> Degrees:
    return round(row["lat"], 6), round(row["lon"], 6)


async def make_nation(url: str) -> Nation:
    """The rows, in an empty schema."""
    first = IsoWeek.of(datetime.now(UTC).date() + timedelta(weeks=1))
    connection = await asyncpg.connect(url, command_timeout=600)
    words = {"{week}": str(first), "{monday}": first.monday.isoformat()}
    made = _MADE
    for word, stands_for in words.items():
        made = made.replace(word, stands_for)
    await connection.execute("SET timezone = 'UTC'; SET synchronous_commit = off")
    await connection.execute(made)
    await connection.execute("VACUUM ANALYZE")
    bookable = [str(row["slot"]) for row in await connection.fetch("SELECT slot FROM benchmark_places ORDER BY n")]
    points = list(map(_degrees, await connection.fetch("SELECT lat, lon FROM benchmark_points ORDER BY n")))
    empty = list(map(_degrees, await connection.fetch(_EMPTY)))
    await connection.close()
    first_day = datetime.combine(first.monday, time(), tzinfo=UTC)
    return Nation(bookable=bookable, points=points, empty=empty, first_day=first_day)

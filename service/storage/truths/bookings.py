"""What is true of places, holds, bookings and idempotency keys."""

from service.storage.truths.truth import Truth

TRUTHS = (
    Truth(
        name="one_live_booking_a_place",
        sentence="No place has two live bookings.",
        sql="""
            SELECT 'slot ' || slot_id AS row, count(*) || ' live bookings: ' || string_agg(id::text, ', ') AS said
            FROM bookings WHERE status <> 'cancelled' GROUP BY slot_id HAVING count(*) > 1
        """,
    ),
    Truth(
        name="live_bookings_have_their_place",
        sentence="Every live booking has its place: busy at that very hour; withdrawn only while it is displaced.",
        sql="""
            SELECT 'booking ' || b.id AS row,
                coalesce('its place ' || s.id || ' is ' || s.state || ' at ' || s.start_at, 'it has no place') AS said
            FROM bookings b LEFT JOIN slots s ON s.id = b.slot_id
            WHERE b.status <> 'cancelled' AND (
                s.id IS NULL OR s.mode <> 'bookable' OR s.start_at <> b.slot_start_at
                OR s.territory_id <> b.territory_id
                OR s.state <> CASE WHEN b.displaced THEN 'withdrawn' ELSE 'busy' END
            )
        """,
    ),
    Truth(
        name="bookings_made_before_they_begin",
        sentence="Every booking was put on its place before that begins.",
        sql="""
            SELECT 'booking ' || id AS row, 'placed at ' || placed_at || ', begins at ' || slot_start_at AS said
            FROM bookings WHERE placed_at >= slot_start_at
        """,
    ),
    Truth(
        name="busy_places_have_their_booking",
        sentence="Every busy place has exactly one live booking.",
        sql="""
            SELECT 'slot ' || s.id AS row, count(b.id) || ' live bookings on a busy place' AS said
            FROM slots s LEFT JOIN bookings b ON b.slot_id = s.id AND b.status <> 'cancelled' AND NOT b.displaced
            WHERE s.state = 'busy' GROUP BY s.id HAVING count(b.id) <> 1
        """,
    ),
    Truth(
        name="counters_tell_the_rows",
        sentence="Every place counts as taken as many live bookings as it has.",
        sql="""
            SELECT 'slot ' || s.id AS row, s.taken || ' taken, ' || count(b.id) || ' live bookings' AS said
            FROM slots s LEFT JOIN bookings b ON b.slot_id = s.id AND b.status <> 'cancelled' AND NOT b.displaced
            WHERE s.mode = 'bookable' GROUP BY s.id, s.taken HAVING s.taken <> count(b.id)
        """,
    ),
    Truth(
        name="no_place_over_capacity",
        sentence="No place holds more patients than its one, no walk-in session more or fewer than it may.",
        sql="""
            SELECT 'slot ' || id AS row, taken || ' taken of ' || places || ' (' || mode || ')' AS said
            FROM slots WHERE taken NOT BETWEEN 0 AND places OR mode = 'bookable' AND places <> 1
        """,
    ),
    Truth(
        name="held_places_have_their_hold",
        sentence="Every held place has the one hold that it names, until the same instant; no other place has one.",
        sql="""
            SELECT 'slot ' || s.id AS row,
                coalesce('hold ' || h.id || ' of slot ' || h.slot_id || ', ended: ' || coalesce(h.ended, 'no'),
                    'its hold ' || coalesce(s.hold_id::text, '(none)') || ' does not exist')
                || ', place ' || s.state || ' until ' || coalesce(s.held_until::text, '(never)') AS said
            FROM slots s LEFT JOIN holds h ON h.id = s.hold_id
            WHERE s.state = 'held' AND (
                h.id IS NULL OR h.slot_id <> s.id OR h.ended IS NOT NULL OR s.held_until IS DISTINCT FROM h.expires_at
            ) OR s.state <> 'held' AND (s.hold_id IS NOT NULL OR s.held_until IS NOT NULL)
        """,
    ),
    Truth(
        name="holds_are_lost_only_when_over",
        sentence="A hold that its place no longer shows was ended, or somebody took the place once its time was over.",
        sql="""
            SELECT 'hold ' || h.id AS row,
                'slot ' || h.slot_id || ' does not show it, and nobody took that after ' || h.expires_at AS said
            FROM holds h LEFT JOIN slots s ON s.hold_id = h.id AND s.id = h.slot_id
            WHERE h.ended IS NULL AND s.id IS NULL
            AND NOT EXISTS (SELECT FROM holds o WHERE o.slot_id = h.slot_id AND o.held_at >= h.expires_at)
            AND NOT EXISTS (
                SELECT FROM events e WHERE e.data ->> 'slot' = h.slot_id::text
                AND e.type IN ('booking.booked', 'booking.moved', 'booking.handed_over')
                AND e.occurred_at >= h.expires_at
            )
        """,
    ),
    Truth(
        name="confirmed_holds_became_bookings",
        sentence="Every confirmed hold became a booking on its place, of its case if it named one.",
        sql="""
            SELECT 'hold ' || h.id AS row, 'no booking of its case was put on slot ' || h.slot_id AS said
            FROM holds h WHERE h.ended = 'confirmed' AND NOT EXISTS (
                SELECT FROM events e WHERE e.data ->> 'slot' = h.slot_id::text
                AND e.type IN ('booking.booked', 'booking.moved')
                AND (e.data ->> 'case_ref' = h.case_ref OR h.case_ref IS NULL AND e.occurred_at >= h.held_at)
            )
        """,
    ),
    Truth(
        name="keys_have_what_they_created",
        sentence="Every idempotency key has what it created: booking, hold, roster or entry, made by its caller then.",
        sql="""
            SELECT 'key ' || k.caller || '/' || k.key AS row, k.operation || ' created ' || k.resource
                || ', which is not there as it was made' AS said
            FROM idempotency_keys k
            LEFT JOIN bookings b ON k.operation IN ('POST /v1/bookings', 'book on the page') AND b.id::text = k.resource
            LEFT JOIN holds h ON k.operation IN ('POST /v1/holds', 'hold on the page') AND h.id::text = k.resource
            LEFT JOIN rosters r ON k.operation LIKE 'POST /v1/territories/%/rosters'
                AND r.id::text = split_part(k.resource, '/', 1)
            LEFT JOIN wait_list w ON k.operation = 'POST /v1/wait-list' AND w.id::text = k.resource
            LEFT JOIN wait_list a ON k.operation = 'POST /v1/wait-list/' || a.id || '/accept'
            WHERE k.operation IN ('POST /v1/bookings', 'book on the page')
                AND (b.booked_by, b.booked_at) IS DISTINCT FROM (k.caller, k.used_at)
            OR k.operation IN ('POST /v1/holds', 'hold on the page')
                AND (h.held_by, h.held_at) IS DISTINCT FROM (k.caller, k.used_at)
            OR k.operation LIKE 'POST /v1/territories/%/rosters'
                AND (r.version IS NULL
                    OR r.version < split_part(k.resource, '/', 2)::integer)
            OR k.operation = 'POST /v1/wait-list'
                AND (w.entered_by, w.entered_at) IS DISTINCT FROM (k.caller, k.used_at)
            OR k.operation LIKE 'POST /v1/wait-list/%/accept' AND a.booking_id IS NULL
        """,
    ),
    Truth(
        name="one_key_one_creation",
        sentence="No two idempotency keys stand for the same booking or hold.",
        sql="""
            SELECT operation || ' ' || resource AS row, 'made by the keys ' || string_agg(key, ', ') AS said
            FROM idempotency_keys
            WHERE operation IN ('POST /v1/bookings', 'POST /v1/holds', 'book on the page', 'hold on the page')
            GROUP BY operation, resource HAVING count(*) > 1
        """,
    ),
)

ACKNOWLEDGED = Truth(
    name="acknowledged_is_there",
    sentence="Every booking that was acknowledged exists once, and was on that place, in that state, at that version,"
    " and so is its key.",
    sql="""
        WITH kept AS (
            SELECT * FROM jsonb_to_recordset(CAST(:acknowledged AS jsonb))
            AS kept(line integer, booking uuid, version integer, status text, slot uuid, key text)
        )
        SELECT 'line ' || k.line || ', booking ' || k.booking AS row, CASE
            WHEN b.id IS NULL THEN 'it does not exist'
            WHEN b.version < k.version THEN 'it is at version ' || b.version || ', before ' || k.version
            WHEN e.data IS NULL THEN 'no event tells its version ' || k.version
            ELSE 'version ' || k.version || ' was ' || (e.data ->> 'status') || ' on slot ' || (e.data ->> 'slot')
        END AS said
        FROM kept k LEFT JOIN bookings b ON b.id = k.booking
        LEFT JOIN events e ON e.booking_id = k.booking AND e.data ->> 'version' = k.version::text
        WHERE b.id IS NULL OR b.version < k.version OR e.data IS NULL
        OR (e.data ->> 'slot', e.data ->> 'status') IS DISTINCT FROM (k.slot::text, k.status)
        UNION ALL
        SELECT 'key ' || key, 'answered with ' || string_agg(DISTINCT booking::text, ', ')
        FROM kept WHERE key IS NOT NULL GROUP BY key HAVING count(DISTINCT booking) > 1
        UNION ALL
        SELECT 'line ' || k.line || ', booking ' || k.booking, 'its key ' || k.key || ' is not kept, or not for it'
        FROM kept k WHERE k.key IS NOT NULL AND NOT EXISTS (
            SELECT FROM idempotency_keys i WHERE i.key = k.key AND (
                i.resource = k.booking::text OR i.operation NOT IN ('POST /v1/bookings', 'book on the page')
            )
        )
    """,
)
"""Asked only of a log that a client kept."""

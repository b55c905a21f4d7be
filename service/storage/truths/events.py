"""What is true of events and of their deliveries."""

from service.storage.truths.truth import Truth

TRUTHS = (
    Truth(
        name="every_change_has_its_event",
        sentence="Of every booking the events tell each version once, in order, from the first to the present one.",
        sql="""
            WITH told AS (
                SELECT booking_id, array_agg((data ->> 'version')::integer ORDER BY position) AS versions
                FROM events WHERE type LIKE 'booking.%' GROUP BY booking_id
            )
            SELECT 'booking ' || coalesce(b.id, t.booking_id) AS row, 'it is at version '
                || coalesce(b.version::text, '(unknown)') || ', told: '
                || coalesce(array_to_string(t.versions, ', '), 'nothing') AS said
            FROM bookings b FULL JOIN told t ON t.booking_id = b.id
            WHERE t.versions IS DISTINCT FROM ARRAY(SELECT generate_series(1, b.version))
        """,
    ),
    Truth(
        name="last_event_tells_the_state",
        sentence="The last event of every booking tells it as it now is: status, place, hour and case.",
        sql="""
            SELECT 'booking ' || b.id AS row, 'told ' || (e.data ->> 'status') || ' on slot ' || (e.data ->> 'slot')
                || ' for ' || (e.data ->> 'case_ref') || ', is ' || b.status || ' on slot ' || b.slot_id || ' for '
                || b.case_ref AS said
            FROM bookings b JOIN LATERAL (
                SELECT data FROM events WHERE booking_id = b.id AND type LIKE 'booking.%'
                ORDER BY position DESC LIMIT 1
            ) e ON true
            WHERE (e.data ->> 'status', e.data ->> 'slot', (e.data ->> 'start_at')::timestamptz, e.data ->> 'case_ref')
            IS DISTINCT FROM (b.status, b.slot_id::text, b.slot_start_at, b.case_ref)
        """,
    ),
    Truth(
        name="tasks_are_told",
        sentence="Of every task one event tells that it opened; one that it closed once it has, and none before.",
        sql="""
            WITH told AS (
                SELECT data ->> 'task' AS task, count(*) FILTER (WHERE type = 'task.opened') AS opened,
                    count(*) FILTER (WHERE type = 'task.closed') AS closed
                FROM events WHERE type LIKE 'task.%' GROUP BY data ->> 'task'
            )
            SELECT 'task ' || coalesce(t.id::text, e.task) AS row, coalesce(t.state, 'unknown') || ', told to open '
                || coalesce(e.opened, 0) || ' times, to close ' || coalesce(e.closed, 0) AS said
            FROM tasks t FULL JOIN told e ON e.task = t.id::text
            WHERE (e.opened, e.closed) IS DISTINCT FROM (1::bigint, (t.state <> 'open')::integer::bigint)
        """,
    ),
    Truth(
        name="events_are_unique",
        sentence="No two events bear the same id.",
        sql="""
            SELECT 'event ' || id AS row, 'at positions ' || string_agg(position::text, ', ') AS said
            FROM events GROUP BY id HAVING count(*) > 1
        """,
    ),
    Truth(
        name="no_event_is_lost",
        sentence="Every event waits to be relayed, or each receiver that wanted it has it delivered, waiting or dead.",
        sql="""
            WITH since AS (
                SELECT w.id, w.territory_id, w.event_types, w.created_at,
                    least(w.created_at + interval '1 minute', min(e.relayed_at)) AS at
                FROM webhooks w LEFT JOIN webhook_deliveries d ON d.webhook_id = w.id
                LEFT JOIN events e ON e.id = d.event_id
                WHERE w.version = 1 AND w.disabled IS NULL
                GROUP BY w.id, w.territory_id, w.event_types, w.created_at
            )
            SELECT 'event ' || e.id AS row, 'relayed at ' || e.relayed_at || ', not to webhook ' || w.id AS said
            FROM since w JOIN events e ON e.territory_id = w.territory_id AND e.type = ANY (w.event_types)
                AND e.relayed_at >= w.at AND e.occurred_at >= w.created_at
            LEFT JOIN webhook_deliveries d ON d.webhook_id = w.id AND d.event_id = e.id
            WHERE d.event_id IS NULL
        """,
    ),
    Truth(
        name="deliveries_are_of_events",
        sentence="Every delivery is of an event that was relayed, of the same type, booking and position.",
        sql="""
            SELECT 'delivery ' || d.webhook_id || '/' || d.event_id AS row,
                CASE WHEN e.id IS NULL THEN 'there is no such event' ELSE 'the event says otherwise' END AS said
            FROM webhook_deliveries d LEFT JOIN events e ON e.id = d.event_id
            WHERE e.relayed_at IS NULL
            OR (d.position, d.type, d.booking_id) IS DISTINCT FROM (e.position, e.type, e.booking_id)
        """,
    ),
    Truth(
        name="deliveries_keep_their_order",
        sentence="To no receiver an event of a booking was delivered while an earlier one was still waiting for it.",
        sql="""
            SELECT 'delivery ' || later.webhook_id || '/' || later.event_id AS row,
                'delivered at ' || later.last_attempt_at || ', before event ' || earlier.event_id || ' ('
                || earlier.state || ')' AS said
            FROM webhook_deliveries later JOIN webhook_deliveries earlier
            ON earlier.webhook_id = later.webhook_id AND earlier.booking_id = later.booking_id
            AND earlier.position < later.position
            WHERE later.state = 'delivered' AND later.last_attempt_at > earlier.since
            AND (earlier.state = 'pending' OR earlier.state = 'delivered'
                AND earlier.last_attempt_at > later.last_attempt_at)
        """,
    ),
    Truth(
        name="the_sas_is_told",
        sentence="Since it is told at all, the SAS was told of every booking of its regulators, is to be, or refused.",
        sql="""
            WITH said AS (
                SELECT e.booking_id, max((e.data ->> 'version')::integer) AS version
                FROM events e JOIN bookings b ON b.id = e.booking_id AND b.regulator_id IS NOT NULL
                WHERE e.type LIKE 'booking.%' AND e.relayed_at >= (SELECT min(created_at) FROM sas_appointments)
                GROUP BY e.booking_id
            )
            SELECT 'booking ' || coalesce(s.booking_id, a.booking_id) AS row, 'at version '
                || coalesce(s.version::text, '(unknown)') || ' for its regulator, for the SAS '
                || coalesce(a.state || ' at ' || coalesce(a.told_version, 0), 'nothing') AS said
            FROM said s FULL JOIN sas_appointments a ON a.booking_id = s.booking_id
            WHERE s.booking_id IS NULL OR a.booking_id IS NULL OR a.wanted_version < s.version
            OR a.state = 'told' AND coalesce(a.told_version, 0) < a.wanted_version
        """,
    ),
)

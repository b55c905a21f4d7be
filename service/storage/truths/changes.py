"""What is true of bookings whose place a roster took away, of their tasks, and of the wait-list."""

from service.storage.truths.truth import Truth

TRUTHS = (
    Truth(
        name="nobody_is_left_alone",
        sentence="A booking to come whose place is not offered by anybody has an open task.",
        sql="""
            SELECT 'booking ' || b.id AS row, 'slot ' || o.id || ' is ' || o.state || ', and no task is open' AS said
            FROM bookings b JOIN slots o ON o.id = b.slot_id
            LEFT JOIN assignments a ON a.session_id = o.session_id AND a.published
                AND a.practitioner_id = o.practitioner_id AND a.practice_id = o.practice_id
            WHERE b.status = 'booked' AND (b.displaced OR o.state = 'withdrawn' OR a.id IS NULL)
            AND NOT EXISTS (SELECT FROM tasks t WHERE t.booking_id = b.id AND t.state = 'open')
        """,
    ),
    Truth(
        name="one_open_task_a_booking",
        sentence="No booking has two open tasks, and none that is over has one.",
        sql="""
            SELECT 'booking ' || b.id AS row, b.status || ', open tasks: ' || string_agg(t.id::text, ', ') AS said
            FROM tasks t JOIN bookings b ON b.id = t.booking_id WHERE t.state = 'open'
            GROUP BY b.id, b.status HAVING count(*) > 1 OR b.status <> 'booked'
        """,
    ),
    Truth(
        name="addresses_are_told",
        sentence="Whoever is to come elsewhere than the patient knows is told, or somebody has the task to tell.",
        sql="""
            WITH told AS (
                SELECT data ->> 'task' AS task, max(position) AS position FROM events WHERE type LIKE 'task.%'
                GROUP BY data ->> 'task'
            ), last AS (
                SELECT DISTINCT ON (t.booking_id) t.*, coalesce(told.position, 0) AS position
                FROM tasks t LEFT JOIN told ON told.task = t.id::text
                ORDER BY t.booking_id, t.opened_at DESC, told.position DESC NULLS LAST
            )
            SELECT 'booking ' || b.id AS row, 'at ' || o.practice_id || '; task ' || t.id || ' was of ' || l.practice_id
                || ' and ended ' || t.outcome AS said
            FROM last t JOIN bookings b ON b.id = t.booking_id JOIN slots o ON o.id = b.slot_id
            JOIN slots l ON l.id = t.left_slot_id
            WHERE b.status = 'booked' AND NOT b.displaced AND o.modality <> 'tele'
            AND t.outcome IN ('superseded', 'restored')
            AND (l.territory_id, l.practice_id) <> (o.territory_id, o.practice_id)
            AND NOT EXISTS (
                SELECT FROM events e WHERE e.booking_id = b.id AND e.type = 'booking.moved' AND e.position > t.position
            )
        """,
    ),
    Truth(
        name="proposals_keep_their_place",
        sentence="An open proposal's hold is of the booking's case and nobody ended it; a closed one's is over.",
        sql="""
            SELECT 'task ' || t.id AS row, t.state || ', hold ' || coalesce(h.id::text, '(none)') || ' ended: '
                || coalesce(h.ended, 'no') AS said
            FROM tasks t JOIN bookings b ON b.id = t.booking_id LEFT JOIN holds h ON h.id = t.hold_id
            WHERE t.kind = 'proposal' AND (
                h.case_ref IS DISTINCT FROM b.case_ref
                OR (t.state = 'open') <> (h.ended IS NULL)
                OR t.state = 'accepted' AND h.ended <> 'confirmed'
            )
        """,
    ),
    Truth(
        name="offers_keep_their_place",
        sentence="What is offered to a waiting case is kept by a hold of that case, on that place, until its deadline"
        " and five seconds more, or until it begins.",
        sql="""
            SELECT 'wait-list entry ' || w.id AS row, 'offered slot ' || w.slot_id || ', hold ' || coalesce(
                h.id || ' of slot ' || h.slot_id || ', ended: ' || coalesce(h.ended, 'no'), '(none)') AS said
            FROM wait_list w LEFT JOIN holds h ON h.id = w.hold_id LEFT JOIN slots o ON o.id = h.slot_id
            WHERE w.state = 'waiting' AND w.hold_id IS NOT NULL AND (
                (h.slot_id, h.case_ref) IS DISTINCT FROM (w.slot_id, w.case_ref)
                OR h.expires_at <> least(w.offered_until + interval '5 seconds', o.start_at) OR h.ended IS NOT NULL
            )
        """,
    ),
    Truth(
        name="one_offer_a_place",
        sentence="No place is offered to two cases by holds that it shows, and none again to a case that refused it.",
        sql="""
            SELECT 'slot ' || o.id AS row, 'offered to ' || string_agg(w.id::text, ', ') AS said
            FROM wait_list w JOIN slots o ON o.id = w.slot_id AND o.hold_id = w.hold_id
            WHERE w.state = 'waiting' GROUP BY o.id HAVING count(*) > 1
            UNION ALL
            SELECT 'wait-list entry ' || id, 'offered slot ' || slot_id || ' again' FROM wait_list
            WHERE state = 'waiting' AND slot_id = ANY (refused)
        """,
    ),
    Truth(
        name="who_waited_and_was_booked_is_booked",
        sentence="A case of the wait-list is booked exactly when it has a booking of its own case, no other's.",
        sql="""
            SELECT 'wait-list entry ' || w.id AS row,
                w.state || ', booking ' || coalesce(b.id || ' of ' || b.case_ref, '(none)') AS said
            FROM wait_list w LEFT JOIN bookings b ON b.id = w.booking_id
            WHERE (w.state = 'booked') <> (b.id IS NOT NULL) OR b.case_ref <> w.case_ref
            UNION ALL
            SELECT 'booking ' || booking_id, 'of the entries ' || string_agg(id::text, ', ') FROM wait_list
            WHERE booking_id IS NOT NULL GROUP BY booking_id HAVING count(*) > 1
        """,
    ),
    Truth(
        name="waiting_cases_are_told",
        sentence="The last event of every case of the wait-list tells what it has: an offer, its booking, or neither.",
        sql="""
            SELECT 'wait-list entry ' || coalesce(w.id::text, e.data ->> 'entry') AS row, coalesce(w.state, 'unknown')
                || ', offered slot ' || coalesce(w.slot_id::text, '(none)') || ', told ' || coalesce(e.type
                || ' of slot ' || (e.data ->> 'slot'), 'nothing') AS said
            FROM wait_list w FULL JOIN (
                SELECT DISTINCT ON (data ->> 'entry') type, data, booking_id FROM events WHERE type LIKE 'wait_list.%'
                ORDER BY data ->> 'entry', position DESC
            ) e ON e.data ->> 'entry' = w.id::text
            WHERE w.id IS NULL
            OR (w.state = 'booked') <> (coalesce(e.type, '') = 'wait_list.accepted')
            OR w.state = 'booked' AND e.booking_id IS DISTINCT FROM w.booking_id
            OR w.state = 'waiting' AND (coalesce(e.type, '') = 'wait_list.offered') <> (w.slot_id IS NOT NULL)
            OR w.state = 'waiting' AND (e.data ->> 'slot') <> w.slot_id::text
        """,
    ),
    Truth(
        name="nobody_waits_twice",
        sentence="No case waits twice for the same sector and half-day.",
        sql="""
            SELECT 'wait-list entry ' || min(id::text) AS row, 'the same as ' || string_agg(id::text, ', ') AS said
            FROM wait_list WHERE state = 'waiting'
            GROUP BY territory_id, sector, on_date, half_day, case_ref HAVING count(*) > 1
        """,
    ),
)

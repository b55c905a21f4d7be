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
        sentence="What is offered to a waiting case is kept by a hold of that case, on that place, until that instant.",
        sql="""
            SELECT 'wait-list entry ' || w.id AS row, 'offered slot ' || w.slot_id || ', hold ' || coalesce(
                h.id || ' of slot ' || h.slot_id || ', ended: ' || coalesce(h.ended, 'no'), '(none)') AS said
            FROM wait_list w LEFT JOIN holds h ON h.id = w.hold_id
            WHERE w.state = 'waiting' AND w.hold_id IS NOT NULL AND (
                (h.slot_id, h.case_ref, h.expires_at) IS DISTINCT FROM (w.slot_id, w.case_ref, w.offered_until)
                OR h.ended IS NOT NULL
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
        sentence="A case of the wait-list is booked exactly when it has a booking of its own case.",
        sql="""
            SELECT 'wait-list entry ' || w.id AS row,
                w.state || ', booking ' || coalesce(b.id || ' of ' || b.case_ref, '(none)') AS said
            FROM wait_list w LEFT JOIN bookings b ON b.id = w.booking_id
            WHERE (w.state = 'booked') <> (b.id IS NOT NULL) OR b.case_ref <> w.case_ref
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

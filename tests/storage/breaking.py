"""Data broken on purpose, a way for each statement of truth: what the statement returns is named by the auditor."""

# ruff: noqa: S608 (the statements are made of constants)

UNBOUND = """
    DO $$ DECLARE each record; BEGIN
        FOR each IN SELECT conrelid::regclass AS of, conname AS name FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype <> 'n' LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', each.of, each.name);
        END LOOP;
        FOR each IN SELECT indexrelid::regclass AS of FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
            WHERE indisunique AND relnamespace = 'public'::regnamespace LOOP
            EXECUTE format('DROP INDEX %s', each.of);
        END LOOP;
        FOR each IN SELECT attrelid::regclass AS of, attname AS name, attgenerated <> '' AS made
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE attnum > 0 AND relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND (attgenerated <> '' OR attidentity <> '') LOOP
            EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP %s', each.of, each.name,
                CASE WHEN each.made THEN 'EXPRESSION' ELSE 'IDENTITY' END);
        END LOOP;
    END $$
"""
"""Takes away every constraint, unique index, generated column and identity of ours."""

LIVE = "(SELECT id FROM bookings WHERE status = 'booked' AND NOT displaced ORDER BY id LIMIT 1)"
DISPLACED = "(SELECT id FROM bookings WHERE displaced ORDER BY id LIMIT 1)"
BUSY = f"(SELECT slot_id FROM bookings WHERE id = {LIVE})"
HELD = "(SELECT id FROM slots WHERE state = 'held' ORDER BY id LIMIT 1)"
FREE = "(SELECT id FROM slots WHERE state = 'free' AND mode = 'bookable' ORDER BY id LIMIT 1)"
SEAT = "(SELECT a.id FROM assignments a JOIN slots s USING (session_id) WHERE s.id = " + FREE + ")"
COUNTER = "(SELECT id FROM slots WHERE mode = 'walk_in' AND state = 'free' ORDER BY id LIMIT 1)"
OFFERED = "(SELECT id FROM wait_list WHERE state = 'waiting' AND hold_id IS NOT NULL)"
BOOKED_ENTRY = "(SELECT id FROM wait_list WHERE state = 'booked')"
PROPOSAL = "(SELECT id FROM tasks WHERE kind = 'proposal' ORDER BY id LIMIT 1)"
MOVED = "(SELECT id FROM events WHERE type = 'booking.moved' LIMIT 1)"
OF_SAS = "(SELECT booking_id FROM events WHERE type = 'booking.moved' LIMIT 1)"
BETWEEN = (
    "(SELECT o.id FROM slots o JOIN slots a ON a.session_id = o.session_id AND a.end_at = o.start_at AND"
    " a.practitioner_id = o.practitioner_id JOIN slots z ON z.session_id = o.session_id AND z.start_at = o.end_at"
    " AND z.practitioner_id = o.practitioner_id WHERE o.state = 'free' ORDER BY o.id LIMIT 1)"
)
LOST_NOTICE = """
    INSERT INTO tasks
        (id, territory_id, booking_id, kind, state, left_slot_id, opened_at, closed_at, closed_by, outcome)
    SELECT gen_random_uuid(), o.territory_id, b.id, 'notice', 'done', l.id, now(), now(), 'tourderole', 'restored'
    FROM bookings b JOIN slots o ON o.id = b.slot_id JOIN slots l ON l.practice_id <> o.practice_id
    WHERE b.case_ref = 'DRM-H1' ORDER BY l.id LIMIT 1 RETURNING booking_id
"""
KEY = "(SELECT key FROM idempotency_keys WHERE operation = 'POST /v1/bookings' ORDER BY key LIMIT 1)"


def copied(table: str, which: str, returning: str = "id", **different: str) -> str:
    """A second row like the one chosen, but for these columns."""
    changed = ", ".join(f"'{column}', {value}" for column, value in different.items())
    return (
        f"INSERT INTO {table} SELECT made.* FROM {table} t, jsonb_populate_record(NULL::{table}, to_jsonb(t) ||"
        f" jsonb_build_object({changed})) made WHERE t.id = {which} RETURNING {returning}"
    )


def changed(table: str, which: str, change: str, returning: str = "id") -> str:
    return f"UPDATE {table} SET {change} WHERE id = {which} RETURNING {returning}"


def told_sas(change: str) -> str:
    return f"UPDATE sas_appointments SET {change} WHERE booking_id = {OF_SAS} RETURNING booking_id"


def gone(table: str, which: str, returning: str = "id") -> str:
    return f"DELETE FROM {table} WHERE {which} RETURNING {returning}"


def again(operation: str) -> str:
    """A second key for what one of that operation created."""
    return (
        f"INSERT INTO idempotency_keys SELECT caller, 'again', operation, request, resource, used_at"
        f" FROM idempotency_keys WHERE operation = '{operation}' RETURNING resource"
    )


NEW = "gen_random_uuid()"
OF_BOOKINGS = [
    ("one_live_booking_a_place", copied("bookings", LIVE, "slot_id", id=NEW)),
    ("live_bookings_have_their_place", changed("slots", BUSY, "state = 'free', taken = 0", f"{LIVE}")),
    ("live_bookings_have_their_place", changed("bookings", LIVE, "slot_start_at = slot_start_at + interval '1 min'")),
    ("live_bookings_have_their_place", changed("bookings", LIVE, f"slot_id = {NEW}")),
    ("live_bookings_have_their_place", changed("bookings", DISPLACED, "displaced = false")),
    ("bookings_made_before_they_begin", changed("bookings", LIVE, "placed_at = slot_start_at")),
    ("busy_places_have_their_booking", changed("slots", FREE, "state = 'busy', taken = 1")),
    ("busy_places_have_their_booking", gone("bookings", f"id = {LIVE}", "slot_id")),
    ("counters_tell_the_rows", changed("slots", FREE, "taken = 1")),
    ("no_place_over_capacity", changed("slots", COUNTER, "taken = places + 1")),
    ("no_place_over_capacity", changed("slots", COUNTER, "taken = -1")),
    ("no_place_over_capacity", changed("slots", FREE, "places = 2")),
    ("held_places_have_their_hold", changed("slots", HELD, f"hold_id = {NEW}")),
    ("held_places_have_their_hold", changed("slots", HELD, "held_until = held_until + interval '1 second'")),
    ("held_places_have_their_hold", changed("slots", HELD, "state = 'free'")),
    (
        "held_places_have_their_hold",
        f"UPDATE holds SET ended = 'expired' WHERE slot_id = {HELD} RETURNING slot_id",
    ),
    (
        "holds_are_lost_only_when_over",
        f"UPDATE slots s SET state = 'free', hold_id = NULL, held_until = NULL FROM holds h"
        f" WHERE s.id = {HELD} AND h.id = s.hold_id RETURNING h.id",
    ),
    ("confirmed_holds_became_bookings", "UPDATE holds SET ended = 'confirmed' WHERE ended IS NULL RETURNING id"),
    (
        "keys_have_what_they_created",
        gone("bookings", f"id::text = (SELECT resource FROM idempotency_keys WHERE key = {KEY})", KEY),
    ),
    ("keys_have_what_they_created", "DELETE FROM holds WHERE case_ref = 'DRM-H1' RETURNING 'h-1'"),
    ("keys_have_what_they_created", "DELETE FROM wait_list WHERE case_ref = 'DRM-W2' RETURNING 'DRM-W2'"),
    ("keys_have_what_they_created", "UPDATE wait_list SET booking_id = NULL WHERE state = 'booked' RETURNING 'accept'"),
    ("keys_have_what_they_created", "DELETE FROM holds WHERE case_ref IS NULL RETURNING 'p-1:place'"),
    ("confirmed_holds_became_bookings", "UPDATE holds SET held_at = expires_at WHERE case_ref IS NULL RETURNING id"),
    ("keys_have_what_they_created", "DELETE FROM bookings WHERE case_ref = 'DRM-P1' RETURNING 'hold:p-1'"),
    ("one_key_one_creation", again("book on the page")),
    ("one_key_one_creation", again("hold on the page")),
    (
        "one_key_one_creation",
        f"INSERT INTO idempotency_keys SELECT caller, 'again', operation, request, resource, used_at"
        f" FROM idempotency_keys WHERE key = {KEY} RETURNING resource",
    ),
]
OF_EVENTS = [
    ("every_change_has_its_event", gone("events", f"id = {MOVED}", "booking_id")),
    ("every_change_has_its_event", copied("events", MOVED, "booking_id", id=NEW)),
    ("every_change_has_its_event", changed("events", MOVED, "position = -1", "booking_id")),
    ("every_change_has_its_event", changed("bookings", LIVE, "version = version + 1")),
    ("every_change_has_its_event", gone("bookings", f"id = {LIVE}")),
    ("last_event_tells_the_state", changed("bookings", LIVE, "status = 'fulfilled'")),
    ("last_event_tells_the_state", changed("bookings", LIVE, f"slot_id = {FREE}")),
    ("last_event_tells_the_state", changed("bookings", LIVE, "case_ref = 'DRM-X1'")),
    ("tasks_are_told", changed("tasks", PROPOSAL, "state = 'done', closed_at = now()")),
    ("tasks_are_told", gone("tasks", f"id = {PROPOSAL}")),
    ("tasks_are_told", gone("events", "type = 'task.opened'", "data ->> 'task'")),
    ("events_are_unique", copied("events", MOVED, position="-1")),
    ("no_event_is_lost", gone("webhook_deliveries", f"event_id = {MOVED}", "event_id")),
    ("deliveries_are_of_events", gone("events", f"id = {MOVED}")),
    ("deliveries_are_of_events", changed("events", MOVED, "relayed_at = NULL")),
    (
        "deliveries_keep_their_order",
        f"UPDATE webhook_deliveries SET state = 'delivered', last_attempt_at = since + interval '1 second'"
        f" WHERE event_id = {MOVED} RETURNING event_id",
    ),
    (
        "deliveries_keep_their_order",
        f"UPDATE webhook_deliveries SET state = 'delivered', last_attempt_at = since + interval '1 second'"
        f" * CASE WHEN event_id = {MOVED} THEN 1 ELSE 2 END RETURNING {MOVED}",
    ),
]
OF_TELLINGS = [
    ("the_sas_is_told", gone("sas_appointments", f"booking_id = {OF_SAS}", "booking_id")),
    ("the_sas_is_told", told_sas("wanted_version = 1")),
    ("the_sas_is_told", told_sas("state = 'told', told_version = 1")),
    ("the_sas_is_told", f"UPDATE bookings SET regulator_id = NULL WHERE id = {OF_SAS} RETURNING id"),
]
OF_ROSTERS = [
    ("nobody_in_two_places", copied("assignments", SEAT, "practitioner_id", id=NEW, practice_id="'elsewhere'")),
    ("one_seat_a_room", copied("assignments", SEAT, "practice_id", id=NEW, practitioner_id="'gp-22'")),
    ("one_seat_a_room", changed("assignments", SEAT, "room = NULL")),
    (
        "rooms_within_their_count",
        f"UPDATE practices p SET rooms = 0 FROM assignments a WHERE a.id = {SEAT} AND practice_id = p.id"
        f" RETURNING a.id",
    ),
    ("published_as_a_whole", changed("assignments", SEAT, "published = false")),
    ("published_as_a_whole", f"UPDATE rosters SET state = 'draft' RETURNING {SEAT}"),
    ("sessions_as_assigned", changed("assignments", SEAT, "period = tstzrange(lower(period), 'infinity')")),
    ("history_is_whole", gone("assignments", f"id = {SEAT}", "(SELECT id FROM rosters)")),
    ("history_is_whole", "DELETE FROM roster_versions WHERE version = 2 RETURNING roster_id"),
    ("history_is_whole", "UPDATE rosters SET version = version + 1 RETURNING id"),
    ("history_is_whole", "UPDATE rosters SET state = 'closed' RETURNING id"),
    ("seats_offer_their_places", gone("slots", f"id = {FREE}", SEAT)),
    ("seats_offer_their_places", changed("slots", FREE, "state = 'withdrawn'", SEAT)),
    ("seats_offer_their_places", copied("slots", FREE, SEAT, id=NEW)),
    ("seats_offer_their_places", changed("slots", FREE, "end_at = end_at + interval '1 minute'", SEAT)),
    (
        "seats_offer_their_places",
        f"UPDATE slots SET start_at = start_at - interval '5 min', end_at = end_at - interval '5 min'"
        f" WHERE id = {BETWEEN} RETURNING (SELECT id FROM assignments a WHERE a.session_id = slots.session_id"
        f" AND a.practitioner_id = slots.practitioner_id)",
    ),
    ("walk_in_sessions_have_one_counter", gone("slots", f"id = {COUNTER}", "session_id")),
    ("walk_in_sessions_have_one_counter", copied("slots", COUNTER, "session_id", id=NEW)),
    ("places_are_of_published_seats", gone("assignments", f"id = {SEAT}", FREE)),
]
OF_CHANGES = [
    ("nobody_is_left_alone", gone("tasks", f"booking_id = {DISPLACED}", "booking_id")),
    ("nobody_is_left_alone", f"UPDATE assignments SET published = false RETURNING {LIVE}"),
    ("one_open_task_a_booking", copied("tasks", PROPOSAL, "booking_id", id=NEW)),
    ("one_open_task_a_booking", changed("bookings", DISPLACED, "status = 'cancelled'")),
    ("addresses_are_told", LOST_NOTICE),
    (
        "proposals_keep_their_place",
        f"UPDATE holds SET ended = 'released' FROM tasks t WHERE t.hold_id = holds.id RETURNING {PROPOSAL}",
    ),
    ("proposals_keep_their_place", changed("tasks", PROPOSAL, "state = 'declined', closed_at = now()")),
    ("offers_keep_their_place", changed("wait_list", OFFERED, "offered_until = offered_until + interval '1 second'")),
    ("offers_keep_their_place", changed("wait_list", OFFERED, f"slot_id = {FREE}")),
    ("one_offer_a_place", copied("wait_list", OFFERED, "slot_id", id=NEW)),
    ("one_offer_a_place", changed("wait_list", OFFERED, "refused = ARRAY[slot_id]")),
    (
        "who_waited_and_was_booked_is_booked",
        "UPDATE wait_list SET booking_id = NULL WHERE state = 'booked' RETURNING id",
    ),
    ("who_waited_and_was_booked_is_booked", f"UPDATE wait_list SET booking_id = {LIVE} RETURNING id"),
    ("who_waited_and_was_booked_is_booked", copied("wait_list", BOOKED_ENTRY, "booking_id", id=NEW, turn="-1")),
    ("waiting_cases_are_told", gone("events", "type = 'wait_list.accepted'", "data ->> 'entry'")),
    ("waiting_cases_are_told", gone("events", "type = 'wait_list.offered'", f"{OFFERED}")),
    ("waiting_cases_are_told", gone("wait_list", "state = 'booked'")),
    (
        "waiting_cases_are_told",
        changed("wait_list", OFFERED, "slot_id = NULL, hold_id = NULL, offered_until = NULL"),
    ),
    ("nobody_waits_twice", copied("wait_list", OFFERED, id=NEW, turn="-1")),
]
BREAKS = [*OF_BOOKINGS, *OF_EVENTS, *OF_TELLINGS, *OF_ROSTERS, *OF_CHANGES]

"""What is true of published rosters and of the places that they offer."""

from service.storage.truths.truth import Truth

TRUTHS = (
    Truth(
        name="nobody_in_two_places",
        sentence="In published rosters no practitioner is in two places at once.",
        sql="""
            SELECT 'assignment ' || a.id AS row, a.practitioner_id || ' is at ' || a.practice_id || ' and, by '
                || 'assignment ' || o.id || ', at ' || o.practice_id || ' on ' || (a.period * o.period) AS said
            FROM assignments a JOIN assignments o ON o.territory_id = a.territory_id
                AND o.practitioner_id = a.practitioner_id AND o.period && a.period AND o.id > a.id
            WHERE a.published AND o.published
        """,
    ),
    Truth(
        name="one_seat_a_room",
        sentence="In published rosters no room is given twice at the same time.",
        sql="""
            SELECT 'assignment ' || a.id AS row, 'room ' || coalesce(a.room::text, '(none)') || ' of ' || a.practice_id
                || coalesce(' is given to assignment ' || o.id || ' too', '') AS said
            FROM assignments a LEFT JOIN assignments o ON o.territory_id = a.territory_id AND o.published
                AND o.practice_id = a.practice_id AND o.room = a.room AND o.period && a.period AND o.id > a.id
            WHERE a.published AND (o.id IS NOT NULL OR a.room IS NULL)
        """,
    ),
    Truth(
        name="rooms_within_their_count",
        sentence="In published rosters no practice has more seats at once than it has rooms.",
        sql="""
            SELECT 'assignment ' || a.id AS row,
                count(*) || ' seats at once at ' || p.id || ', which has ' || p.rooms || ' rooms' AS said
            FROM assignments a JOIN practices p ON p.territory_id = a.territory_id AND p.id = a.practice_id
            JOIN assignments o ON o.territory_id = a.territory_id AND o.practice_id = a.practice_id
                AND o.period @> lower(a.period) AND o.published
            WHERE a.published GROUP BY a.id, p.id, p.rooms HAVING count(*) > p.rooms
        """,
    ),
    Truth(
        name="published_as_a_whole",
        sentence="Of every published roster all assignments bind, and of no other any.",
        sql="""
            SELECT 'assignment ' || a.id AS row, 'published: ' || a.published || ', roster ' || r.id || ' is '
                || r.state AS said
            FROM assignments a JOIN sessions s ON s.id = a.session_id JOIN rosters r ON r.id = s.roster_id
            WHERE a.published <> (r.state IN ('published', 'amended', 'closed'))
        """,
    ),
    Truth(
        name="sessions_as_assigned",
        sentence="Everybody is assigned for just as long as the session lasts.",
        sql="""
            SELECT 'assignment ' || a.id AS row, a.period || ', session ' || s.id || ': ' || s.period AS said
            FROM assignments a JOIN sessions s ON s.id = a.session_id
            WHERE (a.period, a.territory_id) IS DISTINCT FROM (s.period, s.territory_id)
        """,
    ),
    Truth(
        name="history_is_whole",
        sentence="Every roster has each of its versions, and says what the last of them says.",
        sql="""
            WITH said AS (
                SELECT roster_id, array_agg(version ORDER BY version) AS versions FROM roster_versions GROUP BY 1
            ), now AS (
                SELECT s.roster_id, jsonb_agg(jsonb_build_object('template', s.template_id, 'on', s.on_date::text,
                    'practice', a.practice_id, 'practitioner', a.practitioner_id)) AS held
                FROM assignments a JOIN sessions s ON s.id = a.session_id GROUP BY 1
            )
            SELECT 'roster ' || r.id AS row, 'at version ' || r.version || ' (' || r.state || '), kept: '
                || coalesce(array_to_string(said.versions, ', '), 'none') || '; the last says ' || coalesce(
                    jsonb_array_length(v.assignments)::text || ' assignments (' || v.state || ')', 'nothing') AS said
            FROM rosters r LEFT JOIN said ON said.roster_id = r.id LEFT JOIN now ON now.roster_id = r.id
            LEFT JOIN roster_versions v ON v.roster_id = r.id AND v.version = r.version
            WHERE said.versions IS DISTINCT FROM ARRAY(SELECT generate_series(1, r.version)) OR v.state <> r.state
            OR NOT (v.assignments @> coalesce(now.held, '[]') AND coalesce(now.held, '[]') @> v.assignments)
            OR jsonb_array_length(v.assignments) <> jsonb_array_length(coalesce(now.held, '[]'))
        """,
    ),
    Truth(
        name="seats_offer_their_places",
        sentence="Every published seat offers places from the first minute of its session to the last, none twice.",
        sql="""
            SELECT 'assignment ' || a.id AS row, 'session ' || a.session_id || ' lasts ' || a.period || '; '
                || count(o.id) || ' places of ' || coalesce(sum(o.end_at - o.start_at)::text, 'nothing') || ' from '
                || coalesce(min(o.start_at)::text, '-') || ' to ' || coalesce(max(o.end_at)::text, '-') AS said
            FROM assignments a JOIN sessions s ON s.id = a.session_id
            LEFT JOIN (
                SELECT *, lag(end_at) OVER (
                    PARTITION BY session_id, practitioner_id, practice_id ORDER BY start_at, end_at
                ) AS one_before_ends_at
                FROM slots WHERE state <> 'withdrawn'
            ) o ON o.session_id = a.session_id AND o.practitioner_id = a.practitioner_id
                AND o.practice_id = a.practice_id
            WHERE a.published AND s.template ->> 'mode' = 'bookable' GROUP BY a.id, a.session_id, a.period
            HAVING (min(o.start_at), max(o.end_at), sum(o.end_at - o.start_at))
            IS DISTINCT FROM (lower(a.period), upper(a.period), upper(a.period) - lower(a.period))
            OR bool_or(o.one_before_ends_at <> o.start_at)
        """,
    ),
    Truth(
        name="walk_in_sessions_have_one_counter",
        sentence="Every published walk-in session has one counter, for as long as it lasts.",
        sql="""
            SELECT 'session ' || s.id AS row, count(DISTINCT o.id) || ' counters' AS said
            FROM sessions s JOIN assignments a ON a.session_id = s.id AND a.published
            LEFT JOIN slots o ON o.session_id = s.id AND o.state <> 'withdrawn'
                AND o.start_at = lower(s.period) AND o.end_at = upper(s.period)
            WHERE s.template ->> 'mode' = 'walk_in' GROUP BY s.id HAVING count(DISTINCT o.id) <> 1
        """,
    ),
    Truth(
        name="places_are_of_published_seats",
        sentence="Every place that is offered is of somebody who holds that session there, in a published roster.",
        sql="""
            SELECT 'slot ' || o.id AS row, o.state || ', and nobody published holds it (' || o.practitioner_id || ' at '
                || o.practice_id || ')' AS said
            FROM slots o LEFT JOIN assignments a ON a.session_id = o.session_id AND a.published
                AND a.practitioner_id = o.practitioner_id AND a.practice_id = o.practice_id
            WHERE o.state <> 'withdrawn' AND a.id IS NULL
        """,
    ),
)

"""The initial schema, with that of the job queue (its library's own, in the schema `jobs`)."""

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE TYPE textrange AS RANGE (subtype = text, collation = "C")')
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("resource", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("idempotency_keys_pkey")),
    )
    op.create_table(
        "territories",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("finess", sa.Text(), nullable=False),
        sa.Column("aci_size", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("school_zone", sa.Text(), nullable=False),
        sa.Column("holiday_zone", sa.Text(), nullable=False),
        sa.Column("pdsa_saturday_start", sa.Time(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("territories_pkey")),
    )
    op.create_table(
        "communes",
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("insee", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("communes_territory_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("territory_id", "insee", name=op.f("communes_pkey")),
    )
    op.create_index("communes_insee_idx", "communes", ["insee"], unique=False)
    op.create_table(
        "practices",
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("insee", sa.Text(), nullable=True),
        sa.Column("finess", sa.Text(), nullable=True),
        sa.Column("siret", sa.Text(), nullable=True),
        sa.Column("rpps_rank", sa.Text(), nullable=True),
        sa.Column("address_line", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("rooms", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("stops", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("practices_point_whole")),
        sa.CheckConstraint("rooms > 0", name=op.f("practices_rooms_positive")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("practices_territory_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("territory_id", "id", name=op.f("practices_pkey")),
    )
    op.create_table(
        "rosters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("first_week", sa.Text(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("period", postgresql.DATERANGE(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("solving", sa.Text(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("run_token", sa.Uuid(), nullable=True),
        sa.Column("stop_requested", sa.Boolean(), nullable=False),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("solver_version", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("solved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("textrange(territory_id, territory_id, '[]')"), "&&"),
            (sa.column("period"), "&&"),
            using="gist",
            name="rosters_one_per_week",
        ),
        sa.CheckConstraint("weeks BETWEEN 1 AND 26", name=op.f("rosters_weeks_bounded")),
        sa.ForeignKeyConstraint(["territory_id"], ["territories.id"], name=op.f("rosters_territory_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("rosters_pkey")),
    )
    op.create_table(
        "session_templates",
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Text(), nullable=False),
        sa.Column("start_local", sa.Time(), nullable=False),
        sa.Column("end_local", sa.Time(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("hosts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("on_public_holidays", sa.Boolean(), nullable=False),
        sa.Column("school_holidays", sa.Text(), nullable=False),
        sa.Column("crisis_only", sa.Boolean(), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("session_templates_seats_positive")),
        sa.CheckConstraint("start_local < end_local", name=op.f("session_templates_time_order")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("session_templates_territory_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("territory_id", "id", name=op.f("session_templates_pkey")),
    )
    op.create_table(
        "practitioners",
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("rpps", sa.Text(), nullable=False),
        sa.Column("specialty", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("home_practice", sa.Text(), nullable=False),
        sa.Column("pledge_minutes", sa.Integer(), nullable=True),
        sa.Column("pledge_per", sa.Text(), nullable=True),
        sa.Column("pledge_audiences", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("max_sessions_per_week", sa.Integer(), nullable=False),
        sa.Column("min_sessions_per_week", sa.Integer(), nullable=False),
        sa.Column("max_travel_km", sa.Double(), nullable=True),
        sa.Column("capacity_uplift", sa.Integer(), nullable=False),
        sa.Column("may_work_at", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(pledge_minutes IS NULL) = (pledge_per IS NULL) AND (pledge_minutes IS NULL) = (pledge_audiences IS NULL)",
            name=op.f("practitioners_pledge_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id", "home_practice"],
            ["practices.territory_id", "practices.id"],
            name=op.f("practitioners_territory_id_home_practice_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("practitioners_territory_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("territory_id", "id", name=op.f("practitioners_pkey")),
    )
    op.create_index("practitioners_rpps_idx", "practitioners", ["rpps"], unique=False)
    op.create_index("practitioners_territory_id_rpps_key", "practitioners", ["territory_id", "rpps"], unique=True)
    op.create_table(
        "roster_versions",
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("assignments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.id"], name=op.f("roster_versions_roster_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("roster_id", "version", name=op.f("roster_versions_pkey")),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("hosts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("burden_class", sa.Text(), nullable=False),
        sa.Column("template", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["roster_id"], ["rosters.id"], name=op.f("sessions_roster_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("sessions_pkey")),
        sa.UniqueConstraint(
            "roster_id", "template_id", "on_date", name=op.f("sessions_roster_id_template_id_on_date_key")
        ),
    )
    op.create_index("sessions_territory_id_on_date_idx", "sessions", ["territory_id", "on_date"], unique=False)
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("from_on <= until_on", name=op.f("absences_date_order")),
        sa.ForeignKeyConstraint(
            ["territory_id", "practitioner_id"],
            ["practitioners.territory_id", "practitioners.id"],
            name=op.f("absences_territory_id_practitioner_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("absences_pkey")),
    )
    op.create_index("absences_practitioner_idx", "absences", ["territory_id", "practitioner_id"], unique=False)
    op.create_table(
        "assignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("period", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("room", sa.Integer(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("textrange(territory_id || '/' || practice_id, territory_id || '/' || practice_id, '[]')"), "&&"),
            (sa.text("int4range(room, room, '[]')"), "&&"),
            (sa.column("period"), "&&"),
            where=sa.text("published"),
            using="gist",
            name="assignments_one_per_room",
        ),
        postgresql.ExcludeConstraint(
            (
                sa.text(
                    "textrange(territory_id || '/' || practitioner_id, territory_id || '/' || practitioner_id, '[]')"
                ),
                "&&",
            ),
            (sa.column("period"), "&&"),
            where=sa.text("published"),
            using="gist",
            name="assignments_one_place_at_a_time",
        ),
        sa.CheckConstraint("NOT published OR room IS NOT NULL", name=op.f("assignments_published_has_room")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("assignments_session_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["territory_id", "practice_id"],
            ["practices.territory_id", "practices.id"],
            name=op.f("assignments_territory_id_practice_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id", "practitioner_id"],
            ["practitioners.territory_id", "practitioners.id"],
            name=op.f("assignments_territory_id_practitioner_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("assignments_pkey")),
        sa.UniqueConstraint("session_id", "practitioner_id", name=op.f("assignments_session_id_practitioner_id_key")),
    )
    op.create_index(op.f("assignments_session_id_idx"), "assignments", ["session_id"], unique=False)
    op.create_table(
        "availability_exceptions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("start_local", sa.Time(), nullable=False),
        sa.Column("end_local", sa.Time(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.CheckConstraint("start_local < end_local", name=op.f("availability_exceptions_time_order")),
        sa.ForeignKeyConstraint(
            ["territory_id", "practitioner_id"],
            ["practitioners.territory_id", "practitioners.id"],
            name=op.f("availability_exceptions_territory_id_practitioner_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("availability_exceptions_pkey")),
    )
    op.create_index(
        "availability_exceptions_practitioner_idx",
        "availability_exceptions",
        ["territory_id", "practitioner_id"],
        unique=False,
    )
    op.create_table(
        "availability_rules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Text(), nullable=False),
        sa.Column("start_local", sa.Time(), nullable=False),
        sa.Column("end_local", sa.Time(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("school_holidays", sa.Text(), nullable=False),
        sa.CheckConstraint("start_local < end_local", name=op.f("availability_rules_time_order")),
        sa.ForeignKeyConstraint(
            ["territory_id", "practitioner_id"],
            ["practitioners.territory_id", "practitioners.id"],
            name=op.f("availability_rules_territory_id_practitioner_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("availability_rules_pkey")),
    )
    op.create_index(
        "availability_rules_practitioner_idx", "availability_rules", ["territory_id", "practitioner_id"], unique=False
    )
    op.create_table(
        "burden_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("burden_class", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id", "practitioner_id"],
            ["practitioners.territory_id", "practitioners.id"],
            name=op.f("burden_history_territory_id_practitioner_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("burden_history_pkey")),
    )
    op.create_table(
        "duties",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("start_at < end_at", name=op.f("duties_time_order")),
        sa.ForeignKeyConstraint(
            ["territory_id", "practitioner_id"],
            ["practitioners.territory_id", "practitioners.id"],
            name=op.f("duties_territory_id_practitioner_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("duties_pkey")),
    )
    op.create_index("duties_practitioner_idx", "duties", ["territory_id", "practitioner_id"], unique=False)
    op.create_table(
        "pins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["territory_id", "practice_id"],
            ["practices.territory_id", "practices.id"],
            name=op.f("pins_territory_id_practice_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id", "practitioner_id"],
            ["practitioners.territory_id", "practitioners.id"],
            name=op.f("pins_territory_id_practitioner_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["territory_id", "template_id"],
            ["session_templates.territory_id", "session_templates.id"],
            name=op.f("pins_territory_id_template_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pins_pkey")),
    )
    op.create_table(
        "slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("practice_id", sa.Text(), nullable=False),
        sa.Column("practitioner_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("audiences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column(
            "cell",
            sa.Integer(),
            sa.Computed(
                "floor(lat * 2::double precision)::integer * 1000 + floor(lon * 2::double precision)::integer",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("start_at < end_at", name=op.f("slots_time_order")),
        sa.CheckConstraint(
            "(state = 'held') = (hold_id IS NOT NULL AND held_until IS NOT NULL)", name=op.f("slots_hold_whole")
        ),
        sa.CheckConstraint(
            "mode = 'bookable' OR state IN ('free', 'withdrawn')", name=op.f("slots_walk_in_never_held")
        ),
        sa.CheckConstraint("mode = 'walk_in' OR places = 1", name=op.f("slots_one_patient_a_place")),
        sa.CheckConstraint("mode = 'walk_in' OR (state = 'busy') = (taken = 1)", name=op.f("slots_busy_is_taken")),
        sa.CheckConstraint("state IN ('free', 'held', 'busy', 'withdrawn')", name=op.f("slots_state_known")),
        sa.CheckConstraint("taken BETWEEN 0 AND places", name=op.f("slots_taken_within_places")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("slots_session_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("slots_pkey")),
        sa.UniqueConstraint("id", "start_at", "state", name="slots_state_key"),
        sa.UniqueConstraint(
            "session_id", "practitioner_id", "start_at", name=op.f("slots_session_id_practitioner_id_start_at_key")
        ),
    )
    op.create_index(
        "slots_open_idx",
        "slots",
        ["cell", "start_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('free', 'held')"),
    )
    op.create_index(
        "slots_open_tele_idx",
        "slots",
        ["start_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('free', 'held') AND modality = 'tele'"),
    )
    op.create_index(
        "slots_open_walk_in_idx",
        "slots",
        ["start_at"],
        unique=False,
        postgresql_where=sa.text("state = 'free' AND mode = 'walk_in'"),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("slot_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "slot_state",
            sa.Text(),
            sa.Computed("CASE WHEN status <> 'cancelled'::text THEN 'busy'::text ELSE NULL::text END", persisted=True),
            nullable=True,
        ),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("booked_by", sa.Text(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("supplement_eligible", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('booked', 'fulfilled', 'no_show', 'cancelled')", name=op.f("bookings_status_known")
        ),
        sa.CheckConstraint("placed_at < slot_start_at", name=op.f("bookings_before_it_begins")),
        sa.ForeignKeyConstraint(
            ["slot_id", "slot_start_at", "slot_state"],
            ["slots.id", "slots.start_at", "slots.state"],
            name="bookings_on_an_offered_slot",
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("bookings_slot_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("bookings_pkey")),
        sa.UniqueConstraint("slot_id", "slot_state", name="bookings_one_live_per_slot"),
    )
    op.create_index("bookings_case_ref_idx", "bookings", ["case_ref"], unique=False)
    op.create_index("bookings_slot_start_at_id_idx", "bookings", ["slot_start_at", "id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.CheckConstraint("ended IN ('released', 'confirmed', 'expired')", name=op.f("holds_ended_known")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("holds_slot_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("holds_pkey")),
    )
    op.execute("CREATE SCHEMA jobs")
    op.execute("SET LOCAL search_path TO jobs")
    op.get_bind().connection.cursor().execute(SchemaManager.get_schema())
    op.execute("SET LOCAL search_path TO public")


def downgrade() -> None:
    op.execute("DROP SCHEMA jobs CASCADE")
    op.drop_table("holds")
    op.drop_index("bookings_slot_start_at_id_idx", table_name="bookings")
    op.drop_index("bookings_case_ref_idx", table_name="bookings")
    op.drop_table("bookings")
    op.drop_index(
        "slots_open_walk_in_idx",
        table_name="slots",
        postgresql_where=sa.text("state = 'free' AND mode = 'walk_in'"),
    )
    op.drop_index(
        "slots_open_tele_idx",
        table_name="slots",
        postgresql_where=sa.text("state IN ('free', 'held') AND modality = 'tele'"),
    )
    op.drop_index("slots_open_idx", table_name="slots", postgresql_where=sa.text("state IN ('free', 'held')"))
    op.drop_table("slots")
    op.drop_table("pins")
    op.drop_index("duties_practitioner_idx", table_name="duties")
    op.drop_table("duties")
    op.drop_table("burden_history")
    op.drop_index("availability_rules_practitioner_idx", table_name="availability_rules")
    op.drop_table("availability_rules")
    op.drop_index("availability_exceptions_practitioner_idx", table_name="availability_exceptions")
    op.drop_table("availability_exceptions")
    op.drop_index(op.f("assignments_session_id_idx"), table_name="assignments")
    op.drop_table("assignments")
    op.drop_index("absences_practitioner_idx", table_name="absences")
    op.drop_table("absences")
    op.drop_index("sessions_territory_id_on_date_idx", table_name="sessions")
    op.drop_table("sessions")
    op.drop_table("roster_versions")
    op.drop_index("practitioners_territory_id_rpps_key", table_name="practitioners")
    op.drop_index("practitioners_rpps_idx", table_name="practitioners")
    op.drop_table("practitioners")
    op.drop_table("session_templates")
    op.drop_table("rosters")
    op.drop_table("practices")
    op.drop_index("communes_insee_idx", table_name="communes")
    op.drop_table("communes")
    op.drop_table("territories")
    op.drop_table("idempotency_keys")
    op.execute("DROP TYPE textrange")

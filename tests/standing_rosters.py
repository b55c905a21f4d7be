"""A roster that names people, places and templates: for tests of what may no longer be deleted."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.calendar import IsoWeek
from service.storage.tables.rosters import AssignmentRow, RosterRow, SessionRow

WEEK = IsoWeek(2026, 49)
MORNING = Range(datetime(2026, 11, 30, 9, tzinfo=UTC), datetime(2026, 11, 30, 11, tzinfo=UTC))


async def stand_in_a_roster(
    session: AsyncSession, territory: str, *, practitioner: str, practice: str, template: str
) -> None:
    """A draft roster of one session, which the practitioner holds at the practice."""
    roster = RosterRow(
        id=uuid4(),
        territory_id=territory,
        first_week=str(WEEK),
        weeks=1,
        period=Range(WEEK.monday, WEEK.following(2)[1].monday),
        state="draft",
        version=1,
        solving="solved",
        seed=1,
        seconds=1,
        stop_requested=False,
        requested_by="test",
        requested_at=datetime(2026, 11, 23, tzinfo=UTC),
    )
    held = SessionRow(
        id=uuid4(),
        roster_id=roster.id,
        territory_id=territory,
        template_id=template,
        on_date=WEEK.monday,
        period=MORNING,
        hosts=[practice],
        burden_class="ordinary",
        template={},
    )
    assignment = AssignmentRow(
        id=uuid4(),
        session_id=held.id,
        territory_id=territory,
        practitioner_id=practitioner,
        practice_id=practice,
        period=MORNING,
        published=False,
    )
    for row in (roster, held, assignment):
        session.add(row)
        await session.flush()

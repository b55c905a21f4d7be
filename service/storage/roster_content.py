"""What rosters say, as it is kept: their sessions, who holds them, and every version there was."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Table, delete, insert, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.calendar import Interval
from service.domain.directory import PracticeId, PractitionerId, TerritoryId
from service.domain.entries import Page
from service.domain.errors import NotFound, RulesBroken
from service.domain.roster_content import RosterContent
from service.domain.roster_life import Roster, RosterVersion
from service.domain.rosters import (
    Assignment,
    BurdenClass,
    RosterId,
    RosterState,
    Session,
    SessionId,
    SessionTemplate,
)
from service.domain.solving import Rule
from service.storage.refusals import constraint_of
from service.storage.tables.rosters import AssignmentRow, RosterRow, RosterVersionRow, SessionRow

_TEMPLATE = TypeAdapter(SessionTemplate)
_ASSIGNMENTS = TypeAdapter(tuple[Assignment, ...])
_PUBLIC = [state for state in RosterState if state.is_public]
_RULE_OF: Mapping[str, Rule] = {
    "assignments_one_place_at_a_time": Rule.ONE_PLACE_AT_A_TIME,
    "assignments_one_per_room": Rule.ROOMS,
}
"""The rule that a constraint enforces among all published assignments."""


async def get_content(session: AsyncSession, id: RosterId) -> RosterContent:
    return await _content(session, SessionRow.roster_id == id)


async def published_content(session: AsyncSession, territory: TerritoryId, since: date, until: date) -> RosterContent:
    """All that is published in the territory from a day until another, which is not included."""
    public = select(RosterRow.id).where(RosterRow.territory_id == territory, RosterRow.state.in_(_PUBLIC))
    between = (SessionRow.on_date >= since) & (SessionRow.on_date < until)
    return await _content(session, SessionRow.roster_id.in_(public) & between)


async def replace_content(session: AsyncSession, roster: Roster, content: RosterContent) -> None:
    """The draft says this, and no more what it said."""
    await session.execute(delete(SessionRow).where(SessionRow.roster_id == roster.id))
    rows = [_session_columns(roster, id, each) for id, each in content.sessions.items()]
    if rows:
        await session.execute(insert(_table(SessionRow)), rows)
    await save_assignments(session, roster, content)


async def save_sessions(session: AsyncSession, roster: Roster, before: RosterContent, after: RosterContent) -> None:
    """Sessions that are new, and those that ask for other seats or hosts than before. None is ever deleted."""
    changed = [
        _session_columns(roster, id, each) for id, each in after.sessions.items() if before.sessions.get(id) != each
    ]
    if changed:
        saved = upsert(_table(SessionRow))
        as_now = {name: saved.excluded[name] for name in changed[0] if name != "id"}
        await session.execute(saved.on_conflict_do_update(index_elements=["id"], set_=as_now), changed)


async def save_assignments(
    session: AsyncSession, roster: Roster, content: RosterContent, rooms: Mapping[Assignment, int] | None = None
) -> None:
    """These hold the roster's sessions, and nobody else. With `rooms` they are binding. Raises RulesBroken."""
    of_roster = select(SessionRow.id).where(SessionRow.roster_id == roster.id)
    await session.execute(delete(AssignmentRow).where(AssignmentRow.session_id.in_(of_roster)))
    id_at = {each.key: id for id, each in content.sessions.items()}
    rows = [
        {
            "id": uuid4(),
            "session_id": id_at[assignment.key],
            "territory_id": roster.territory,
            "practitioner_id": assignment.practitioner,
            "practice_id": assignment.practice,
            "period": _period(content.sessions[id_at[assignment.key]].time),
            "room": rooms[assignment] if rooms is not None else None,
            "published": rooms is not None,
        }
        for assignment in content.assignments
    ]
    try:
        if rows:
            await session.execute(insert(_table(AssignmentRow)), rows)
    except IntegrityError as error:
        rule = _RULE_OF.get(constraint_of(error) or "")
        if rule is None:
            raise
        raise RulesBroken(breaches=[{"rule": rule, "practitioner": None, "sessions": [], "facts": {}}]) from error


async def add_version(session: AsyncSession, id: RosterId, version: RosterVersion) -> None:
    session.add(
        RosterVersionRow(
            roster_id=id,
            version=version.version,
            state=version.state,
            assignments=_ASSIGNMENTS.dump_python(version.assignments, mode="json"),
            reason=version.reason,
            made_by=version.made_by,
            made_at=version.made_at,
        )
    )
    await session.flush()


async def get_version(session: AsyncSession, id: RosterId, version: int) -> RosterVersion:
    """Raises NotFound."""
    row = await session.get(RosterVersionRow, (id, version))
    if row is None:
        raise NotFound("roster version", version)
    return _version_of(row)


async def page_versions(session: AsyncSession, id: RosterId, *, after: int, limit: int) -> Page[RosterVersion]:
    """At most `limit` versions later than one (0: from the first)."""
    later = select(RosterVersionRow).where(RosterVersionRow.roster_id == id, RosterVersionRow.version > after)
    rows = (await session.scalars(later.order_by(RosterVersionRow.version).limit(limit + 1))).all()
    more = str(rows[limit - 1].version) if len(rows) > limit else None
    return Page(items=tuple(map(_version_of, rows[:limit])), next_cursor=more)


async def _content(session: AsyncSession, which: ColumnElement[bool]) -> RosterContent:
    by_time = (SessionRow.on_date, SessionRow.period, SessionRow.template_id)
    sessions = {
        SessionId(row.id): session_of(row)
        for row in await session.scalars(select(SessionRow).where(which).order_by(*by_time))
    }
    held = select(AssignmentRow).join(SessionRow, SessionRow.id == AssignmentRow.session_id).where(which)
    assignments = (_assignment_of(row, sessions) for row in await session.scalars(held))
    return RosterContent(sessions=sessions, assignments=tuple(sorted(assignments)))


def _assignment_of(row: AssignmentRow, sessions: Mapping[SessionId, Session]) -> Assignment:
    key = sessions[SessionId(row.session_id)].key
    practice, practitioner = PracticeId(row.practice_id), PractitionerId(row.practitioner_id)
    return Assignment(template=key.template, on=key.on, practice=practice, practitioner=practitioner)


def session_of(row: SessionRow) -> Session:
    if row.period.lower is None or row.period.upper is None:
        raise AssertionError("a session begins and ends")
    return Session(
        template=_TEMPLATE.validate_python(row.template),
        on=row.on_date,
        time=Interval(start=row.period.lower, end=row.period.upper),
        hosts=tuple(PracticeId(host) for host in row.hosts),
        burden_class=BurdenClass(row.burden_class),
    )


def _session_columns(roster: Roster, id: SessionId, each: Session) -> Mapping[str, Any]:
    template = _TEMPLATE.dump_python(each.template, mode="json")
    return {
        "id": id,
        "roster_id": roster.id,
        "territory_id": roster.territory,
        "template_id": each.template.id,
        "on_date": each.on,
        "period": _period(each.time),
        "hosts": list(each.hosts),
        "burden_class": each.burden_class,
        "template": template | {"audiences": sorted(template["audiences"])},
    }


def _period(time: Interval) -> Range[Any]:
    return Range(time.start, time.end, bounds="[)")


def _version_of(row: RosterVersionRow) -> RosterVersion:
    return RosterVersion(
        version=row.version,
        state=RosterState(row.state),
        assignments=_ASSIGNMENTS.validate_python(row.assignments),
        made_by=row.made_by,
        made_at=row.made_at,
        reason=row.reason,
    )


def _table(row: type[Any]) -> Table:
    return cast("Table", row.__table__)

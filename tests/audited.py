"""A week in which everything happened that an audit looks at, and nothing went wrong."""

from datetime import timedelta

from service.application.bookings import book_place, cancel_booking, hold_slot, move_booking, release_hold
from service.application.deliveries import relay_events
from service.application.repairs import Saving, repair_roster
from service.application.roster_publishing import publish_roster
from service.application.wait_list import accept_offer, enter_wait_list
from service.application.webhooks import add_webhook
from service.domain.bookings import Origin, SlotId
from service.domain.callers import Caller, Keyed
from service.domain.changes_of_places import SessionDropped
from service.domain.events import EventType
from service.domain.needs import PlaceHeld, PlaceNamed
from service.domain.roster_life import Roster
from service.domain.rosters import HalfDay, SessionKey, TemplateId
from service.domain.solving import Limits
from service.domain.wait_list import Waiting
from service.storage.database import Database
from service.storage.holds import take_hold
from service.storage.tables.bookings import SlotRow
from service.storage.tables.rosters import SessionRow
from tests.make_bookings import rows_of
from tests.make_regulators import posted
from tests.rosters import ANNE, FILE, NOW, TERRITORY, a_draft
from tests.whole_week import WHOLE_WEEK

LIMITS = Limits(seconds=30, workers=1)


async def a_published_week(database: Database) -> Roster:
    draft = await a_draft(database, *WHOLE_WEEK)
    return await publish_roster(database, draft.id, expected_version=draft.version, caller=ANNE, now=NOW)


def naming(slot: SlotId, case_ref: str) -> PlaceNamed:
    return PlaceNamed(slot=slot, case_ref=case_ref, origin=Origin.SAS)


def key(key: str, operation: str = "POST /v1/bookings") -> Keyed:
    return Keyed(key=key, operation=operation, request="a digest")


async def by_session(database: Database) -> list[tuple[SessionRow, list[SlotId]]]:
    """The bookable sessions of the week in order, with their places in order."""
    sessions = sorted(await rows_of(database, SessionRow), key=lambda row: (row.period.lower, row.template_id))
    slots = sorted(await rows_of(database, SlotRow), key=lambda row: (row.start_at, str(row.id)))
    bookable = {each.id: [SlotId(slot.id) for slot in slots if slot.session_id == each.id] for each in sessions}
    return [(each, bookable[each.id]) for each in sessions if each.template["mode"] == "bookable" and bookable[each.id]]


async def a_full_story(database: Database) -> None:
    """Booked by name and by hold, moved, cancelled; waited for and accepted; a session dropped under bookings; told."""
    roster = await a_published_week(database)
    every = frozenset(EventType)
    await add_webhook(database, TERRITORY, "http://localhost:9/", every, private=True, caller=ANNE, keyed=None, now=NOW)
    (dropped, under), *others = await by_session(database)
    (waited, _), (_, more) = others[:2]
    for number, slot in enumerate(under[:3]):
        await book_place(database, naming(slot, f"DRM-{number}"), caller=ANNE, now=NOW, keyed=key(f"k-{number}"))
    await _bookings(database, more)
    await _waiting(database, waited)
    gone = SessionDropped(session=SessionKey(TemplateId(dropped.template_id), dropped.on_date))
    saving = Saving(expected_version=roster.version, reason="closed for works")
    await repair_roster(database, roster.id, [gone], saving=saving, limits=LIMITS, caller=ANNE, now=NOW)
    await relay_events(database, now=NOW + timedelta(minutes=2), sas=True)


async def _bookings(database: Database, places: list[SlotId]) -> None:
    """Three of them by a regulator of the SAS."""
    first, second, third, fourth, fifth, sixth, *_ = places
    jules = Caller.from_sas((await posted(database, now=NOW)).id)
    moved = await book_place(database, naming(first, "DRM-M1"), caller=jules, now=NOW)
    await move_booking(database, moved.id, second, caller=ANNE, now=NOW)
    paged = key("p-1:place", "hold on the page")
    shown = await take_hold(database.direct, sixth, None, caller=jules, now=NOW, keyed=paged)
    named = PlaceHeld(hold=shown.id, origin=Origin.SAS, case_ref="DRM-P1")
    await book_place(database, named, caller=jules, now=NOW, keyed=key("hold:p-1", "book on the page"))
    cancelled = await book_place(database, naming(third, "DRM-C1"), caller=jules, now=NOW)
    await cancel_booking(database, cancelled.id, caller=ANNE, now=NOW)
    held = await hold_slot(database, fourth, "DRM-H1", caller=ANNE, now=NOW, keyed=key("h-1", "POST /v1/holds"))
    await book_place(database, PlaceHeld(hold=held.id, origin=Origin.SAS), caller=ANNE, now=NOW)
    released = await hold_slot(database, fifth, "DRM-R1", caller=ANNE, now=NOW)
    await release_hold(database, released.id, caller=ANNE, now=NOW)
    await hold_slot(database, fifth, "DRM-L1", caller=ANNE, now=NOW)


async def _waiting(database: Database, session: SessionRow) -> None:
    """Two cases are offered a free place at once, one of them accepts; a third waits, as there is no such session."""
    zone = FILE.territory.zone
    assert session.period.lower is not None
    half_day = HalfDay.of(session.period.lower.astimezone(zone).time())
    where = {"territory": TERRITORY, "sector": session.template["sector"], "half_day": half_day}
    asked = [Waiting(case_ref=f"DRM-W{number}", on=session.on_date, **where) for number in range(2)]
    asked.append(Waiting(case_ref="DRM-W2", on=session.on_date + timedelta(days=60), **where))
    path = "POST /v1/wait-list"
    entries = [
        await enter_wait_list(database, each, caller=ANNE, now=NOW, keyed=key(each.case_ref, path)) for each in asked
    ]
    accepting = key("accept", f"{path}/{entries[0].id}/accept")
    await accept_offer(database, entries[0].id, caller=ANNE, now=NOW, keyed=accepting)

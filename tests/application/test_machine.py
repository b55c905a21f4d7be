"""Whatever is done in whatever order, the clock stepped between: the service says and keeps what a plain model does."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from itertools import count

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from psycopg import sql

from service.application.bookings import (
    book_place,
    cancel_booking,
    fulfil_booking,
    hold_slot,
    move_booking,
    release_hold,
)
from service.application.repairs import Saving, repair_roster
from service.application.roster_publishing import publish_roster
from service.application.rosters import find_roster
from service.application.slots import search_slots
from service.application.tasks import expire_tasks
from service.domain.bookings import Origin
from service.domain.callers import Keyed
from service.domain.changes_of_persons import PractitionerAway
from service.domain.directory import Insee
from service.domain.errors import HoldExpired, NoPlaceFree, SeatBooked, SessionBegun, SlotHeld
from service.domain.needs import CareRequest, PlaceHeld, PlaceNeeded
from service.domain.rosters import RosterId
from service.storage.database import Database
from service.storage.migrating import upgrade
from service.storage.tables.bookings import BookingRow, SlotRow
from tests.audited import LIMITS, naming
from tests.changing import kept_place, kept_until, open_tasks
from tests.crash.processes import audited
from tests.make_bookings import rows_of
from tests.model import Model, Place
from tests.rosters import ANNE, NOW, a_draft
from tests.whole_week import WHOLE_WEEK

REPAIRS = 2
"""At most, of one roster: each takes the solver a second."""
STEPS = [timedelta(minutes=4), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)]
ANY = st.integers(min_value=0, max_value=10_000)
CRAON = Insee("53084")
_numbers = count()


class Machine(RuleBasedStateMachine):
    """`roster` and `url` are given by the test."""

    roster: RosterId
    url: str

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = self.run(_opened(self.url))
        self.model = Model(now=NOW)
        self.repairs, self.keys = 0, {}

    def run(self, coroutine):
        return self.runner.run(coroutine)

    def outcome(self, coroutine, refusal):
        """What it gives; None when it is refused as the model says."""
        if refusal is None:
            return self.run(coroutine)
        with pytest.raises(refusal):
            self.run(coroutine)
        return None

    def case(self):
        return f"DRM-{next(_numbers)}"

    @property
    def as_now(self):
        return {"caller": ANNE, "now": self.model.now}

    def place(self, number):
        """Half of them among the few first, so that they meet."""
        ids = sorted(self.model.places, key=lambda id: (self.model.places[id].start, str(id)))
        return ids[number % 4 if number % 2 else number % len(ids)]

    def booking(self, number):
        return list(self.model.bookings)[number % len(self.model.bookings)]

    def held(self, number):
        return list(self.model.holds)[number % len(self.model.holds)]

    @rule(step=st.sampled_from(STEPS))
    def time_passes(self, step):
        self.model.now += step

    @precondition(lambda self: self.model.bookings)
    @rule(number=ANY, before=st.sampled_from([timedelta(minutes=30), timedelta(hours=2), timedelta(0)]))
    def somebody_is_about_to_be_received(self, number, before):
        start = self.model.places[self.model.bookings[self.booking(number)].slot].start
        self.model.now = max(self.model.now, start - before)

    @initialize(early=st.lists(st.sampled_from(STEPS), max_size=2))
    def publish(self, early):
        """Until then nobody finds a place."""
        self.book_by_need()
        self.model.now += sum(early, timedelta())
        self.run(publish_roster(self.database, self.roster, expected_version=2, **self.as_now))
        for row in self.run(rows_of(self.database, SlotRow)):
            if row.mode == "bookable":
                self.model.places[row.id] = Place(row.start_at)

    @rule()
    def search(self):
        asked = CareRequest(near=CRAON, within_hours=168)
        found = self.run(search_slots(self.database, asked, limit=1000, **self.as_now))
        shown = {offer.slot.id for offer in found.offers if offer.slot.mode == "bookable"}
        assert shown <= self.model.free()

    @rule(number=ANY)
    def hold(self, number):
        slot = self.place(number)
        refusal = self.model.places[slot].refusal(self.model.now)
        if held := self.outcome(hold_slot(self.database, slot, self.case(), **self.as_now), refusal):
            self.model.hold(slot, held.id)

    @precondition(lambda self: self.model.holds)
    @rule(number=ANY)
    def release(self, number):
        hold = self.held(number)
        is_live = self.model.is_live(hold)
        self.outcome(release_hold(self.database, hold, **self.as_now), None if is_live else HoldExpired)
        if is_live:
            self.model.places[self.model.holds[hold]].empty()

    @precondition(lambda self: self.model.holds)
    @rule(number=ANY)
    def confirm(self, number):
        hold = self.held(number)
        asked = PlaceHeld(hold=hold, origin=Origin.SAS)
        refusal = self.model.refusal_to_confirm(hold)
        if made := self.outcome(book_place(self.database, asked, **self.as_now), refusal):
            self.model.book(self.model.holds[hold], made.id)

    @rule(number=ANY)
    def book(self, number):
        slot, key = self.place(number), Keyed(key=f"k-{number}", operation="POST /v1/bookings", request="a digest")
        if key.key in self.keys:
            again = self.run(book_place(self.database, naming(slot, self.case()), keyed=key, **self.as_now))
            assert again.id == self.keys[key.key]
            return
        refusal = self.model.places[slot].refusal(self.model.now)
        asked = book_place(self.database, naming(slot, self.case()), keyed=key, **self.as_now)
        if made := self.outcome(asked, refusal):
            self.model.book(slot, made.id)
            self.keys[key.key] = made.id

    @rule()
    def book_by_need(self):
        need = CareRequest(near=CRAON, within_hours=168)
        found = self.run(search_slots(self.database, need, limit=1000, **self.as_now))
        is_any = any(offer.slot.mode == "bookable" for offer in found.offers)
        asked = PlaceNeeded(request=need, case_ref=self.case(), origin=Origin.SAS)
        if made := self.outcome(book_place(self.database, asked, **self.as_now), None if is_any else NoPlaceFree):
            assert made.slot.id in self.model.free()
            self.model.book(made.slot.id, made.id)

    @precondition(lambda self: self.model.bookings)
    @rule(number=ANY)
    def cancel(self, number):
        id = self.booking(number)
        if self.outcome(cancel_booking(self.database, id, **self.as_now), self.model.refusal_to_cancel(id)):
            self.model.end(id, "cancelled")

    @precondition(lambda self: self.model.bookings)
    @rule(number=ANY)
    def fulfil(self, number):
        id = self.booking(number)
        if self.outcome(fulfil_booking(self.database, id, **self.as_now), self.model.refusal_to_fulfil(id)):
            self.model.end(id, "fulfilled")

    @precondition(lambda self: self.model.bookings)
    @rule(number=ANY, other=ANY)
    def move(self, number, other):
        id, to = self.booking(number), self.place(other)
        if self.outcome(move_booking(self.database, id, to, **self.as_now), self.model.refusal_to_move(id, to)):
            self.model.move(id, to)

    @rule()
    def keep_deadlines(self):
        self.run(expire_tasks(self.database, now=self.model.now))
        self.adopt()

    @precondition(lambda self: self.model.bookings and self.repairs < REPAIRS)
    @rule(number=ANY)
    def repair(self, number):
        """Whoever receives a patient is away that day; no booking is lost, none changes without its version."""
        self.repairs += 1
        slot = self.model.bookings[self.booking(number)].slot
        row = next(each for each in self.run(rows_of(self.database, SlotRow)) if each.id == slot)
        day = row.start_at.date()
        away = PractitionerAway(practitioner=row.practitioner_id, from_on=day, until_on=day)
        roster = self.run(find_roster(self.database, self.roster, caller=ANNE))
        saving = Saving(expected_version=roster.version, reason="ill")
        asked = repair_roster(self.database, self.roster, [away], saving=saving, limits=LIMITS, **self.as_now)
        before = {id: (made.slot, made.version) for id, made in self.model.bookings.items()}
        with suppress(SessionBegun, SeatBooked, SlotHeld):
            self.run(asked)
        self.adopt()
        after = {id: (made.slot, made.version) for id, made in self.model.bookings.items()}
        assert {*after} == {*before}
        assert all(after[id] == before[id] or after[id][1] > before[id][1] for id in before)

    def adopt(self):
        """What a change of roster made of places and bookings: which of the lawful ways it went is its own affair."""
        tasks = {task.booking.id: task for task in self.run(open_tasks(self.database)) if task.proposal}
        rows = [row for row in self.run(rows_of(self.database, SlotRow)) if row.mode == "bookable"]
        self.model.places = {row.id: self._place(row) for row in rows}
        for row in self.run(rows_of(self.database, BookingRow)):
            made, task = self.model.bookings[row.id], tasks.get(row.id)
            made.slot, made.version, made.is_displaced = row.slot_id, row.version, row.displaced
            made.proposed = task and (kept_place(task).id, task.proposal.hold)
            assert task is None or kept_until(task) > row.placed_at
            if row.status != "cancelled" and not row.displaced:
                self.model.places[row.slot_id].booking = row.id

    def _place(self, row):
        return Place(row.start_at, hold=row.hold_id, until=row.held_until, is_withdrawn=row.state == "withdrawn")

    def teardown(self):
        """The rows are as the model has them, and the auditor finds nothing."""
        kept = {row.id: (row.slot_id, row.status, row.version) for row in self.run(rows_of(self.database, BookingRow))}
        assert kept == {id: (made.slot, made.status, made.version) for id, made in self.model.bookings.items()}
        busy = {row.id for row in self.run(rows_of(self.database, SlotRow)) if row.state == "busy"}
        assert busy == {id for id, place in self.model.places.items() if place.booking is not None}
        self.run(audited(self.url))
        self.run(self.database.close())
        self.runner.close()


async def _opened(url):
    return Database(url, pool_size=2)


@pytest.fixture(scope="session")
def drafted(postgres):
    """A draft of the reference week, in a database to be copied."""
    url = postgres.create_database("template_drafted")
    upgrade(url)

    async def draft():
        async with Database(url) as database:
            return (await a_draft(database, *WHOLE_WEEK)).id

    return asyncio.run(draft())


def a_copy(postgres):
    name = f"machine_{next(_numbers)}"
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE template_drafted STRATEGY file_copy").format(sql.Identifier(name))
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(copy)
    return postgres.create_database(name)


def test_the_service_does_what_the_plain_model_does(postgres, drafted):
    class Drafted(Machine):
        roster = drafted

        def __init__(self):
            self.url = a_copy(postgres)
            super().__init__()

    health = list(HealthCheck)
    asked = settings(max_examples=8, stateful_step_count=40, deadline=None, suppress_health_check=health)
    run_state_machine_as_test(Drafted, settings=asked)

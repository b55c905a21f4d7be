"""FastAPI routes of the product's shapes and dependencies that ask no database: one answer for all."""

from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import FastAPI, Query

from benchmarks.serving import ADMIN_TOKEN
from service.domain.bookings import Booking, BookingId, BookingStatus, Origin, Slot, SlotId, SlotState
from service.domain.calendar import Interval
from service.domain.directory import Audience, PracticeId, PractitionerId, TerritoryId
from service.domain.geography import Point
from service.domain.offers import Found, Offer
from service.domain.rosters import Modality, Mode, SessionId
from service.domain.venues import Venue
from service.web.dependencies import CallerDep, KeyedDep, LanguageDep, Now
from service.web.rest.booking_shapes import BookingIn, BookingOut
from service.web.rest.search_shapes import SearchIn, SearchOut

_NOW = datetime.now(UTC)
_SLOT = Slot(
    id=SlotId(uuid4()),
    session=SessionId(uuid4()),
    territory=TerritoryId("l-1"),
    practice=PracticeId("site-001"),
    practitioner=PractitionerId("gp-001"),
    time=Interval(start=_NOW + timedelta(hours=20), end=_NOW + timedelta(hours=20, minutes=15)),
    point=Point(47.85, -0.7),
    mode=Mode.BOOKABLE,
    modality=Modality.IN_PERSON,
    audiences=frozenset({Audience.SNP, Audience.CPTS}),
    state=SlotState.BUSY,
    taken=1,
)
_VENUE = Venue(
    practice_name="Maison médicale 1",
    address_line="1 rue de la Mairie",
    phone="+33243910000",
    practitioner_name="Aline Morvan",
    zone=ZoneInfo("Europe/Paris"),
)
_OFFER = Offer(slot=_SLOT, venue=_VENUE, distance_km=14.2, travel_minutes=17, waiting_minutes=1200, cost=1234)
_FOUND = Found(offers=(_OFFER,) * 20)
_BOOKING = Booking(
    id=BookingId(uuid4()),
    slot=_SLOT,
    venue=_VENUE,
    case_ref="2026-0001",
    origin=Origin.SAS,
    booked_by="admin",
    booked_at=_NOW,
    status=BookingStatus.BOOKED,
    status_at=_NOW,
    version=1,
)


def route_app() -> FastAPI:
    app = FastAPI()
    app.state.admin_token = ADMIN_TOKEN
    app.state.clock = lambda: datetime.now(UTC)

    @app.get("/v1/slots", response_model_exclude_none=True)
    async def search(
        asked: Annotated[SearchIn, Query()], caller: CallerDep, now: Now, language: LanguageDep
    ) -> SearchOut:
        asked.request()
        return SearchOut.of(_FOUND, language)

    @app.post("/v1/bookings", status_code=201)
    async def book(asked: BookingIn, caller: CallerDep, now: Now, keyed: KeyedDep) -> BookingOut:
        asked.request()
        return BookingOut.of(_BOOKING)

    return app

"""Sessions cut into places: each holder's own, or one counter for a walk-in session."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from service.domain.bookings import Slot, SlotId
from service.domain.calendar import Interval
from service.domain.directory import Audience, PracticeId, Practitioner, TerritoryId
from service.domain.geography import Point
from service.domain.keeping import Keeping, keeping_of
from service.domain.policy import SearchPolicy
from service.domain.rosters import Mode, Session, SessionId

STEP_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One holder of a session, where he or she sits that day."""

    holder: Practitioner
    practice: PracticeId
    point: Point


def slots_of(
    session: Session, id: SessionId, territory: TerritoryId, seats: Sequence[Seat], search: SearchPolicy
) -> Iterator[Slot]:
    """The places of a session that these seats offer, free and new.

    A place is shown to the audiences that its template and its holder's pledge have in common; the one counter of a
    walk-in session to those of any holder. The counter bears the first holder's name.
    """
    if session.template.mode is Mode.BOOKABLE:
        for seat in seats:
            times = [*places_of(session, seat.holder)]
            for number, time in enumerate(times):
                kept = keeping_of(session, time.start, place=number, of=len(times), search=search)
                yield _slot(session, id, territory, seat, time, audiences=_audiences(session, seat), kept=kept)
    elif seats:
        together = frozenset[Audience]().union(*(_audiences(session, seat) for seat in seats))
        places = sum(patients_of(session, seat.holder) for seat in seats)
        yield _slot(session, id, territory, seats[0], session.time, audiences=together, places=places)


def places_of(session: Session, holder: Practitioner) -> Iterator[Interval]:
    """The places one seat of a bookable session offers, evenly.

    With n patients, place k starts at start + k × duration / n, rounded down to 5 minutes, and ends where the next
    starts. Source: TERRITORY-FILE, places.
    """
    n = patients_of(session, holder)
    steps = [k * session.minutes // n // STEP_MINUTES for k in range(n)]
    starts = [session.time.start + timedelta(minutes=step * STEP_MINUTES) for step in steps]
    for start, end in zip(starts, [*starts[1:], session.time.end], strict=True):
        yield Interval(start=start, end=end)


def patients_of(session: Session, holder: Practitioner) -> int:
    """Patients of one holder in the session: capacity + uplift; by booking, none has less than five minutes."""
    asked = session.template.capacity + holder.capacity_uplift
    return asked if session.template.mode is Mode.WALK_IN else min(asked, session.minutes // STEP_MINUTES)


def _audiences(session: Session, seat: Seat) -> frozenset[Audience]:
    pledge = seat.holder.pledge
    return session.template.audiences & pledge.audiences if pledge else frozenset()


def _slot(
    session: Session,
    id: SessionId,
    territory: TerritoryId,
    seat: Seat,
    time: Interval,
    *,
    audiences: frozenset[Audience],
    places: int = 1,
    kept: Keeping | None = None,
) -> Slot:
    return Slot(
        id=SlotId(uuid4()),
        session=id,
        territory=territory,
        practice=seat.practice,
        practitioner=seat.holder.id,
        time=time,
        point=seat.point,
        mode=session.template.mode,
        modality=session.template.modality,
        audiences=audiences,
        places=places,
        kept=kept,
    )

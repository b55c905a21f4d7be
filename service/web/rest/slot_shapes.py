"""How a place is shown, and people counted there."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from service.domain.bookings import Attendance, Slot
from service.domain.directory import Audience
from service.domain.rosters import Modality, Mode
from service.domain.venues import Venue


class PracticeOut(BaseModel):
    """Where to go and whom to call."""

    id: str = Field(examples=["msp-oudon"])
    name: str = Field(examples=["MSP de l'Oudon"])
    address_line: str = Field(
        description="That day's stop, for a mobile unit",
        examples=["6 rue de l'Exemple", "Parking de la salle des fêtes"],
    )
    postal_code: str | None = Field(
        description="Of that address; null where the territory does not have the commune", examples=["53200"]
    )
    city: str | None = Field(description="The same", examples=["Château-Gontier-sur-Mayenne"])
    phone: str = Field(description="E.164", examples=["+33243900003"])


class PractitionerOut(BaseModel):
    """Who receives."""

    id: str = Field(examples=["gp-12"])
    name: str = Field(examples=["Aline Morvan"])


class SlotOut(BaseModel):
    """A place, or the one counter of a walk-in session."""

    id: UUID = Field(description="The slot: hold it or book it by this")
    territory: str = Field(examples=["cpts-haut-anjou-fictive"])
    start: datetime = Field(description="With the offset of the place", examples=["2026-11-23T14:15:00+01:00"])
    end: datetime = Field(examples=["2026-11-23T14:30:00+01:00"])
    mode: Mode = Field(description="A walk-in session is neither held nor booked: people come")
    modality: Modality
    audiences: list[Audience] = Field(description="To whom it is shown")
    places: int = Field(description="Patients it can take in all; 1 when bookable", examples=[1])
    places_left: int = Field(description="Patients it can still take", examples=[1])
    attendance: Attendance | None = Field(
        default=None,
        description="Of a walk-in session: whether it is worth going; closed when full, or closed by hand",
        examples=["nearly_full"],
    )
    practice: PracticeOut
    practitioner: PractitionerOut

    @classmethod
    def of(cls, slot: Slot, venue: Venue) -> "SlotOut":
        return SlotOut(**slot_told(slot, venue))


def slot_told(slot: Slot, venue: Venue) -> dict[str, Any]:
    """The fields of `SlotOut`."""
    practice = PracticeOut(
        id=slot.practice,
        name=venue.practice_name,
        address_line=venue.address_line,
        postal_code=venue.postal_code,
        city=venue.city,
        phone=venue.phone,
    )
    return {
        "id": slot.id,
        "territory": slot.territory,
        "start": slot.time.start.astimezone(venue.zone),
        "end": slot.time.end.astimezone(venue.zone),
        "mode": slot.mode,
        "modality": slot.modality,
        "audiences": sorted(slot.audiences),
        "places": slot.places,
        "places_left": slot.places_left,
        "attendance": slot.attendance(venue.nearly_full_percent),
        "practice": practice,
        "practitioner": PractitionerOut(id=slot.practitioner, name=venue.practitioner_name),
    }


class ArrivalsIn(BaseModel, extra="forbid", frozen=True):
    """People who came, or who were counted by mistake."""

    people: Annotated[int, Field(ge=1, le=50)] | Annotated[int, Field(ge=-50, le=-1)] = Field(
        default=1, description="How many more; below 0 to take back", examples=[1]
    )

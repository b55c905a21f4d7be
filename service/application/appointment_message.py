"""A booking as the Appointment that the SAS platform reads.

http://sas.fr/fhir/StructureDefinition/FrAppointmentSAS
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from service.domain.appointments import Appointment
from service.domain.bookings import BookingStatus
from service.domain.national import INTERNAL_PERSON, NATIONAL_PERSON, Coding, Extension, Profile, System, person_id
from service.domain.regulators import IdentifierSystem

STATUS: Mapping[BookingStatus, str] = {
    BookingStatus.BOOKED: "booked",
    BookingStatus.FULFILLED: "fulfilled",
    BookingStatus.NO_SHOW: "noshow",
    BookingStatus.CANCELLED: "cancelled",
}
"""https://hl7.org/fhir/R4/valueset-appointmentstatus.html"""
_TYPES: Mapping[IdentifierSystem, Coding] = {
    IdentifierSystem.NATIONAL: NATIONAL_PERSON,
    IdentifierSystem.SAS: INTERNAL_PERSON,
}


def appointment_resource(appointment: Appointment, *, editor: str) -> dict[str, Any]:
    """`editor`: our own OID (`urn:oid:…`) or URL, the system in which the SAS knows the booking."""
    operator, effector = appointment.regulator, person_id(appointment.rpps)
    return {
        "resourceType": "Appointment",
        "meta": {"profile": [Profile.APPOINTMENT.value]},
        "extension": [
            {
                "url": Extension.APPOINTMENT_OPERATOR.value,
                "valueReference": _person(_TYPES[operator.system], operator.system.value, operator.value),
            }
        ],
        "identifier": [{"system": editor, "value": str(appointment.booking)}],
        "status": STATUS[appointment.status],
        "start": _instant(appointment.start_at),
        "end": _instant(appointment.end_at),
        "created": _instant(appointment.booked_at),
        "participant": [{"actor": _person(NATIONAL_PERSON, System.PERSON.value, effector), "status": "accepted"}],
    }


def _person(type_: Coding, system: str, value: str) -> dict[str, Any]:
    """A reference by identifier alone."""
    coded = {"coding": [{"system": type_.system.value, "code": type_.code}]}
    return {"identifier": {"type": coded, "system": system, "value": value}}


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")

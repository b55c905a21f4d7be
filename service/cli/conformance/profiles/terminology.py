"""Which codes a value set holds: those of the folder, and those whose content is settled elsewhere."""

from typing import Any

from service.cli.conformance import expected
from service.cli.conformance.profiles.definitions import Definitions

R4 = "http://hl7.org/fhir/ValueSet/"
FRENCH = "http://interopsante.org/fhir/ValueSet/"
EVERY = None
"""Of a system: all of its codes."""

Content = dict[str, frozenset[str] | None]
"""Codes by system; the system of a bare code is not asked for."""


def _of(system: str, codes: str) -> Content:
    return {system: frozenset(codes.split())}


KNOWN: dict[str, Content] = {
    "https://mos.esante.gouv.fr/NOS/JDV_J165-TypeCreneau-SAS/FHIR/JDV-J165-TypeCreneau-SAS": {
        expected.VISIBILITY: expected.AUDIENCES
    },
    "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode": _of(
        expected.CONSULTATION, "AMB EMER FLD HH IMP ACUTE NONAC OBSENC PRENC SS VR"
    ),
    FRENCH + "fr-practitioner-specialty": {expected.SPECIALTIES: EVERY},
    R4 + "slotstatus": _of(
        "http://hl7.org/fhir/slotstatus", "busy free busy-unavailable busy-tentative entered-in-error"
    ),
    R4 + "appointmentstatus": _of(
        "http://hl7.org/fhir/appointmentstatus",
        "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist",
    ),
    R4 + "bundle-type": _of(
        "http://hl7.org/fhir/bundle-type",
        "document message transaction transaction-response batch batch-response history searchset collection",
    ),
    R4 + "search-entry-mode": _of("http://hl7.org/fhir/search-entry-mode", "match include outcome"),
    R4 + "identifier-use": _of("http://hl7.org/fhir/identifier-use", "usual official temp secondary old"),
    R4 + "name-use": _of("http://hl7.org/fhir/name-use", "usual official temp nickname anonymous old maiden"),
    R4 + "contact-point-system": _of("http://hl7.org/fhir/contact-point-system", "phone fax email pager url sms other"),
    R4 + "contact-point-use": _of("http://hl7.org/fhir/contact-point-use", "home work temp old mobile"),
    R4 + "address-use": _of("http://hl7.org/fhir/address-use", "home work temp old billing"),
    R4 + "address-type": _of("http://hl7.org/fhir/address-type", "postal physical both"),
    R4 + "administrative-gender": _of("http://hl7.org/fhir/administrative-gender", "male female other unknown"),
    R4 + "days-of-week": _of("http://hl7.org/fhir/days-of-week", "mon tue wed thu fri sat sun"),
    R4 + "location-mode": _of("http://hl7.org/fhir/location-mode", "instance kind"),
    R4 + "location-status": _of("http://hl7.org/fhir/location-status", "active suspended inactive"),
    R4 + "participantrequired": _of("http://hl7.org/fhir/participantrequired", "required optional information-only"),
    R4 + "http-verb": _of("http://hl7.org/fhir/http-verb", "GET HEAD POST PUT DELETE PATCH"),
}


class Terminology:
    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._contents: dict[str, Content | None] = {}

    def holds(self, values: str, value: Any) -> bool | None:
        """Whether a code, Coding or CodeableConcept is of the value set; None when its content is not known."""
        content = self._content(values)
        if content is None:
            return None
        if isinstance(value, str):
            return any(codes is EVERY or value in codes for codes in content.values())
        codings = value["coding"] if isinstance(value, dict) and "coding" in value else [value]
        return isinstance(codings, list) and any(_is_of(content, each) for each in codings if isinstance(each, dict))

    def _content(self, values: str) -> Content | None:
        if values not in self._contents:
            found = self._definitions.value_set(values)
            self._contents[values] = KNOWN.get(values) if found is None else _listed(found)
        return self._contents[values]


def _is_of(content: Content, coding: dict[str, Any]) -> bool:
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not isinstance(code, str) or system not in content:
        return False
    codes = content[system]
    return codes is EVERY or code in codes


def _listed(value_set: dict[str, Any]) -> Content | None:
    """Of a value set that lists its codes or takes whole systems; None of one that filters or imports."""
    content: Content = {}
    composed = value_set.get("compose", {})
    if "exclude" in composed:
        return None
    for each in composed.get("include", []):
        if "filter" in each or "valueSet" in each or "system" not in each:
            return None
        listed = frozenset(concept["code"] for concept in each.get("concept", []))
        content[each["system"]] = (listed | (content.get(each["system"]) or frozenset())) if listed else EVERY
    return content or None

"""Faults to sow in conformant answers, each with the rule that must find it."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from service.cli.conformance.answers import Answer, Kind
from tests.cli.conformance.answers import (
    answered,
    appointment,
    cpts_answer,
    empty_answer,
    of_cpts,
    ps_answer,
    regulator,
)

Change = Callable[[Any], None]
SOWN_IN: dict[str, tuple[Callable[[], Any], Kind | None]] = {
    "ps": (ps_answer, Kind.PS),
    "cpts": (cpts_answer, Kind.CPTS),
    "empty": (empty_answer, Kind.PS),
    "regulator": (regulator, None),
    "appointment": (appointment, None),
}


@dataclass(frozen=True, kw_only=True)
class Sown:
    """`profiled`: an official snapshot forbids it too, and so must find it alone."""

    rule: str
    into: str
    what: str
    change: Change
    profiled: bool

    def answer(self) -> Answer:
        make, kind = SOWN_IN[self.into]
        resource = make()
        self.change(resource)
        return answered(resource, kind)

    def __str__(self) -> str:
        return f"{self.rule}: {self.what} ({self.into})"


def _found(resource: Any, path: str) -> tuple[Any, Any]:
    """What holds the last step of a path, and that step. `Slot.x` is of the first Slot, `@Slot.x` of its entry."""
    first, *steps = path.split(".")
    here = resource if first in ("Bundle", "it") else _entry(resource, first.lstrip("@"))
    here = here["resource"] if here is not resource and not first.startswith("@") else here
    if first == "Location":
        here = here["contained"][0]
    *way, last = (int(step) if step.isdigit() else step for step in steps)
    for step in way:
        here = here[step]
    return here, last


def _entry(resource: Any, name: str) -> Any:
    kind = "PractitionerRole" if name == "Location" else name
    return next(entry for entry in resource["entry"] if entry["resource"]["resourceType"] == kind)


def put(path: str, value: Any) -> Change:
    def change(resource: Any) -> None:
        holder, last = _found(resource, path)
        holder[last] = deepcopy(value)

    return change


def drop(path: str) -> Change:
    def change(resource: Any) -> None:
        holder, last = _found(resource, path)
        del holder[last]

    return change


def again(path: str, **further: Any) -> Change:
    """The first of a list a second time, with this changed in it."""

    def change(resource: Any) -> None:
        holder, last = _found(resource, path)
        holder[last].append({**deepcopy(holder[last][0]), **further})

    return change


def add(path: str, value: Any) -> Change:
    def change(resource: Any) -> None:
        holder, last = _found(resource, path)
        holder[last] = [*holder.get(last, []), deepcopy(value)]

    return change


def without(name: str) -> Change:
    """No entry of that type, and a total that fits."""

    def change(resource: Any) -> None:
        resource["entry"] = [entry for entry in resource["entry"] if entry["resource"]["resourceType"] != name]
        resource["total"] = sum(entry["resource"]["resourceType"] == "Slot" for entry in resource["entry"])

    return change


def entry(resource: dict[str, Any]) -> Change:
    url = f"https://agenda.test/fhir/{resource['resourceType']}/{resource['id']}"
    return add("Bundle.entry", {"fullUrl": url, "resource": resource, "search": {"mode": "include"}})


def sown(rule: str, into: str, what: str, change: Change, *, profiled: bool = False) -> Sown:
    return Sown(rule=rule, into=into, what=what, change=change, profiled=profiled)


ELSEWHERE = "http://elsewhere.test"
AMB = "Slot.serviceType.0"
CPTS = "Slot.serviceType.2"
PERSON = "Practitioner.identifier.0"
STRUCTURE = "PractitionerRole.organization.identifier"
OPERATOR = "it.extension.0.valueReference.identifier"
ACTOR = "it.participant.0.actor.identifier"
STRANGER = {"resourceType": "Patient", "id": "p"}


def p(rule: str, into: str, what: str, change: Change) -> Sown:
    return sown(rule, into, what, change, profiled=True)


GENERAL = (
    p("R4", "ps", "an element that FHIR does not know", put("Slot.colour", "blue")),
    p("R4", "ps", "one where FHIR has a list", put("Slot.specialty", {"coding": []})),
    p("R4", "ps", "a text where FHIR has a reference", put("Slot.schedule", "Schedule/s-anne-1")),
    p("SLOT-7", "cpts", "an extension without a value", drop(f"{CPTS}.extension.0.valueReference")),
    sown("R4", "ps", "a resource that is none", put("Slot.resourceType", "Place")),
    sown("GEN-1", "ps", "no profile", drop("Slot.meta.profile")),
    sown(
        "GEN-1",
        "ps",
        "two profiles",
        put("Slot.meta.profile", ["http://sas.fr/fhir/StructureDefinition/FrSlotAgregateur", ELSEWHERE]),
    ),
    sown(
        "GEN-1",
        "cpts",
        "the profile of the other request",
        put("Slot.meta.profile.0", "http://sas.fr/fhir/StructureDefinition/FrSlotAgregateur"),
    ),
    sown("GEN-1", "ps", "a contained Location without profile", drop("Location.meta")),
    sown(
        "GEN-1",
        "cpts",
        "the profile of SOS for the Organization",
        put(
            "Organization.meta.profile.0",
            "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-sos-organization-aggregator",
        ),
    ),
    p("GEN-2", "ps", "no id", drop("Schedule.id")),
    sown("GEN-2", "ps", "an id with an underline", put("Slot.id", "slot_1")),
    p("GEN-3", "ps", "a contained Location with a version", put("Location.meta.versionId", "1")),
    p("GEN-3", "ps", "a contained Location with security", put("Location.meta.security", [{"code": "N"}])),
    p("GEN-4", "ps", "an empty list", put("Schedule.specialty", [])),
    p("GEN-4", "ps", "an empty text", put("Practitioner.name.0.family", "")),
    p("GEN-4", "ps", "an empty object", put("Slot.text", {})),
)
BUNDLE = (
    p("BUN-1", "ps", "a collection", put("Bundle.type", "collection")),
    p("BUN-1", "cpts", "a batch", put("Bundle.type", "batch")),
    p("BUN-2", "cpts", "no total", drop("Bundle.total")),
    sown("BUN-2", "ps", "no total", drop("Bundle.total")),
    p("BUN-2", "ps", "a total that is a text", put("Bundle.total", "3")),
    p("BUN-3", "cpts", "no link", drop("Bundle.link")),
    p("BUN-3", "cpts", "a next link", again("Bundle.link", relation="next")),
    sown("BUN-3", "ps", "another link first", put("Bundle.link.0.relation", "next")),
    sown(
        "BUN-3b",
        "ps",
        "a link that adds a parameter",
        put("Bundle.link.0.url", ps_answer()["link"][0]["url"] + "&_count=50"),
    ),
    sown(
        "BUN-3b",
        "ps",
        "a link that was decoded",
        put("Bundle.link.0.url", ps_answer()["link"][0]["url"].replace("%7C", "|")),
    ),
    p("BUN-4", "empty", "an empty list of entries", put("Bundle.entry", [])),
    p("BUN-5", "cpts", "no fullUrl", drop("@Slot.fullUrl")),
    sown("BUN-5", "ps", "a fullUrl of another resource", put("@Slot.fullUrl", "https://agenda.test/fhir/Slot/99")),
    sown("BUN-5", "ps", "a relative fullUrl", put("@Schedule.fullUrl", "Schedule/s-anne-1")),
    sown("BUN-6", "ps", "no search mode", drop("@Practitioner.search")),
    sown("BUN-6", "ps", "an included resource that matches", put("@Schedule.search.mode", "match")),
    p("BUN-6", "ps", "a search mode that is none", put("@Slot.search.mode", "found")),
    sown("BUN-7", "ps", "a Patient", entry(STRANGER)),
    p("BUN-8", "ps", "a Schedule twice", lambda bundle: bundle["entry"].append(deepcopy(_entry(bundle, "Schedule")))),
    sown("BUN-9", "ps", "a total of all entries", put("Bundle.total", 9)),
    p("BUN-10", "cpts", "no PractitionerRole", without("PractitionerRole")),
    p("BUN-10", "cpts", "no Slot", without("Slot")),
    sown("BUN-11", "cpts", "no Organization", without("Organization")),
    sown("BUN-12", "ps", "a Schedule for two places", put("Schedule.actor.1.reference", "PractitionerRole/r-anne-2")),
    p("BUN-12", "ps", "no Schedule", without("Schedule")),
    sown(
        "BUN-12",
        "ps",
        "a role of another practitioner",
        put("PractitionerRole.practitioner.reference", "Practitioner/bruno"),
    ),
    sown(
        "BUN-13",
        "ps",
        "a Practitioner for each place",
        entry({**deepcopy(_entry(ps_answer(), "Practitioner")["resource"]), "id": "anne-2"}),
    ),
    p("BUN-14", "ps", "a reference to nowhere", put("Slot.schedule.reference", "Schedule/s-nobody")),
    p(
        "BUN-14",
        "ps",
        "an absolute reference",
        put("Slot.schedule.reference", "https://agenda.test/fhir/Schedule/s-anne-1"),
    ),
    sown("BUN-14", "cpts", "a service that nothing refers to", drop("Slot.serviceType.3")),
    p(
        "BUN-15",
        "empty",
        "nothing, with the profile of CPTS",
        put(
            "Bundle.meta.profile.0",
            "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-cpts-bundle-aggregator",
        ),
    ),
    sown("BUN-15", "empty", "nothing, with a total", put("Bundle.total", 4)),
)
SLOTS = (
    sown("SLOT-1", "ps", "no audience", drop("Slot.meta.security")),
    p("SLOT-2", "ps", "an audience that is none", put("Slot.meta.security.0.code", "private")),
    p("SLOT-2", "cpts", "an audience of another system", put("Slot.meta.security.0.system", ELSEWHERE)),
    p("SLOT-3", "ps", "two categories", put("Slot.serviceCategory", [{"text": "a"}, {"text": "b"}])),
    p("SLOT-4", "ps", "a kind of visit that is none", put(f"{AMB}.coding.0.code", "OFFICE")),
    sown("SLOT-4", "cpts", "a kind of visit of another system", put(f"{AMB}.coding.0.system", ELSEWHERE)),
    sown("SLOT-4", "ps", "a kind of visit for hospitals", put(f"{AMB}.coding.0.code", "IMP")),
    sown("SLOT-4b", "ps", "the reason on the kind of visit", put(f"{AMB}.text", "Plaie simple")),
    p("SLOT-5", "cpts", "a kind of visit with a service", put(f"{AMB}.extension", of_cpts("cpts-1")["extension"])),
    p("SLOT-6", "cpts", "604 without extension", drop(f"{CPTS}.extension")),
    p("SLOT-6", "cpts", "604 with two extensions", again(f"{CPTS}.extension")),
    sown("SLOT-6", "cpts", "603 for a CPTS", put(f"{CPTS}.coding.0.code", "603")),
    sown(
        "SLOT-6",
        "cpts",
        "the code system as the page misspells it",
        put(f"{CPTS}.coding.0.system", "https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement"),
    ),
    p(
        "SLOT-7",
        "cpts",
        "a service that is an Organization",
        put(f"{CPTS}.extension.0.valueReference.reference", "Organization/Sud-Ouest"),
    ),
    p(
        "SLOT-7",
        "cpts",
        "a service that is a text",
        put(f"{CPTS}.extension.0", {"url": of_cpts("")["extension"][0]["url"], "valueString": "CPTS"}),
    ),
    p("SLOT-8", "cpts", "code CPTS without 604", put("Slot.serviceType", [])),
    sown("SLOT-8", "cpts", "one CPTS twice", put("Slot.serviceType.3", of_cpts("cpts-1"))),
    sown("SLOT-9", "cpts", "604 without code CPTS", drop("Slot.meta.security.1")),
    p("SPE-1", "ps", "a specialty that is a text", put("Slot.specialty.0", {"text": "Médecine générale"})),
    p("SPE-1", "cpts", "a specialty of another system", put("Slot.specialty.0.coding.0.system", ELSEWHERE)),
    p(
        "SPE-1",
        "ps",
        "a specialty of a role that is a text",
        put("PractitionerRole.specialty", [{"text": "Pédiatrie"}]),
    ),
    p("SPE-1", "ps", "a specialty of a schedule that is a text", put("Schedule.specialty", [{"text": "Pédiatrie"}])),
    p("SLOT-10", "cpts", "an appointment type that is none", put("Slot.appointmentType.coding.0.code", "CHECKUP")),
    sown("SLOT-10", "ps", "an appointment type that is none", put("Slot.appointmentType.coding.0.code", "CHECKUP")),
    p("SLOT-11", "ps", "no schedule", drop("Slot.schedule")),
    p("SLOT-11", "cpts", "a schedule that is a Practitioner", put("Slot.schedule.reference", "Practitioner/anne")),
    p("SLOT-12", "ps", "a place that is taken", put("Slot.status", "busy")),
    p("SLOT-12", "cpts", "a place that is taken", put("Slot.status", "busy-tentative")),
    p("SLOT-13", "ps", "no end", drop("Slot.end")),
    p("SLOT-13", "cpts", "no start", drop("Slot.start")),
    p("SLOT-14", "ps", "a start without zone", put("Slot.start", "2027-03-02T09:00:00.000")),
    sown("SLOT-14", "ps", "a start in UTC as Z", put("Slot.start", "2027-03-02T08:00:00.000Z")),
    sown("SLOT-14", "ps", "an end without milliseconds", put("Slot.end", "2027-03-02T09:15:00+01:00")),
    sown("SLOT-15", "ps", "an end before the start", put("Slot.end", "2027-03-02T08:45:00.000+01:00")),
    sown("SLOT-15", "ps", "a start after the window", put("Slot.start", "2027-03-04T00:00:00.000+01:00")),
    sown("SLOT-15", "ps", "a start before the window", put("Slot.start", "2027-03-01T07:59:00.000+01:00")),
    sown("SLOT-16", "ps", "no address to book at", drop("Slot.comment")),
    sown("SLOT-16", "ps", "an address without parameter", put("Slot.comment", "https://agenda.test/rdv/anne")),
    sown("SLOT-16", "ps", "an address that is none", put("Slot.comment", "sur rendez-vous")),
    sown("SLOT-17", "ps", "overbooked", put("Slot.overbooked", False)),
)
PEOPLE = (
    sown("SCH-1", "ps", "a schedule without its practitioner", drop("Schedule.actor.0")),
    sown("SCH-2", "ps", "a schedule without its role", drop("Schedule.actor.1")),
    p("SCH-3", "ps", "a schedule with a serviceType", put("Schedule.serviceType", [{"text": "consultation"}])),
    p("SCH-4", "ps", "two categories", put("Schedule.serviceCategory", [{"text": "a"}, {"text": "b"}])),
    p("SCH-5", "ps", "a schedule of an Organization", add("Schedule.actor", {"reference": "Organization/o"})),
    p("PRA-1", "ps", "no identifier", drop("Practitioner.identifier")),
    p("PRA-2", "ps", "no type", drop(f"{PERSON}.type")),
    p("PRA-2", "ps", "two codings", again(f"{PERSON}.type.coding", code="RPPS")),
    p("PRA-2", "cpts", "the type of an internal identifier", put(f"{PERSON}.type.coding.0.code", "INTRN")),
    p("PRA-3", "ps", "the bare RPPS beside", again("Practitioner.identifier", system="https://rpps.esante.gouv.fr")),
    p("PRA-3", "ps", "no system", drop(f"{PERSON}.system")),
    p("PRA-4", "ps", "no value", drop(f"{PERSON}.value")),
    sown("PRA-4", "ps", "an RPPS without its prefix", put(f"{PERSON}.value", "10000000101")),
    sown("PRA-4", "ps", "somebody who was not asked for", put(f"{PERSON}.value", "810000000303")),
    sown("PRA-6", "ps", "no name", drop("Practitioner.name")),
    sown("PRA-6", "ps", "no given name", drop("Practitioner.name.0.given")),
    p("PRA-7", "ps", "a telecom without system", put("Practitioner.telecom", [{"value": "+33243000001"}])),
    sown("PRA-8", "ps", "a qualification", put("Practitioner.qualification", [{"code": {"text": "DE"}}])),
    p("ROL-1", "ps", "nothing contained", drop("PractitionerRole.contained")),
    p("ROL-2", "ps", "two places contained", again("PractitionerRole.contained", id="another")),
    p("ROL-3", "ps", "no location", drop("PractitionerRole.location")),
    p("ROL-3", "ps", "two locations", again("PractitionerRole.location")),
    p("ROL-3", "ps", "a location elsewhere", put("PractitionerRole.location.0.reference", "Location/l")),
    p("ROL-3", "ps", "a location that is not contained", put("PractitionerRole.location.0.reference", "#l")),
    sown("ROL-4", "ps", "a role of nobody", drop("PractitionerRole.practitioner")),
    p("ROL-4", "ps", "a role of an Organization", put("PractitionerRole.practitioner.reference", "Organization/o")),
    p("ROL-5", "ps", "the system of persons", put(f"{STRUCTURE}.system", "urn:oid:1.2.250.1.71.4.2.1")),
    p("ROL-6", "ps", "the type of persons", put(f"{STRUCTURE}.type.coding.0.code", "IDNPS")),
    sown("ROL-7", "ps", "a FINESS without its prefix", put(f"{STRUCTURE}.value", "530000011")),
    sown("ROL-7", "ps", "an ADELI with its rank", put(f"{STRUCTURE}.value", "0530000011")),
    sown("ROL-8", "ps", "a structure without type", drop(f"{STRUCTURE}.type")),
    sown("ROL-8", "ps", "no structure", drop("PractitionerRole.organization")),
    sown("ROL-9", "ps", "a code", put("PractitionerRole.code", [{"text": "médecin"}])),
    p("TEL-1", "ps", "a phone without system", drop("PractitionerRole.telecom.0.system")),
    sown("TEL-1", "cpts", "a phone without number", drop("Organization.telecom.0.value")),
    sown("TEL-2", "ps", "a phone as it is dialled", put("PractitionerRole.telecom.0.value", "02 43 00 00 01")),
    sown("TEL-2", "cpts", "a phone abroad", put("Organization.telecom.0.value", "+3225110000")),
)
PLACES = (
    p("LOC-1", "ps", "a place without identifier", drop("Location.identifier")),
    p("LOC-2", "ps", "an identifier without type", drop("Location.identifier.0.type")),
    p("LOC-2", "ps", "an identifier without system", drop("Location.identifier.0.system")),
    sown("LOC-2", "ps", "an identifier of another type", put("Location.identifier.0.type.coding.0.system", ELSEWHERE)),
    sown(
        "LOC-2",
        "ps",
        "a national identifier as the editor's",
        put("Location.identifier.0.system", "urn:oid:1.2.250.1.71.4.2.2"),
    ),
    p("LOC-3", "ps", "no address", drop("Location.address")),
    p("LOC-3", "ps", "two lines", put("Location.address.line", ["3 rue des Tilleuls", "bâtiment B"])),
    p("LOC-3", "ps", "no city", drop("Location.address.city")),
    sown("LOC-4", "ps", "a postcode of four digits", put("Location.address.postalCode", "5340")),
    p("LOC-5", "ps", "two types", put("Location.type", [{"text": "a"}, {"text": "b"}])),
    p("LOC-6", "ps", "half a position", put("Location.position", {"latitude": 47.84})),
    p("HS-1", "cpts", "a service without id", drop("HealthcareService.id")),
    p("HS-2", "cpts", "a service of nobody", drop("HealthcareService.providedBy")),
    p(
        "HS-2",
        "cpts",
        "a service of a Practitioner",
        put("HealthcareService.providedBy.reference", "Practitioner/anne"),
    ),
    p("HS-3", "cpts", "two categories", put("HealthcareService.category", [{"text": "a"}, {"text": "b"}])),
    p("ORG-1", "cpts", "two identifiers", again("Organization.identifier")),
    p(
        "ORG-2",
        "cpts",
        "the type of a practitioner's structure",
        put(
            "Organization.identifier.0.type.coding",
            [{"system": "http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "code": "IDNST"}],
        ),
    ),
    p(
        "ORG-3",
        "cpts",
        "the bare FINESS system",
        put("Organization.identifier.0.system", "http://finess.esante.gouv.fr"),
    ),
    p("ORG-4", "cpts", "a FINESS without its prefix", put("Organization.identifier.0.value", "530000029")),
    sown("ORG-5", "cpts", "no name", drop("Organization.name")),
    sown("ORG-6", "cpts", "no telecom", drop("Organization.telecom")),
    p("ORG-6", "cpts", "a telecom at home", put("Organization.telecom.0.use", "home")),
    sown("ORG-7", "cpts", "a type", put("Organization.type", [{"text": "CPTS"}])),
)
MESSAGES = (
    p("REG-1", "regulator", "another source", put("it.meta.source", ELSEWHERE)),
    p("REG-2", "regulator", "no identifier", drop("it.identifier")),
    p("REG-3", "regulator", "two technical identifiers", again("it.identifier", value="2")),
    p("REG-4", "regulator", "a technical identifier that is IDNPS", put("it.identifier.0.type.coding.0.code", "IDNPS")),
    p("REG-5", "regulator", "no value", drop("it.identifier.0.value")),
    p("REG-6", "regulator", "no active", drop("it.active")),
    p("REG-6", "regulator", "active as a text", put("it.active", "true")),
    p("REG-7", "regulator", "two given names", put("it.name.0.given", ["Lucie", "Anne"])),
    p("REG-7", "regulator", "no family name", drop("it.name.0.family")),
    sown("REG-7", "regulator", "no name", drop("it.name")),
    p("REG-8", "regulator", "a phone", put("it.telecom.0.system", "phone")),
    p("REG-8", "regulator", "an e-mail without address", drop("it.telecom.0.value")),
    p("APP-1", "appointment", "no operator", drop("it.extension")),
    p(
        "APP-1",
        "appointment",
        "an operator that is a text",
        put("it.extension.0", {"url": appointment()["extension"][0]["url"], "valueString": "Lucie"}),
    ),
    p("APP-2", "appointment", "two codings of the operator", again(f"{OPERATOR}.type.coding", code="INTRN")),
    p("APP-2", "appointment", "another system of types", put(f"{OPERATOR}.type.coding.0.system", ELSEWHERE)),
    p("APP-3", "appointment", "an operator without value", drop(f"{OPERATOR}.value")),
    sown(
        "APP-3",
        "appointment",
        "a national operator of the platform's system",
        put(f"{OPERATOR}.system", "urn:oid:1.2.250.1.213.3.6"),
    ),
    p("APP-4", "appointment", "no identifier", drop("it.identifier")),
    p("APP-4", "appointment", "two identifiers", again("it.identifier", value="2")),
    p("APP-5", "appointment", "a status that is none", put("it.status", "no-show")),
    sown("APP-5", "appointment", "a status of no flow", put("it.status", "arrived")),
    p("APP-6", "appointment", "no end", drop("it.end")),
    sown("APP-7", "appointment", "no created", drop("it.created")),
    p("APP-8", "appointment", "no participant", drop("it.participant")),
    p("APP-9", "appointment", "a participant of another type", put(f"{ACTOR}.type.coding.0.code", "INTRN")),
    p("APP-10", "appointment", "a participant of another system", put(f"{ACTOR}.system", ELSEWHERE)),
    sown("APP-10", "appointment", "a participant without prefix", put(f"{ACTOR}.value", "10000000101")),
    sown(
        "APP-10",
        "appointment",
        "a participant without identifier",
        put("it.participant.0.actor", {"reference": "Practitioner/1"}),
    ),
    sown(
        "APP-10",
        "appointment",
        "the patient beside the practitioner",
        add("it.participant", {"actor": {"display": "Jeanne DUPONT"}, "status": "accepted"}),
    ),
    sown("APP-11", "appointment", "a participant to be asked", put("it.participant.0.status", "needs-action")),
    p("APP-11", "appointment", "a participant who declined", put("it.participant.0.status", "declined")),
    p("APP-12", "appointment", "a participant who is nobody", drop("it.participant.0.actor")),
    p("APP-12", "appointment", "a reason to cancel what is booked", put("it.cancelationReason", {"text": "pluie"})),
    p("APP-13", "appointment", "the patient contained", put("it.contained", [STRANGER])),
    sown("APP-13", "appointment", "the patient in the comment", put("it.comment", "Jeanne DUPONT, 12/03/1951")),
    sown("APP-13", "appointment", "the patient in the description", put("it.description", "Jeanne DUPONT")),
    sown("APP-13", "appointment", "words to the patient", put("it.patientInstruction", "Mme DUPONT, à jeun")),
    sown("APP-13", "appointment", "a letter", put("it.supportingInformation", [{"reference": "DocumentReference/1"}])),
    sown("APP-13", "appointment", "a name", put("it.participant.0.actor.display", "Jeanne DUPONT")),
    p("APP-13", "appointment", "the patient as who takes part", put("it.participant.0.actor.reference", "#p")),
)
FAULTS = (*GENERAL, *BUNDLE, *SLOTS, *PEOPLE, *PLACES, *MESSAGES)

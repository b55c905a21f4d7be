"""Conformant answers of an agenda that does not exist, as plain data, and the requests that they answer."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from service.cli.conformance.answers import Answer, Asked, Kind

BASE = "https://agenda.test/fhir"
OLD = "http://sas.fr/fhir/StructureDefinition/"
NEW = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/"
NOS = "https://mos.esante.gouv.fr/NOS/"
HERE = {"system": f"{NOS}TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale", "code": "SM54"}
ANNE, BRUNO = "810000000101", "810000000202"
SERVICE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType"
WINDOW = "start=ge2027-03-01T08:00:00.000%2B01:00&start=le2027-03-03T23:59:59.999%2B01:00&status=free"
WHO = "schedule.actor:Practitioner.identifier=" + ",".join(
    f"urn:oid:1.2.250.1.71.4.2.1%7C{who}" for who in (ANNE, BRUNO)
)
QUERIES = {
    Kind.PS: f"_include=Slot:schedule&_include:iterate=Schedule:actor&{WINDOW}&{WHO}",
    Kind.CPTS: "_include=Slot:schedule&_include=Slot:service-type-reference&_include:iterate=Schedule:actor"
    f"&_include:iterate=HealthcareService:organization&{WINDOW}&{WHO}",
}


def asked(kind: Kind) -> Asked:
    return Asked(
        kind=kind,
        query=QUERIES[kind],
        identifiers=frozenset({ANNE, BRUNO}),
        start=datetime.fromisoformat("2027-03-01T08:00:00+01:00"),
        until=datetime.fromisoformat("2027-03-03T23:59:59.999+01:00"),
        now=datetime.fromisoformat("2027-03-01T07:59:30+01:00"),
    )


def coding(system: str, *codes: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for code in codes]}


def idnst(value: str) -> dict[str, Any]:
    kind = coding("http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "IDNST")
    return {"type": kind, "system": "urn:oid:1.2.250.1.71.4.2.2", "value": value}


def slot(name: str, schedule: str, start: str, end: str, *audiences: str, profile: str) -> dict[str, Any]:
    return {
        "resourceType": "Slot",
        "id": name,
        "meta": {
            "profile": [profile],
            "security": [
                {"system": f"{NOS}TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau", "code": code} for code in audiences
            ],
        },
        "serviceType": [coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB"), {"text": "Plaie simple"}],
        "specialty": [{"coding": [HERE]}],
        "appointmentType": coding("http://terminology.hl7.org/CodeSystem/v2-0276", "ROUTINE"),
        "schedule": {"reference": f"Schedule/{schedule}"},
        "status": "free",
        "start": f"2027-03-02T{start}:00.000+01:00",
        "end": f"2027-03-02T{end}:00.000+01:00",
        "comment": "https://agenda.test/rdv/anne?vue=jour",
    }


def schedule(name: str, practitioner: str, role: str) -> dict[str, Any]:
    actors = [{"reference": f"Practitioner/{practitioner}"}, {"reference": f"PractitionerRole/{role}"}]
    return {
        "resourceType": "Schedule",
        "id": name,
        "meta": {"profile": [OLD + "FrScheduleAgregateur"]},
        "actor": actors,
    }


def practitioner(name: str, rpps: str, family: str) -> dict[str, Any]:
    kind = coding("http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "IDNPS")
    return {
        "resourceType": "Practitioner",
        "id": name,
        "meta": {"profile": [OLD + "FrPractitionerAgregateur"]},
        "identifier": [{"type": kind, "system": "urn:oid:1.2.250.1.71.4.2.1", "value": rpps}],
        "name": [{"family": family, "given": [name.title()]}],
    }


def role(name: str, practitioner: str, structure: str, street: str) -> dict[str, Any]:
    kind = coding("http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type", "INTRN")
    place = {
        "resourceType": "Location",
        "id": f"place-{name}",
        "meta": {"profile": [OLD + "FrLocationAgregateur"]},
        "identifier": [{"type": kind, "system": "https://agenda.test", "value": f"lieu-{name}"}],
        "address": {"line": [street], "city": "Craon", "postalCode": "53400"},
    }
    return {
        "resourceType": "PractitionerRole",
        "id": name,
        "meta": {"profile": [OLD + "FrPractitionerRoleExerciceAgregateur"]},
        "contained": [place],
        "practitioner": {"reference": f"Practitioner/{practitioner}"},
        "organization": {"identifier": idnst(structure)},
        "location": [{"reference": f"#place-{name}"}],
        "telecom": [{"system": "phone", "value": "+33243000001"}],
    }


def service(name: str, organization: str) -> dict[str, Any]:
    return {
        "resourceType": "HealthcareService",
        "id": name,
        "meta": {"profile": [NEW + "sas-cpts-healthcareservice-aggregator"]},
        "providedBy": {"reference": f"Organization/{organization}"},
    }


def organization(name: str, finess: str) -> dict[str, Any]:
    systems = (
        "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203",
        "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type",
    )
    kind = {"coding": [{"system": system, "code": "IDNST"} for system in systems]}
    return {
        "resourceType": "Organization",
        "id": name,
        "meta": {"profile": [NEW + "sas-cpts-organization-aggregator"]},
        "identifier": [{"type": kind, "system": "urn:oid:1.2.250.1.71.4.2.2", "value": finess}],
        "name": f"CPTS {name}",
        "telecom": [{"system": "phone", "value": "+33243000009"}],
    }


def of_cpts(name: str) -> dict[str, Any]:
    """The serviceType of a place that is open to a CPTS."""
    kind = coding(f"{NOS}TRE_R66-CategorieEtablissement/FHIR/TRE-R66-CategorieEtablissement", "604")
    return {"extension": [{"url": SERVICE, "valueReference": {"reference": f"HealthcareService/{name}"}}], **kind}


def bundle(profile: str, query: str, *resources: dict[str, Any]) -> dict[str, Any]:
    entries = [
        {
            "fullUrl": f"{BASE}/{each['resourceType']}/{each['id']}",
            "resource": each,
            "search": {"mode": "match" if each["resourceType"] == "Slot" else "include"},
        }
        for each in resources
    ]
    total = sum(each["resourceType"] == "Slot" for each in resources)
    head = {"resourceType": "Bundle", "meta": {"profile": [profile]}, "type": "searchset", "total": total}
    link = [{"relation": "self", "url": f"{BASE}/Slot?{query}"}]
    return {**head, "link": link, **({"entry": entries} if entries else {})}


PEOPLE = (
    schedule("s-anne-1", "anne", "r-anne-1"),
    practitioner("anne", ANNE, "MARTIN"),
    role("r-anne-1", "anne", "1530000011", "3 rue des Tilleuls"),
)
OTHERS = (
    schedule("s-anne-2", "anne", "r-anne-2"),
    role("r-anne-2", "anne", "381000000000010", "12 place du Pilori"),
    schedule("s-bruno", "bruno", "r-bruno"),
    practitioner("bruno", BRUNO, "LEROY"),
    role("r-bruno", "bruno", "410000000020201", "1 chemin du Lavoir"),
)


def ps_answer() -> dict[str, Any]:
    """Anne at two places, Bruno at one."""
    profile = OLD + "FrSlotAgregateur"
    slots = (
        slot("1", "s-anne-1", "09:00", "09:15", "PUBLIC", "SNP", profile=profile),
        slot("2", "s-anne-2", "14:00", "14:15", "PRO", profile=profile),
        slot("3", "s-bruno", "09:00", "09:20", "SNP", profile=profile),
    )
    return deepcopy(bundle(OLD + "BundleAgregateur", QUERIES[Kind.PS], *slots, *PEOPLE, *OTHERS))


def cpts_answer() -> dict[str, Any]:
    """Anne's first place is open to two CPTS, her second one to none."""
    profile = NEW + "sas-cpts-slot-aggregator"
    shared = slot("1", "s-anne-1", "09:00", "09:15", "PUBLIC", "CPTS", profile=profile)
    shared["serviceType"] += [of_cpts("cpts-1"), of_cpts("cpts-2")]
    slots = (shared, slot("2", "s-anne-2", "14:00", "14:15", "SNP", profile=profile))
    services = (service("cpts-1", "Sud-Ouest"), service("cpts-2", "Mayenne"))
    organizations = (organization("Sud-Ouest", "1530000029"), organization("Mayenne", "1530000037"))
    people = (*PEOPLE, *OTHERS[:2])
    profile = NEW + "sas-cpts-bundle-aggregator"
    return deepcopy(bundle(profile, QUERIES[Kind.CPTS], *slots, *people, *services, *organizations))


def empty_answer(kind: Kind = Kind.PS) -> dict[str, Any]:
    return bundle(OLD + "BundleAgregateur", QUERIES[kind])


def regulator() -> dict[str, Any]:
    kind = coding("http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "INTRN")
    return {
        "resourceType": "Practitioner",
        "id": "reg-1",
        "meta": {"source": "urn:oid:1.2.250.1.213.3.6", "profile": [NEW + "FrPractitionerRegul"]},
        "identifier": [
            {"type": kind, "system": "urn:oid:1.2.250.1.213.3.6", "value": "0b0d5a4e-0000-4000-8000-000000000001"}
        ],
        "active": True,
        "name": [{"family": "Garnier", "given": ["Lucie"]}],
        "telecom": [{"system": "email", "value": "lucie.garnier@sas.test"}],
    }


def appointment() -> dict[str, Any]:
    kind = coding("http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "IDNPS")
    operator = {"type": kind, "system": "urn:oid:1.2.250.1.71.4.2.1", "value": "3530000000/0001"}
    actor = {"identifier": {"type": kind, "system": "urn:oid:1.2.250.1.71.4.2.1", "value": ANNE}}
    return deepcopy(
        {
            "resourceType": "Appointment",
            "id": "a-1",
            "meta": {"profile": [OLD + "FrAppointmentSAS"]},
            "extension": [
                {
                    "url": "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator",
                    "valueReference": {"identifier": operator},
                }
            ],
            "identifier": [{"system": "https://agenda.test", "value": "5c0a6bfe-0000-4000-8000-000000000001"}],
            "status": "booked",
            "start": "2027-03-02T09:00:00.000+01:00",
            "end": "2027-03-02T09:15:00.000+01:00",
            "created": "2027-03-01T21:04:00+01:00",
            "participant": [{"actor": actor, "status": "accepted"}],
        }
    )


def answered(resource: Any, kind: Kind | None = None) -> Answer:
    """To a request of that kind, or found in a file."""
    return Answer(resource=resource, asked=asked(kind) if kind else Asked.of_stored(resource))

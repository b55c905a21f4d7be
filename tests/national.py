"""The SAS platform as tests play it: its searches, word for word, and what they are answered."""

from collections.abc import Iterator
from typing import Any

import httpx

NATIONAL = "urn:oid:1.2.250.1.71.4.2.1"
OF_CPTS = "&_include=Slot:service-type-reference&_include:iterate=HealthcareService:organization"
TYPES = ("Slot", "Schedule", "Practitioner", "PractitionerRole", "HealthcareService", "Organization")


def asking(
    *rpps: str,
    start: str = "2026-11-30T00:00:00.000+01:00",
    end: str = "2026-12-06T23:59:59.999+01:00",
    cpts: bool = False,
) -> str:
    """The query of INT_R01, or of INT_R04, as the guide writes it."""
    people = ",".join(f"{NATIONAL}|8{number}" for number in rpps)
    window = f"start=ge{start}&start=le{end}".replace("+", "%2B")
    includes = "_include=Slot:schedule&_include:iterate=Schedule:actor" + (OF_CPTS if cpts else "")
    return f"{includes}&{window}&schedule.actor:Practitioner.identifier={people}&status=free"


async def answer_to(client: httpx.AsyncClient, query: str, *, path: str = "/fhir/Slot") -> dict[str, Any]:
    """The bundle, sent for as the platform does."""
    headers = {"Accept": "application/json+fhir", "Content-Type": "application/json"}
    answer = await client.get(httpx.URL("http://test" + path, query=query.encode()), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json"), answer.text
    bundle: dict[str, Any] = answer.json()
    return bundle


def all_of(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The resources of a type."""
    resources = (entry["resource"] for entry in bundle.get("entry", ()))
    return [resource for resource in resources if resource["resourceType"] == kind]


def starts(bundle: dict[str, Any]) -> list[str]:
    return [slot["start"] for slot in all_of(bundle, "Slot")]


def references(value: object) -> Iterator[str]:
    """Every reference anywhere in it."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def empty_elements(value: object) -> Iterator[object]:
    """Every text, list or object in it that holds nothing, and every null."""
    if value is None or value in ("", [], {}):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from empty_elements(each)

"""The rules of the SAS about an Appointment, as its profile has them: which of them a message breaks."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

PROFILE = "http://sas.fr/fhir/StructureDefinition/FrAppointmentSAS"
OPERATOR = "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator"
TYPES = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
NATIONAL, SAS = "urn:oid:1.2.250.1.71.4.2.1", "urn:oid:1.2.250.1.213.3.6"
SYSTEM_OF = {"IDNPS": NATIONAL, "INTRN": SAS}
KEYS = {"resourceType", "meta", "extension", "identifier", "status", "start", "end", "created", "participant"}
"""What the guide asks for, and nothing besides."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")


def broken(message: Any) -> list[str]:
    return [rule for rule, holds in _rules(message) if not holds]


def _rules(message: Any) -> Iterator[tuple[str, bool]]:
    yield "GEN-1", message.get("meta") == {"profile": [PROFILE]}
    yield "GEN-4", not _is_empty_somewhere(message)
    yield "no more than is asked for", set(message) == KEYS
    operators = [each for each in message.get("extension", []) if each.get("url") == OPERATOR]
    yield "APP-1", len(operators) == 1 and set(operators[0]) == {"url", "valueReference"}
    for operator in operators:
        identifier = operator["valueReference"]["identifier"]
        yield "APP-2", len(identifier["type"]["coding"]) == 1
        yield "APP-3", _is_named(identifier, *SYSTEM_OF)
    identifiers = message.get("identifier", [])
    yield "APP-4", len(identifiers) == 1 and set(identifiers[0]) == {"system", "value"}
    yield "APP-5", message.get("status") in ("booked", "fulfilled", "noshow", "cancelled")
    instants = [message.get(name, "") for name in ("start", "end", "created")]
    yield "APP-6", all(map(INSTANT.fullmatch, instants[:2]))
    yield "APP-7", INSTANT.fullmatch(instants[2]) is not None
    yield "APP-12", datetime.fromisoformat(instants[0]) < datetime.fromisoformat(instants[1])
    participants = message.get("participant", [])
    yield "APP-8", len(participants) == 1
    for participant in participants:
        identifier = participant["actor"]["identifier"]
        yield "APP-9", _is_named(identifier, "IDNPS") and len(identifier["type"]["coding"]) == 1
        yield "APP-10", re.fullmatch("8[0-9]{11}|0[0-9]{9}", identifier["value"]) is not None
        yield "APP-11", participant["status"] == "accepted"


def _is_named(identifier: Any, *codes: str) -> bool:
    [coding, *_] = identifier["type"]["coding"]
    code = coding["code"]
    goes_together = coding["system"] == TYPES and identifier["system"] == SYSTEM_OF.get(code)
    return code in codes and goes_together and bool(identifier["value"])


def _is_empty_somewhere(value: Any) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return not value or any(map(_is_empty_somewhere, inner))
    return value in ("", None)

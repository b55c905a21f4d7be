"""What holds of places and of the CPTS: Location, HealthcareService, Organization."""

from collections.abc import Iterator

from service.cli.conformance import expected
from service.cli.conformance.answers import Answer
from service.cli.conformance.findings import Fault, Rule, fault, missing
from service.cli.conformance.person_rules import contact_points, phones
from service.cli.conformance.reading import Node
from service.cli.conformance.shapes import (
    among,
    below,
    coded,
    codings,
    equal,
    given,
    matching,
    referring,
    resources,
    times,
)


def identified(location: Node) -> Iterator[Fault]:
    for identifier in location.each("identifier"):
        yield from given("system", "value")(identifier)
        if identifier.one("type") is None:
            yield missing(identifier, "type")
        for kind in identifier.each("type"):
            yield from coded(expected.PLACE_IDENTIFIER_TYPES, frozenset({"INTRN", "IDNST"}))(kind)


def national_is_idnst(location: Node) -> Iterator[Fault]:
    for identifier in location.each("identifier"):
        is_national = identifier.text("system") == expected.STRUCTURES
        codes = {code for kind in identifier.each("type") for _, code in codings(kind)}
        if is_national != ("IDNST" in codes):
            yield fault(identifier)


def addressed(location: Node) -> Iterator[Fault]:
    yield from times("address", 1, 1)(location)
    for address in location.each("address"):
        yield from times("line", 1, 1)(address)
        yield from given("line", "city", "postalCode")(address)


def whole_position(location: Node) -> Iterator[Fault]:
    for position in location.each("position"):
        yield from times("longitude", 1)(position)
        yield from times("latitude", 1)(position)


def finess_type(identifier: Node) -> Iterator[Fault]:
    """1.1.0 and 1.2.0 name different systems, each of them a pattern: either will do, both is best."""
    systems = (expected.PLACE_IDENTIFIER_TYPES, expected.IDENTIFIER_TYPES_OF_CORE)
    kinds = [coding for kind in identifier.each("type") for coding in codings(kind)]
    if not any((system, "IDNST") in kinds for system in systems):
        found = identifier.one("type")
        yield missing(identifier, "type") if found is None else fault(found)


def not_a_home(organization: Node) -> Iterator[Fault]:
    yield from (fault(node) for node in organization.each("telecom") if node.text("use") == "home")


def has_id(service: Node) -> Iterator[Fault]:
    yield from given("id")(service)


def _locations(answer: Answer) -> list[Node]:
    return answer.locations


RULES = (
    Rule("LOC-1", "an identifier", "F", among(_locations, times("identifier", 1))),
    Rule(
        "LOC-2",
        "its identifiers have a type (INTRN or IDNST), a system and a value",
        "F N",
        among(_locations, identified),
    ),
    Rule("LOC-2", "a national identifier is IDNST, the editor's own INTRN", "N", among(_locations, national_is_idnst)),
    Rule("LOC-3", "one address with one line, a city and a postcode", "P", among(_locations, addressed)),
    Rule(
        "LOC-4",
        "the postcode is five digits",
        "K R40",
        among(_locations, below("address", check=matching("postalCode", expected.POSTCODE))),
    ),
    Rule("LOC-5", "at most one type", "F", among(_locations, times("type", most=1))),
    Rule("LOC-6", "a position has longitude and latitude", "F", among(_locations, whole_position)),
    Rule("HS-1", "an id", "P", resources("HealthcareService", has_id)),
    Rule(
        "HS-2",
        "providedBy is Organization/{id}",
        "P K",
        resources("HealthcareService", referring("providedBy", "Organization")),
    ),
    Rule("HS-3", "at most one category", "F", resources("HealthcareService", times("category", most=1))),
    Rule("ORG-1", "exactly one identifier", "P", resources("Organization", times("identifier", 1, 1))),
    Rule(
        "ORG-2",
        "its type is IDNST of the system of 1.1.0 or of 1.2.0",
        "P",
        resources("Organization", below("identifier", check=finess_type)),
    ),
    Rule(
        "ORG-3",
        f"its system is {expected.STRUCTURES}",
        "P",
        resources(
            "Organization",
            below("identifier", check=times("system", 1)),
            below("identifier", check=equal("system", expected.STRUCTURES)),
        ),
    ),
    Rule(
        "ORG-4",
        "its value is 1 and a FINESS",
        "P K",
        resources(
            "Organization",
            below("identifier", check=given("value")),
            below("identifier", check=matching("value", expected.FINESS)),
        ),
    ),
    Rule("ORG-5", "a name", "P K", resources("Organization", given("name"))),
    Rule("ORG-6", "a telecom, never of a home", "P F K", resources("Organization", times("telecom", 1), not_a_home)),
    Rule("ORG-7", "no type", "F", resources("Organization", times("type", most=0))),
    Rule("TEL-1", "a telecom has a system and a value", "F", resources("Organization", contact_points)),
    Rule(
        "TEL-2", "a phone is +33 (or +262, +590, +594, +596) and nine digits", "N K", resources("Organization", phones)
    ),
)

"""What holds of agendas and of those who hold them: Schedule, Practitioner, PractitionerRole."""

from collections.abc import Iterator

from service.cli.conformance import expected
from service.cli.conformance.answers import Answer
from service.cli.conformance.findings import Fault, Rule, fault, missing, shown
from service.cli.conformance.reading import Node
from service.cli.conformance.shapes import (
    OfNode,
    among,
    below,
    coded,
    equal,
    given,
    matching,
    referring,
    resources,
    times,
    typed,
)


def acting(target: str) -> OfNode:
    """Exactly one actor of this type."""

    def faults(schedule: Node) -> Iterator[Fault]:
        actors = [text for text in schedule.texts("actor", "reference") if text.split("/")[0] == target]
        if len(actors) != 1:
            yield Fault(schedule.at("actor"), f"{len(actors)} {target}")

    return faults


def no_other_actor(schedule: Node) -> Iterator[Fault]:
    for node in schedule.each("actor"):
        if node.text("reference").split("/")[0] not in ("Practitioner", "PractitionerRole"):
            yield fault(node)


def identified_as_asked(answer: Answer) -> Iterator[Fault]:
    for practitioner in answer.practitioners:
        for node in practitioner.each("identifier", "value"):
            if not isinstance(node.value, str) or not expected.RPPS_OR_ADELI.fullmatch(node.value):
                yield fault(node)
            elif answer.asked.identifiers is not None and node.value not in answer.asked.identifiers:
                yield Fault(node.where, f"{node.value}, which was not asked for")


def named(practitioner: Node) -> Iterator[Fault]:
    name = practitioner.one("name")
    if name is None:
        yield missing(practitioner, "name")
    else:
        yield from given("family", "given")(name)


def one_place(role: Node) -> Iterator[Fault]:
    places = [node for node in role.each("contained") if node.type == "Location"]
    if len(places) != 1:
        yield Fault(role.at("contained"), f"{len(places)} Location")


def at_its_contained_place(role: Node) -> Iterator[Fault]:
    here = {f"#{node.id}" for node in role.each("contained") if node.type == "Location"}
    found = role.texts("location", "reference")
    if len(list(role.each("location"))) != 1 or not set(found) <= here or not found:
        yield Fault(role.at("location"), shown(found) if found else "nothing")


def structure_is_whole(role: Node) -> Iterator[Fault]:
    identifier = role.one("organization", "identifier")
    if identifier is None:
        yield missing(role, "organization.identifier")
    else:
        yield from given("system", "value")(identifier)
        yield from times("type", least=1)(identifier)


def of_structure(check: OfNode) -> OfNode:
    return below("organization", "identifier", check=check)


def structure_type(identifier: Node) -> Iterator[Fault]:
    if identifier.holds("type"):
        yield from typed(expected.IDENTIFIER_TYPES, "IDNST")(identifier)


def contact_points(node: Node) -> Iterator[Fault]:
    for telecom in node.each("telecom"):
        yield from given("system", "value")(telecom)


def phones(node: Node) -> Iterator[Fault]:
    for telecom in node.each("telecom"):
        if telecom.text("system") == "phone":
            yield from matching("value", expected.PHONE)(telecom)


def _practitioners(answer: Answer) -> list[Node]:
    return answer.practitioners


RULES = (
    Rule("SCH-1", "one actor is Practitioner/{id}", "F K", resources("Schedule", acting("Practitioner"))),
    Rule("SCH-2", "one actor is PractitionerRole/{id}", "N K", resources("Schedule", acting("PractitionerRole"))),
    Rule("SCH-3", "no serviceType", "F", resources("Schedule", times("serviceType", most=0))),
    Rule("SCH-4", "at most one serviceCategory", "F", resources("Schedule", times("serviceCategory", most=1))),
    Rule("SCH-5", "no actor but the practitioner and the role", "P N", resources("Schedule", no_other_actor)),
    Rule("PRA-1", "an identifier", "P", among(_practitioners, times("identifier", 1))),
    Rule(
        "PRA-2",
        "the type of every identifier is IDNPS of fr-v2-0203, and nothing else",
        "P",
        among(_practitioners, below("identifier", check=typed(expected.IDENTIFIER_TYPES, "IDNPS", alone=True))),
    ),
    Rule(
        "PRA-3",
        f"the system of every identifier is {expected.PERSONS}",
        "P",
        among(
            _practitioners,
            below("identifier", check=times("system", 1)),
            below("identifier", check=equal("system", expected.PERSONS)),
        ),
    ),
    Rule(
        "PRA-4", "the value of every identifier", "P", among(_practitioners, below("identifier", check=given("value")))
    ),
    Rule("PRA-4", "8 and an RPPS, or 0 and an ADELI, that was asked for", "N K", identified_as_asked),
    Rule("PRA-6", "a family name and a given name", "K R33", among(_practitioners, named)),
    Rule("PRA-7", "a telecom has a system and a value", "F", among(_practitioners, contact_points)),
    Rule("PRA-8", "no qualification", "F", among(_practitioners, times("qualification", most=0))),
    Rule("ROL-1", "something contained", "P", resources("PractitionerRole", times("contained", 1))),
    Rule("ROL-2", "exactly one Location contained", "N K", resources("PractitionerRole", one_place)),
    Rule("ROL-3", "one location, the contained one", "P K", resources("PractitionerRole", at_its_contained_place)),
    Rule(
        "ROL-4",
        "practitioner is Practitioner/{id}",
        "P K R21",
        resources("PractitionerRole", referring("practitioner", "Practitioner")),
    ),
    Rule(
        "ROL-5",
        f"the system of the structure is {expected.STRUCTURES}",
        "P",
        resources("PractitionerRole", of_structure(equal("system", expected.STRUCTURES))),
    ),
    Rule(
        "ROL-6",
        "the type of the structure's identifier is IDNST of fr-v2-0203",
        "P",
        resources("PractitionerRole", of_structure(structure_type)),
    ),
    Rule(
        "ROL-7",
        "1 and a FINESS, 3 and a SIRET, or 4 and an RPPS with its rank",
        "K R20",
        resources("PractitionerRole", of_structure(matching("value", expected.STRUCTURE))),
    ),
    Rule(
        "ROL-8",
        "the structure's identifier has a system, a type and a value",
        "N FAQ",
        resources("PractitionerRole", structure_is_whole),
    ),
    Rule("ROL-9", "no code", "F", resources("PractitionerRole", times("code", most=0))),
    Rule("TEL-1", "a telecom has a system and a value", "F", resources("PractitionerRole", contact_points)),
    Rule(
        "TEL-2",
        "a phone is +33 (or +262, +590, +594, +596) and nine digits",
        "N K",
        resources("PractitionerRole", phones),
    ),
    Rule(
        "SPE-1",
        "every specialty has a code of TRE_R38",
        "P F",
        resources("PractitionerRole", below("specialty", check=coded(expected.SPECIALTIES))),
    ),
    Rule(
        "SPE-1",
        "every specialty has a code of TRE_R38",
        "P F",
        resources("Schedule", below("specialty", check=coded(expected.SPECIALTIES))),
    ),
)

"""What holds of the messages by themselves: the account of a regulator (INT_R02), an appointment (INT_R03)."""

import re
from collections.abc import Iterator

from service.cli.conformance import expected
from service.cli.conformance.answers import Answer
from service.cli.conformance.findings import Fault, Rule, fault, missing, shown
from service.cli.conformance.reading import Node
from service.cli.conformance.shapes import among, below, codings, equal, given, resources, times, typed

TYPE_OF = {expected.PERSONS: "IDNPS", expected.PLATFORM: "INTRN"}
PRACTITIONER_REFERENCE = re.compile(r"(^|/)Practitioner(Role)?/[^/]+$")


def at_most_one_of_each(regulator: Node) -> Iterator[Fault]:
    systems = regulator.texts("identifier", "system")
    for system in TYPE_OF:
        if systems.count(system) > 1:
            yield Fault(regulator.at("identifier"), f"{systems.count(system)} of {system}")


def type_fits_system(identifier: Node) -> Iterator[Fault]:
    code = TYPE_OF.get(identifier.text("system"))
    if code is not None:
        yield from typed(expected.IDENTIFIER_TYPES, code)(identifier)
    elif identifier.one("type") is None:
        yield missing(identifier, "type")


def active_is_told(regulator: Node) -> Iterator[Fault]:
    active = regulator.one("active")
    if active is None:
        yield missing(regulator, "active")
    elif type(active.value) is not bool:
        yield fault(active)


def named(regulator: Node) -> Iterator[Fault]:
    yield from times("name", 1)(regulator)
    for name in regulator.each("name"):
        yield from given("family", "given")(name)
        yield from times("given", 1, 1)(name)


def reached_by_mail(regulator: Node) -> Iterator[Fault]:
    yield from times("telecom", 1)(regulator)
    for telecom in regulator.each("telecom"):
        yield from given("value")(telecom)
        yield from times("system", 1)(telecom)
        yield from equal("system", "email")(telecom)


def _operators(appointment: Node) -> list[Node]:
    return [node for node in appointment.each("extension") if node.text("url") == expected.OPERATOR_EXTENSION]


def one_operator(appointment: Node) -> Iterator[Fault]:
    operators = _operators(appointment)
    if len(operators) != 1:
        yield Fault(appointment.at("extension"), f"{len(operators)} FrAppointmentOperator")
    for node in operators:
        values = [name for name in node.value if name.startswith("value")]
        if values != ["valueReference"] or node.one("valueReference", "identifier") is None:
            yield fault(node)


def operator_type(appointment: Node) -> Iterator[Fault]:
    for operator in _operators(appointment):
        for identifier in operator.each("valueReference", "identifier"):
            kinds = [coding for kind in identifier.each("type") for coding in codings(kind)]
            if len(kinds) != 1 or kinds[0] not in {(expected.IDENTIFIER_TYPES, code) for code in TYPE_OF.values()}:
                yield Fault(identifier.at("type"), str(kinds))


def operator_identifier(appointment: Node) -> Iterator[Fault]:
    for operator in _operators(appointment):
        for identifier in operator.each("valueReference", "identifier"):
            yield from given("system", "value")(identifier)
            yield from _of_its_system(identifier)


def _of_its_system(identifier: Node) -> Iterator[Fault]:
    codes = [code for kind in identifier.each("type") for _, code in codings(kind)]
    if codes and TYPE_OF.get(identifier.text("system")) not in codes:
        yield fault(identifier)


def identified_participants(appointment: Node) -> Iterator[Fault]:
    for participant in appointment.each("participant"):
        if participant.one("actor", "identifier") is None:
            yield missing(participant, "actor.identifier")


def participants_type(identifier: Node) -> Iterator[Fault]:
    yield from typed(expected.IDENTIFIER_TYPES, "IDNPS", alone=True)(identifier)


def participants_value(identifier: Node) -> Iterator[Fault]:
    yield from given("system", "value")(identifier)
    yield from equal("system", expected.PERSONS)(identifier)
    if identifier.holds("value") and not expected.RPPS_OR_ADELI.fullmatch(identifier.text("value")):
        yield fault(identifier)


def nothing_of_the_patient(appointment: Node) -> Iterator[Fault]:
    for name in ("contained", "comment", "description", "patientInstruction", "supportingInformation"):
        yield from times(name, most=0)(appointment)
    for actor in appointment.each("participant", "actor"):
        yield from times("display", most=0)(actor)
        reference = actor.text("reference")
        if reference and not PRACTITIONER_REFERENCE.search(reference):
            yield Fault(actor.at("reference"), shown(reference))


def invariants(appointment: Node) -> Iterator[Fault]:
    for participant in appointment.each("participant"):
        if participant.one("type") is None and participant.one("actor") is None:
            yield Fault(participant.where, "neither type nor actor (app-1)")
    if appointment.holds("cancelationReason") and appointment.text("status") not in ("cancelled", "noshow"):
        yield Fault(appointment.at("cancelationReason"), f"status {appointment.text('status')} (app-4)")


def known_outcome(appointment: Node) -> Iterator[Fault]:
    if appointment.text("status") not in expected.OUTCOMES:
        yield Fault(appointment.at("status"), appointment.text("status") or "nothing")


def _regulators(answer: Answer) -> list[Node]:
    return answer.regulators


RULES = (
    Rule(
        "REG-1",
        f"meta.source, where it stands, is {expected.PLATFORM}",
        "P N",
        among(_regulators, below("meta", check=equal("source", expected.PLATFORM))),
    ),
    Rule("REG-2", "an identifier", "P", among(_regulators, times("identifier", 1))),
    Rule("REG-3", "at most one national and one technical identifier", "P", among(_regulators, at_most_one_of_each)),
    Rule(
        "REG-4",
        "the national one is IDNPS, the technical one INTRN",
        "P K",
        among(_regulators, below("identifier", check=type_fits_system)),
    ),
    Rule(
        "REG-5",
        "an identifier has a system and a value",
        "P",
        among(_regulators, below("identifier", check=given("system", "value"))),
    ),
    Rule("REG-6", "active is true or false", "P K", among(_regulators, active_is_told)),
    Rule("REG-7", "a name, with a family name and exactly one given name", "P K", among(_regulators, named)),
    Rule("REG-8", "a telecom, and every one an e-mail", "P K", among(_regulators, reached_by_mail)),
    Rule(
        "APP-1",
        "one FrAppointmentOperator, which is a reference by identifier",
        "P",
        resources("Appointment", one_operator),
    ),
    Rule("APP-2", "the operator's type is one coding, IDNPS or INTRN", "P N", resources("Appointment", operator_type)),
    Rule(
        "APP-3",
        "the operator's system and value, as the type says",
        "P N",
        resources("Appointment", operator_identifier),
    ),
    Rule(
        "APP-4",
        "one identifier with system and value",
        "P",
        resources("Appointment", times("identifier", 1, 1), below("identifier", check=given("system", "value"))),
    ),
    Rule("APP-5", "status is booked, fulfilled, noshow or cancelled", "F N", resources("Appointment", known_outcome)),
    Rule("APP-6", "start and end", "P", resources("Appointment", given("start", "end"))),
    Rule("APP-7", "created", "P 1.2.0", resources("Appointment", given("created"))),
    Rule("APP-8", "a participant", "F", resources("Appointment", times("participant", 1))),
    Rule(
        "APP-9",
        "the type of a participant's identifier is IDNPS and nothing else",
        "P",
        resources("Appointment", below("participant", "actor", "identifier", check=participants_type)),
    ),
    Rule(
        "APP-10",
        "every participant is a national identifier, 8 and an RPPS or 0 and an ADELI",
        "P N",
        resources(
            "Appointment",
            identified_participants,
            below("participant", "actor", "identifier", check=participants_value),
        ),
    ),
    Rule(
        "APP-11",
        "a participant has accepted",
        "P",
        resources(
            "Appointment",
            below("participant", check=times("status", 1)),
            below("participant", check=equal("status", "accepted")),
        ),
    ),
    Rule("APP-12", "app-1 and app-4 of FHIR", "F", resources("Appointment", invariants)),
    Rule(
        "APP-13",
        "nothing of the patient: nobody but practitioners, nothing contained, no words",
        "N",
        resources("Appointment", nothing_of_the_patient),
    ),
)

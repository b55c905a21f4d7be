"""What holds of every Slot: who may see it, what kind of visit, when, and where it is booked."""

from collections.abc import Iterator
from datetime import datetime

from service.cli.conformance import expected
from service.cli.conformance.answers import Answer, Kind
from service.cli.conformance.findings import Fault, Rule, fault, missing, shown
from service.cli.conformance.reading import Node, split_url
from service.cli.conformance.shapes import (
    Faults,
    OfAnswer,
    OfNode,
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


def _of_consultation(slot: Node) -> Iterator[Node]:
    return (node for node in slot.each("serviceType") if any(of == expected.CONSULTATION for of, _ in codings(node)))


def _of_cpts(slot: Node) -> list[Node]:
    return [
        node
        for node in slot.each("serviceType")
        if any(of == expected.ESTABLISHMENTS for of, _ in codings(node)) or _services(node)
    ]


def _services(kind: Node) -> list[Node]:
    return [node for node in kind.each("extension") if node.text("url") == expected.SERVICE_EXTENSION]


def audiences(slot: Node) -> Iterator[Fault]:
    for node in slot.each("meta", "security"):
        if node.text("system") != expected.VISIBILITY or node.text("code") not in expected.AUDIENCES:
            yield fault(node)


def modalities(slot: Node) -> Iterator[Fault]:
    for node in _of_consultation(slot):
        yield from coded(expected.CONSULTATION, expected.MODALITIES)(node)


def kinds_are_known(slot: Node) -> Iterator[Fault]:
    """A coding of no system that the guide names says nothing to the platform."""
    for node in slot.each("serviceType"):
        if not {of for of, _ in codings(node)} <= {expected.CONSULTATION, expected.ESTABLISHMENTS}:
            yield fault(node)


def reasons_stand_alone(slot: Node) -> Iterator[Fault]:
    for node in slot.each("serviceType"):
        if node.holds("text") and (node.holds("coding") or node.holds("extension")):
            yield fault(node)


def consultation_has_no_service(slot: Node) -> Iterator[Fault]:
    for node in _of_consultation(slot):
        yield from map(fault, _services(node))


def each_cpts_is_604_with_a_service(slot: Node) -> Iterator[Fault]:
    for node in _of_cpts(slot):
        yield from coded(expected.ESTABLISHMENTS, frozenset({"604"}))(node)
        if len(_services(node)) != 1:
            yield Fault(node.at("extension"), f"{len(_services(node))} that name a HealthcareService")


def services_are_referred_to(slot: Node) -> Iterator[Fault]:
    for kind in _of_cpts(slot):
        for node in _services(kind):
            yield from referring("valueReference", "HealthcareService")(node)
            yield from map(fault, node.each("extension"))


def cpts_code_has_its_services(slot: Node) -> Iterator[Fault]:
    services = [text for node in _of_cpts(slot) for text in node.texts("extension", "valueReference", "reference")]
    if "CPTS" in slot.texts("meta", "security", "code") and not _of_cpts(slot):
        yield Fault(slot.at("serviceType"), "code CPTS and no serviceType of a CPTS")
    if len(set(services)) < len(services):
        yield Fault(slot.at("serviceType"), f"one CPTS more than once: {shown(services)}")


def services_have_the_cpts_code(slot: Node) -> Iterator[Fault]:
    if _of_cpts(slot) and "CPTS" not in slot.texts("meta", "security", "code"):
        yield Fault(slot.at("meta.security"), shown(slot.texts("meta", "security", "code")))


def in_order_and_in_the_window(answer: Answer) -> Iterator[Fault]:
    asked = answer.asked
    for slot in answer.slots:
        start, end = _instant(slot, "start"), _instant(slot, "end")
        if start is None or end is None:
            continue
        if start >= end:
            yield Fault(slot.at("end"), f"{slot.text('start')} to {slot.text('end')}")
        if (asked.start and start < asked.start) or (asked.until and start > asked.until):
            yield Fault(slot.at("start"), f"{slot.text('start')}, asked from {asked.start} to {asked.until}")
        if asked.now and start < asked.now:
            yield Fault(slot.at("start"), f"{slot.text('start')}, at {asked.now}")


def _instant(slot: Node, name: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(slot.text(name))
    except ValueError:
        return None
    return read if read.tzinfo else None


def booked_somewhere(answer: Answer) -> Iterator[Fault]:
    """The `?` is asked of answers to our own requests alone: the guide's examples tell addresses in short."""
    for slot in answer.slots:
        url = slot.text("comment").strip()
        if not url:
            yield missing(slot, "comment")
        elif split_url(url).scheme not in ("http", "https") or not split_url(url).netloc:
            yield Fault(slot.at("comment"), shown(url))
        elif answer.asked.is_live and not split_url(url).query:
            yield Fault(slot.at("comment"), f"{shown(url)}, without a parameter")


def for_cpts(*checks: OfNode) -> OfAnswer:
    """Of an answer about practitioners by themselves, nothing is asked of the CPTS."""

    def faults(answer: Answer) -> Faults:
        if answer.asked.kind is Kind.CPTS:
            yield from resources("Slot", *checks)(answer)

    return faults


def seen_by_somebody(slot: Node) -> Iterator[Fault]:
    if slot.one("meta", "security") is None:
        yield missing(slot, "meta.security")


def specialties(name: str) -> Rule[Answer]:
    check = below("specialty", check=coded(expected.SPECIALTIES))
    return Rule("SPE-1", "every specialty has a code of TRE_R38", "P F", resources(name, check))


RULES = (
    Rule("SLOT-1", "meta.security tells who may see it", "N R23 R46", resources("Slot", seen_by_somebody)),
    Rule("SLOT-2", "meta.security is PUBLIC, PRO, SNP or CPTS of TRE_R314", "P", resources("Slot", audiences)),
    Rule("SLOT-3", "at most one serviceCategory", "F", resources("Slot", times("serviceCategory", most=1))),
    Rule(
        "SLOT-4",
        "a kind of visit is AMB, HH or VR of v3-ActCode, and no other system is used",
        "P",
        resources("Slot", modalities, kinds_are_known),
    ),
    Rule(
        "SLOT-4b", "a reason is a text by itself, one entry for each", "N FAQ 5", resources("Slot", reasons_stand_alone)
    ),
    Rule("SLOT-5", "a kind of visit names no HealthcareService", "P", for_cpts(consultation_has_no_service)),
    Rule(
        "SLOT-6",
        "a CPTS is R66 604 with one extension that names its service",
        "P",
        for_cpts(each_cpts_is_604_with_a_service),
    ),
    Rule(
        "SLOT-7",
        "the extension holds a reference to a HealthcareService, nothing else",
        "P K",
        for_cpts(services_are_referred_to),
    ),
    Rule("SLOT-8", "code CPTS means one entry 604 for each CPTS", "N K", for_cpts(cpts_code_has_its_services)),
    Rule("SLOT-9", "an entry 604 means code CPTS", "N", for_cpts(services_have_the_cpts_code)),
    specialties("Slot"),
    Rule(
        "SLOT-10",
        "appointmentType is one, ROUTINE or WALKIN of v2-0276",
        "P K R49",
        resources(
            "Slot",
            times("appointmentType", most=1),
            below("appointmentType", check=coded(expected.APPOINTMENT_REASONS, expected.REASONS)),
        ),
    ),
    Rule(
        "SLOT-11",
        "schedule is one reference Schedule/{id}",
        "P R12",
        resources("Slot", referring("schedule", "Schedule")),
    ),
    Rule("SLOT-12", "status is free", "P K R10", resources("Slot", times("status", 1), equal("status", "free"))),
    Rule("SLOT-13", "start and end are given", "F R11", resources("Slot", given("start", "end"))),
    Rule(
        "SLOT-14",
        "instants with three digits of milliseconds and an offset, never Z",
        "K R45",
        resources("Slot", matching("start", expected.INSTANT), matching("end", expected.INSTANT)),
    ),
    Rule("SLOT-15", "start before end, within what was asked, not past", "K R5 R7", in_order_and_in_the_window),
    Rule(
        "SLOT-16", "comment is the http address of the page to book on, with a parameter", "N K R25", booked_somewhere
    ),
    Rule("SLOT-17", "overbooked is left out", "F", resources("Slot", times("overbooked", most=0))),
)

"""What holds of every resource: it is FHIR R4, it has a name and a profile, and nothing in it is empty."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel, ValidationError

from service.cli.conformance import expected
from service.cli.conformance.answers import Answer, Kind
from service.cli.conformance.findings import Fault, Rule, fault, missing, shown
from service.cli.conformance.reading import Node

PROFILES_OF_SLOTS = {Kind.PS: expected.PS_SLOT, Kind.CPTS: expected.CPTS_SLOT}
PROFILES_OF_BUNDLES = {Kind.PS: expected.PS_BUNDLE, Kind.CPTS: expected.CPTS_BUNDLE}


@cache
def model_of(name: str) -> type[BaseModel] | None:
    """The base shape of a resource or a datatype, of R4B: of whatever is sent here it says what R4 says."""
    try:
        return get_fhir_model_class(name)
    except (LookupError, ValueError):
        return None


def malformed(value: Any, name: str, where: str) -> Iterator[Fault]:
    """Whatever the base type refuses: unknown elements, wrong shapes, missing ones, ill-written primitives."""
    model = model_of(name)
    if model is None:
        yield Fault(where, f"no resource of R4: {name!r}")
        return
    try:
        model.model_validate(value)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in each["loc"])
            yield Fault(where + "".join(steps), f"{shown(each['input'])}: {each['msg']}")


def well_formed(answer: Answer) -> Iterator[Fault]:
    unknown = [node for node in answer.everything if model_of(node.type) is None]
    for node in unknown:
        yield Fault(node.where, f"no resource of R4: {node.type!r}")
    if not unknown:
        yield from malformed(answer.resource, answer.root.type, answer.root.where)


def one_profile(answer: Answer) -> Iterator[Fault]:
    for node in answer.everything:
        declared = node.texts("meta", "profile")
        wanted = _wanted(node, answer)
        if len(declared) != 1 or (wanted and declared[0] not in wanted):
            yield Fault(node.at("meta.profile"), ", ".join(declared) or "nothing")


def _wanted(node: Node, answer: Answer) -> frozenset[str]:
    """The profiles that it may declare; none where any will do. The empty bundle has a rule of its own."""
    by_itself = node is answer.root
    if node.type == "Bundle":
        return frozenset() if answer.is_empty else frozenset({PROFILES_OF_BUNDLES[answer.asked.kind]})
    if node.type == "Slot":
        both = frozenset(PROFILES_OF_SLOTS.values())
        return both if by_itself else frozenset({PROFILES_OF_SLOTS[answer.asked.kind]})
    if node.type == "Practitioner" and by_itself:
        return frozenset({expected.PRACTITIONER, expected.REGULATOR})
    return frozenset({expected.IN_BOTH[node.type]}) if node.type in expected.IN_BOTH else frozenset()


def named(answer: Answer) -> Iterator[Fault]:
    """What stands by itself may lack an id: a bundle, or a message that its receiver names."""
    for node in answer.everything:
        if not node.type:
            yield missing(node, "resourceType")
        if node is answer.root and not node.holds("id"):
            continue
        if not expected.ID.fullmatch(node.id):
            yield Fault(node.at("id"), shown(node.value["id"]) if node.holds("id") else "nothing")


def contained_are_bare(answer: Answer) -> Iterator[Fault]:
    for resource in answer.resources:
        for node in resource.each("contained"):
            for name in ("security", "versionId", "lastUpdated"):
                yield from map(fault, node.each("meta", name))


def nothing_empty(answer: Answer) -> Iterator[Fault]:
    yield from _empty(answer.resource, answer.root.where)


def _empty(value: Any, where: str) -> Iterator[Fault]:
    if (
        value is None
        or (isinstance(value, (str, list, dict)) and not value)
        or (isinstance(value, str) and not value.strip())
    ):
        yield Fault(where, repr(value))
    elif isinstance(value, dict):
        for name, child in value.items():
            yield from _empty(child, f"{where}.{name}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _empty(child, f"{where}[{index}]")


RULES = (
    Rule("R4", "a well-formed resource of FHIR R4", "F", well_formed),
    Rule("GEN-1", "meta.profile is one profile, the one that the guide names", "N K", one_profile),
    Rule("GEN-2", "a resourceType, and an id of 1 to 64 letters, digits, - and .", "F K", named),
    Rule(
        "GEN-3",
        "a contained resource has no meta.security, versionId, lastUpdated",
        "F dom-4 dom-5",
        contained_are_bare,
    ),
    Rule("GEN-4", "what is empty is left out", "F ele-1, N FAQ 10", nothing_empty),
)

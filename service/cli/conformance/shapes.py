"""What many rules ask in the same way, as functions of a node: how often, which pattern, code or reference."""

import re
from collections.abc import Callable, Iterable, Iterator

from service.cli.conformance.answers import Answer
from service.cli.conformance.findings import Fault, fault, missing
from service.cli.conformance.reading import Node

Faults = Iterator[Fault]
OfNode = Callable[[Node], Faults]
OfAnswer = Callable[[Answer], Faults]


def resources(name: str, *checks: OfNode) -> OfAnswer:
    """Asked of every resource of that type."""
    return among(lambda answer: answer.of(name), *checks)


def among(chosen: Callable[[Answer], Iterable[Node]], *checks: OfNode) -> OfAnswer:
    def faults(answer: Answer) -> Faults:
        for node in chosen(answer):
            for check in checks:
                yield from check(node)

    return faults


def below(*names: str, check: OfNode) -> OfNode:
    """Asked of everything under these names."""

    def faults(node: Node) -> Faults:
        for child in node.each(*names):
            yield from check(child)

    return faults


def times(name: str, least: int = 0, most: int | None = None) -> OfNode:
    def faults(node: Node) -> Faults:
        count = len(list(node.each(name)))
        if count < least or (most is not None and count > most):
            yield Fault(node.at(name), f"{count} of them" if count else "nothing")

    return faults


def given(*names: str) -> OfNode:
    """Each of them is a text with something in it."""

    def faults(node: Node) -> Faults:
        for name in names:
            if not node.text(name).strip():
                found = node.one(name)
                yield missing(node, name) if found is None else fault(found)

    return faults


def matching(name: str, pattern: re.Pattern[str]) -> OfNode:
    """Where it stands, it is a text that fits as a whole."""

    def faults(node: Node) -> Faults:
        for child in node.each(name):
            if not isinstance(child.value, str) or not pattern.fullmatch(child.value):
                yield fault(child)

    return faults


def equal(name: str, value: str) -> OfNode:
    """Where it stands, it is this."""
    return matching(name, re.compile(re.escape(value)))


def codings(node: Node) -> list[tuple[str, str]]:
    """System and code of each coding of a CodeableConcept."""
    return [(coding.text("system"), coding.text("code")) for coding in node.each("coding")]


def coded(system: str, codes: frozenset[str] | None = None) -> OfNode:
    """A CodeableConcept with a coding of this system, and of these codes where they are known."""

    def faults(node: Node) -> Faults:
        ours = {code for of, code in codings(node) if of == system}
        if not any(code and (codes is None or code in codes) for code in ours):
            yield fault(node)

    return faults


def typed(system: str, code: str, *, alone: bool = False) -> OfNode:
    """An element whose `type` is this coding; `alone`: and no other."""

    def faults(node: Node) -> Faults:
        kind = node.one("type")
        if kind is None:
            yield missing(node, "type")
        elif (system, code) not in codings(kind) or (alone and len(codings(kind)) > 1):
            yield fault(kind)

    return faults


def referring(name: str, target: str) -> OfNode:
    """One relative reference to a resource of that type."""
    pattern = re.compile(rf"{target}/[A-Za-z0-9\-.]{{1,64}}")

    def faults(node: Node) -> Faults:
        found = list(node.each(name))
        if len(found) != 1:
            yield Fault(node.at(name), f"{len(found)} of them" if found else "nothing")
        for child in found:
            if not pattern.fullmatch(child.text("reference")):
                yield fault(child)

    return faults

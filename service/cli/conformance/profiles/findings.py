"""How a breach of a profile is told: the kind of breach for a rule, the profile's element for a source."""

from service.cli.conformance.findings import Finding, shown
from service.cli.conformance.profiles.elements import Element
from service.cli.conformance.reading import Node


def told(kind: str, element: Element, where: str, found: object, expected: str) -> Finding:
    return Finding(rule=f"profile: {kind}", where=where, found=shown(found), expected=expected, source=element.source)


def told_of(kind: str, element: Element, node: Node, expected: str) -> Finding:
    return told(kind, element, node.where, node.value, expected)

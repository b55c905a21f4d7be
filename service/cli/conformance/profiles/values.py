"""What a profile says of a value by itself: how it is written, what it must hold, which codes, which invariants."""

from collections.abc import Iterator

from service.cli.conformance.findings import Finding
from service.cli.conformance.profiles.elements import Element, Type
from service.cli.conformance.profiles.findings import told_of
from service.cli.conformance.profiles.invariants import NotEvaluated, holds
from service.cli.conformance.profiles.primitives import is_primitive, is_written_as
from service.cli.conformance.profiles.scope import Scope
from service.cli.conformance.profiles.slicing import contains
from service.cli.conformance.reading import Node


def value_faults(node: Node, element: Element, kind: Type | None, scope: Scope) -> Iterator[Finding]:
    if kind is not None:
        yield from _type_faults(node, element, kind)
    if element.fixed is not None and node.value != element.fixed:
        yield told_of("fixed value", element, node, repr(element.fixed))
    if element.pattern is not None and not contains(node.value, element.pattern):
        yield told_of("pattern", element, node, repr(element.pattern))
    yield from _binding_faults(node, element, scope)
    yield from _invariant_faults(node, element, scope)


def _type_faults(node: Node, element: Element, kind: Type) -> Iterator[Finding]:
    is_written = is_written_as(kind.code, node.value) if is_primitive(kind.code) else isinstance(node.value, dict)
    is_another = node.type not in ("", kind.code) and kind.code not in ("Resource", "DomainResource")
    if not is_written or is_another:
        yield told_of("type", element, node, f"a {kind.code}")


def _binding_faults(node: Node, element: Element, scope: Scope) -> Iterator[Finding]:
    values = element.required_values
    if values is None:
        return
    is_held = scope.shared.terminology.holds(values, node.value)
    if is_held is None:
        scope.shared.unchecked.add(f"value set {values}: its codes are not known here")
    elif not is_held:
        yield told_of("binding", element, node, f"a code of {values}")


def _invariant_faults(node: Node, element: Element, scope: Scope) -> Iterator[Finding]:
    for key, expression, words in element.constraints:
        try:
            if not holds(key, expression, node, resource=scope.resource, root=scope.root):
                yield told_of(f"invariant {key}", element, node, words or expression)
        except NotEvaluated:
            scope.shared.unchecked.add(f"invariant {key}: {expression}")

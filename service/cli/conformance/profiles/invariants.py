"""The invariants of profiles: FHIRPath, evaluated by fhirpathpy, and the few that it cannot say, in Python."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from fhirpathpy import compile as compiled
from fhirpathpy.models import models

from service.cli.conformance.reading import Node

Evaluated = Callable[[Any, Any], list[Any]]
Owned = Callable[[Node, Node], bool]
"""Of an element and the resource whose contained resources it may point at."""


class NotEvaluated(Exception):
    """The library cannot say whether the invariant holds."""


def _has_value(inputs: list[Any]) -> list[bool]:
    return [len(inputs) == 1 and not isinstance(inputs[0], (dict, list))]


OPTIONS: dict[str, Any] = {
    "userInvocationTable": {"hasValue": {"fn": _has_value, "arity": {0: []}}},
    "traceFn": lambda *_: None,
}


@cache
def _evaluator(expression: str) -> Evaluated:
    evaluator: Evaluated = compiled(expression, models["r4"], OPTIONS)
    return evaluator


def is_not_empty(node: Node, _: Node) -> bool:
    """ele-1: a value, or more than an id."""
    return bool(set(node.value) - {"id"}) if isinstance(node.value, dict) else node.value not in ("", [], None)


def extends_or_has_a_value(node: Node, _: Node) -> bool:
    """ext-1."""
    values = [name for name in node.value if name.startswith("value")] if isinstance(node.value, dict) else []
    return bool(values) != node.holds("extension")


def contained_are_used(node: Node, root: Node) -> bool:
    """dom-3: its FHIRPath asks `as` of many values, which the language forbids and the library refuses."""
    referred = set(_references(node.value))
    return all(f"#{each.id}" in referred or "#" in set(_references(each.value)) for each in node.each("contained"))


def contained_is_there(node: Node, root: Node) -> bool:
    """ref-1."""
    reference = node.text("reference")
    names = {each.id for each in root.each("contained")}
    return not reference.startswith("#") or reference == "#" or reference[1:] in names


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _references(each)


OWN: dict[str, Owned] = {
    "ele-1": is_not_empty,
    "ext-1": extends_or_has_a_value,
    "dom-3": contained_are_used,
    "ref-1": contained_is_there,
}
"""ele-1 and ext-1 are asked of every element: the library would take a hundred times as long."""


def holds(key: str, expression: str, node: Node, *, resource: Node, root: Node) -> bool:
    """Raises NotEvaluated. What evaluates to nothing is no fault, as the specification says."""
    if key in OWN:
        return OWN[key](node, root)
    try:
        found = _evaluator(expression)(node.value, {"resource": resource.value, "rootResource": root.value})
    except Exception as error:  # the library raises nothing more narrow
        raise NotEvaluated(key) from error
    return found != [False]

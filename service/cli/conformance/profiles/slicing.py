"""Which slice of an element a value is of, by the discriminators of the profile."""

from collections.abc import Callable
from typing import Any

from service.cli.conformance.profiles.elements import Element
from service.cli.conformance.profiles.scope import Scope
from service.cli.conformance.reading import Node

Conforms = Callable[[Node, str, Scope], bool]


def slice_of(node: Node, element: Element, scope: Scope, conforms: Conforms) -> Element | None:
    """The first slice whose every discriminator fits."""
    for candidate in element.slices.values():
        if all(_fits(node, candidate, kind, path, scope, conforms) for kind, path in element.discriminators):
            return candidate
    return None


def _fits(node: Node, sliced: Element, kind: str, path: str, scope: Scope, conforms: Conforms) -> bool:
    steps = [] if path == "$this" else path.split(".")
    if kind == "type":
        return _is_of_type(node, sliced, steps)
    if kind == "profile":
        return _has_profile(node, sliced, steps, scope, conforms)
    if kind == "exists":
        wanted = _at(sliced, steps)
        return wanted is None or (node.one(*steps) is not None) == (wanted.most != 0)
    return _has_value(node, sliced, steps, scope)


def _at(element: Element, steps: list[str]) -> Element | None:
    for step in steps:
        below = element.children.get(step)
        if below is None:
            return None
        element = below
    return element


def _is_of_type(node: Node, sliced: Element, steps: list[str]) -> bool:
    wanted = _at(sliced, steps)
    found = node.one(*steps)
    if wanted is None or found is None:
        return False
    last = found.where.rpartition(".")[2].partition("[")[0]
    return any(found.type == each.code or last.endswith(each.code[:1].upper() + each.code[1:]) for each in wanted.types)


def _has_profile(node: Node, sliced: Element, steps: list[str], scope: Scope, conforms: Conforms) -> bool:
    """What declares the profile is meant to be of the slice, and is then told what it lacks."""
    wanted = _at(sliced, steps)
    found = node.one(*steps)
    if wanted is None or found is None:
        return False
    profiles = [profile for each in wanted.types for profile in each.profiles]
    return any(profile in found.texts("meta", "profile") for profile in profiles) or any(
        conforms(found, profile, scope) for profile in profiles
    )


def _has_value(node: Node, sliced: Element, steps: list[str], scope: Scope) -> bool:
    """By what is fixed there, or a pattern, or the value set of a required binding, as the reference validator does."""
    if steps == ["url"] and "url" not in sliced.children:
        return node.text("url") in {profile for each in sliced.types for profile in each.profiles}
    wanted, facts = sliced, _stated(sliced)
    for step in steps:
        below = wanted.children.get(step)
        facts = [fact[step] for fact in facts if isinstance(fact, dict) and step in fact]
        if below is not None:
            wanted = below
            facts += _stated(below)
    found = [each.value for each in node.each(*steps)]
    if facts:
        return any(all(contains(value, fact) for fact in facts) for value in found)
    if wanted.required_values is not None:
        return any(scope.shared.terminology.holds(wanted.required_values, value) for value in found)
    return False


def _stated(element: Element) -> list[Any]:
    return [fact for fact in (element.fixed, element.pattern) if fact is not None]


def contains(value: Any, pattern: Any) -> bool:
    """Whether a value has all that a pattern has; a list has it somewhere."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(contains(value.get(name), each) for name, each in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(contains(v, each) for v in value) for each in pattern)
    return bool(value == pattern)

"""A resource held against a profile, element by element of its snapshot."""

from collections import Counter
from collections.abc import Iterable, Iterator

from service.cli.conformance.answers import Answer
from service.cli.conformance.findings import Finding
from service.cli.conformance.general_rules import malformed, model_of
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.elements import Element, Type
from service.cli.conformance.profiles.findings import told, told_of
from service.cli.conformance.profiles.primitives import is_primitive
from service.cli.conformance.profiles.references import reference_faults
from service.cli.conformance.profiles.scope import Scope, Shared
from service.cli.conformance.profiles.slicing import slice_of
from service.cli.conformance.profiles.terminology import Terminology
from service.cli.conformance.profiles.values import value_faults
from service.cli.conformance.reading import Node

ANY_RESOURCE = ("Resource", "DomainResource")


def check_profiles(answer: Answer, definitions: Definitions) -> tuple[list[Finding], set[str]]:
    """What the profiles that are declared in it find wrong, each resource once; and in words what was not checked."""
    bundled = answer.by_reference if answer.bundles else None
    shared = Shared(definitions=definitions, terminology=Terminology(definitions), bundled=bundled)
    held = (declared_faults(node, Scope(shared=shared, resource=node, root=node)) for node in answer.everything)
    return [finding for findings in held for finding in findings], shared.unchecked


def declared_faults(node: Node, scope: Scope) -> Iterator[Finding]:
    """Of a resource, by each profile that it declares."""
    for profile in node.texts("meta", "profile"):
        yield from profile_faults(node, profile, scope)


def profile_faults(node: Node, profile: str, scope: Scope) -> Iterator[Finding]:
    if (node.where, profile) in scope.shared.done:
        return
    scope.shared.done.add((node.where, profile))
    root = scope.shared.definitions.profile(profile)
    if root is None:
        scope.shared.unchecked.add(f"profile {profile}: not in the folder")
    else:
        yield from element_faults(node, root, None, scope)


def conforms(node: Node, profile: str, scope: Scope) -> bool:
    """Whether nothing is wrong with it by that profile; what the folder does not have is believed."""
    key = (node.where, profile)
    if key not in scope.shared.conforming:
        scope.shared.conforming[key] = True
        root = scope.shared.definitions.profile(profile)
        apart = Shared(
            definitions=scope.shared.definitions,
            terminology=scope.shared.terminology,
            bundled=scope.shared.bundled,
            conforming=scope.shared.conforming,
        )
        contained = node.where.startswith(f"{scope.root.where}.contained")
        alone = Scope(shared=apart, resource=node, root=scope.root if contained else node)
        scope.shared.conforming[key] = root is None or not any(element_faults(node, root, None, alone))
    return scope.shared.conforming[key]


def element_faults(node: Node, element: Element, code: str | None, scope: Scope) -> Iterator[Finding]:
    """`code`: the type that was chosen, where the element leaves a choice."""
    kind = next((each for each in element.types if code in (None, each.code)), None)
    yield from value_faults(node, element, kind, scope)
    if kind is not None and kind.code == "Reference":
        yield from reference_faults(node, element, kind, scope, conforms)
    if element.children:
        yield from _child_faults(node, element, scope)
    else:
        yield from _content_faults(node, element, kind, scope)


def _content_faults(node: Node, element: Element, kind: Type | None, scope: Scope) -> Iterator[Finding]:
    """Of an element whose content the snapshot leaves to another profile, another element or the base type."""
    if "contentReference" in element.definition:
        yield from _referred_faults(node, element, scope)
    elif kind is None or is_primitive(kind.code) or not isinstance(node.value, dict):
        return
    elif kind.code in ANY_RESOURCE:
        yield from declared_faults(node, scope.within(node, contained=_is_contained(element)))
    elif node.type:
        for profile in kind.profiles:
            yield from profile_faults(node, profile, scope.within(node, contained=_is_contained(element)))
    elif len(kind.profiles) == 1 and scope.shared.definitions.profile(kind.profiles[0]) is not None:
        yield from profile_faults(node, kind.profiles[0], scope)
    else:
        scope.shared.unchecked.update(f"profile {profile}: not in the folder" for profile in kind.profiles)
        yield from _base_faults(node, element, kind)


def _base_faults(node: Node, element: Element, kind: Type) -> Iterator[Finding]:
    if model_of(kind.code) is not None:
        for each in malformed(node.value, kind.code, node.where):
            yield told("type", element, each.where, each.found, f"a {kind.code}")


def _is_contained(element: Element) -> bool:
    return element.id.rpartition(".")[2].partition(":")[0] == "contained"


def _referred_faults(node: Node, element: Element, scope: Scope) -> Iterator[Finding]:
    wanted = element.definition["contentReference"].rpartition("#")[2]
    root = scope.shared.definitions.profile(element.profile)
    for each in root.below() if root is not None else ():
        if each.id == wanted:
            yield from _child_faults(node, each, scope)


def _child_faults(node: Node, element: Element, scope: Scope) -> Iterator[Finding]:
    if not isinstance(node.value, dict):
        return
    known = {"resourceType"}
    for name, child in element.children.items():
        keys = dict(_keys(node, name, child))
        known.update(keys)
        found = [(each, code) for key, code in keys.items() for each in node.each(key)]
        yield from _count_faults(node, name, child, len(found))
        yield from _shape_faults(node, child, keys)
        yield from _each_faults(node.at(name), found, child, scope)
    for name in node.value:
        if name not in known and not name.startswith("_"):
            yield told("unknown element", element, node.at(name), node.value[name], "no such element")


def _keys(node: Node, name: str, child: Element) -> Iterator[tuple[str, str | None]]:
    """The names in JSON of an element, and where it leaves a choice, the type that each chooses."""
    if not name.endswith("[x]"):
        if node.holds(name):
            yield name, None
        return
    stem = name.removesuffix("[x]")
    for key in node.value:
        chosen = key.removeprefix(stem)
        if key.startswith(stem) and chosen[:1].isupper():
            codes = (each.code for each in child.types if each.code[:1].upper() + each.code[1:] == chosen)
            yield key, next(codes, chosen)


def _count_faults(node: Node, name: str, child: Element, count: int) -> Iterator[Finding]:
    if count < child.least or (child.most is not None and count > child.most):
        wanted = f"{child.least}..{'*' if child.most is None else child.most}"
        yield told("cardinality", child, node.at(name), f"{count} of them" if count else "nothing", wanted)


def _shape_faults(node: Node, child: Element, keys: Iterable[str]) -> Iterator[Finding]:
    for key in keys:
        value = node.value[key]
        if isinstance(value, list) != child.is_list:
            yield told("type", child, node.at(key), value, "a list" if child.is_list else "no list")
        elif value in ([], None):
            yield told("type", child, node.at(key), value, "something, or no such element")


def _each_faults(where: str, found: list[tuple[Node, str | None]], child: Element, scope: Scope) -> Iterator[Finding]:
    counts: Counter[str] = Counter()
    for node, code in found:
        sliced = slice_of(node, child, scope, conforms) if child.slices else None
        if sliced is not None:
            counts[sliced.id] += 1
        elif child.slices and child.is_closed:
            yield told_of("slice", child, node, f"one of {', '.join(child.slices)}")
        if code is not None and child.types and code not in {each.code for each in child.types}:
            yield told_of("type", child, node, " or ".join(each.code for each in child.types))
        else:
            yield from element_faults(node, sliced or child, code, scope)
    for name, sliced in child.slices.items():
        count = counts[sliced.id]
        if count < sliced.least or (sliced.most is not None and count > sliced.most):
            wanted = f"{sliced.least}..{'*' if sliced.most is None else sliced.most} of slice {name}"
            yield told("slice", sliced, where, f"{count} of them" if count else "nothing", wanted)

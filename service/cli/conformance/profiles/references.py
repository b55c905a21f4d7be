"""Whether a reference points where its profile lets it: at which type, at which profile, contained or in the bundle."""

import re
from collections.abc import Iterator

from service.cli.conformance.findings import Finding
from service.cli.conformance.general_rules import model_of
from service.cli.conformance.profiles.elements import Element, Type
from service.cli.conformance.profiles.findings import told, told_of
from service.cli.conformance.profiles.scope import Scope
from service.cli.conformance.profiles.slicing import Conforms
from service.cli.conformance.reading import Node

LITERAL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/.*)?")


def reference_faults(node: Node, element: Element, kind: Type, scope: Scope, conforms: Conforms) -> Iterator[Finding]:
    reference = node.text("reference")
    if not reference:
        return
    contained = reference.startswith("#")
    ways = {"contained"} if contained else {"referenced", "bundled"}
    if kind.aggregation and not kind.aggregation & ways:
        yield told("aggregation", element, node.at("reference"), reference, " or ".join(sorted(kind.aggregation)))
    target = _target(reference, scope)
    if target is None and not contained and scope.shared.bundled is not None and "bundled" in kind.aggregation:
        yield told("aggregation", element, node.at("reference"), reference, "a resource of this bundle")
    yield from _of_allowed_target(node, element, kind, target, scope, conforms)


def _target(reference: str, scope: Scope) -> Node | None:
    if reference.startswith("#"):
        return next((each for each in scope.root.each("contained") if each.id == reference[1:]), None)
    return (scope.shared.bundled or {}).get(reference)


def _of_allowed_target(
    node: Node, element: Element, kind: Type, target: Node | None, scope: Scope, conforms: Conforms
) -> Iterator[Finding]:
    if not kind.targets:
        return
    literal = LITERAL.fullmatch(node.text("reference"))
    name = target.type if target is not None else literal[1] if literal else None
    allowed = {each: target_type(each, scope) for each in kind.targets}
    fitting = [each for each, of in allowed.items() if of in (None, name, "Resource")]
    if name is not None and not fitting:
        wanted = " or ".join(sorted({str(of) for of in allowed.values()}))
        yield told("reference", element, node.at("reference"), node.text("reference"), f"a reference to {wanted}")
    elif target is not None and not any(_meets(target, each, scope, conforms) for each in fitting):
        yield told_of("reference", element, node, f"a resource of profile {' or '.join(fitting)}")


def _meets(target: Node, profile: str, scope: Scope, conforms: Conforms) -> bool:
    """What declares the profile is checked against it where it stands."""
    return profile in target.texts("meta", "profile") or conforms(target, profile, scope)


def target_type(profile: str, scope: Scope) -> str | None:
    """By the folder, else by the profile's name, such as FrPractitioner or a base resource; None: not to be told."""
    known = scope.shared.definitions.profiled_type(profile)
    name = profile.rpartition("/")[2]
    if known is None and name in ("Resource", "Any"):
        return "Resource"
    if known is None and model_of(name.removeprefix("Fr")) is not None:
        return name.removeprefix("Fr")
    return known

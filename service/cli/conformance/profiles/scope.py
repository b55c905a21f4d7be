"""What a check against profiles knows beside the value before it: the folder, the bundle, the resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.terminology import Terminology
from service.cli.conformance.reading import Node


@dataclass(frozen=True, kw_only=True)
class Shared:
    """For one answer. `unchecked` tells in words what could not be held against it."""

    definitions: Definitions
    terminology: Terminology
    bundled: Mapping[str, Node] | None
    conforming: dict[tuple[str, str], bool] = field(default_factory=dict)
    done: set[tuple[str, str]] = field(default_factory=set)
    unchecked: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """`resource` is the one in hand, `root` the one that contains it: itself, when nothing does."""

    shared: Shared
    resource: Node
    root: Node

    def within(self, resource: Node, *, contained: bool) -> "Scope":
        return Scope(shared=self.shared, resource=resource, root=self.root if contained else resource)

"""An answer and what had been asked: the bundle by its resources, or one resource by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from service.cli.conformance import expected
from service.cli.conformance.reading import Node, split_url

IDENTIFIER = "schedule.actor:Practitioner.identifier"
SERVICES = "Slot:service-type-reference"


class Kind(StrEnum):
    """Whose places are asked for: of practitioners by themselves (INT_R01), or of a CPTS's members (INT_R04)."""

    PS = "ps"
    CPTS = "cpts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an answer must fit. What a stored file does not tell is None, and is not held against it.

    `now` and `query` (as it was sent, byte for byte) are known of an answer to a request of our own alone.
    """

    kind: Kind
    query: str | None = None
    identifiers: frozenset[str] | None = None
    start: datetime | None = None
    until: datetime | None = None
    now: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.query is not None

    @classmethod
    def of_stored(cls, resource: Any) -> "Asked":
        """Read from the profile that the answer declares and from its own self link."""
        node = Node(value=resource, where="")
        declared = " ".join(node.texts("meta", "profile"))
        kind = Kind.CPTS if "sas-cpts-" in declared else Kind.PS
        asked = parse_qsl(split_url(node.text("link", "url")).query.replace("+", "%2B"))
        bounds = {value[:2]: _instant(value[2:]) for name, value in asked if name == "start"}
        wanted = [token for name, value in asked if name == IDENTIFIER for token in value.split(",")]
        identifiers = frozenset(token.rpartition("|")[2].strip() for token in wanted)
        return cls(kind=kind, identifiers=identifiers or None, start=bounds.get("ge"), until=bounds.get("le"))


def _instant(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A resource, and for a bundle what is in it, each by its type."""

    resource: Any
    asked: Asked
    root: Node = field(init=False)

    def __post_init__(self) -> None:
        name = self.resource.get("resourceType") if isinstance(self.resource, dict) else None
        object.__setattr__(self, "root", Node(value=self.resource, where=str(name or "Resource")))

    @cached_property
    def bundles(self) -> list[Node]:
        return [self.root] if self.root.type == "Bundle" else []

    @cached_property
    def resources(self) -> list[Node]:
        """Of a bundle what it holds, else the resource itself."""
        if self.bundles:
            return [node for node in self.root.each("entry", "resource") if isinstance(node.value, dict)]
        return [self.root]

    @cached_property
    def _by_type(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self.resources:
            found.setdefault(node.type, []).append(node)
        return found

    @property
    def is_empty(self) -> bool:
        return bool(self.bundles) and not self.resources

    def of(self, name: str) -> list[Node]:
        return self._by_type.get(name, [])

    @property
    def slots(self) -> list[Node]:
        return self.of("Slot")

    @cached_property
    def practitioners(self) -> list[Node]:
        """Those who hold places."""
        return [node for node in self.of("Practitioner") if expected.REGULATOR not in node.texts("meta", "profile")]

    @cached_property
    def regulators(self) -> list[Node]:
        return [node for node in self.of("Practitioner") if expected.REGULATOR in node.texts("meta", "profile")]

    @cached_property
    def locations(self) -> list[Node]:
        contained = [node for role in self.of("PractitionerRole") for node in role.each("contained")]
        return [node for node in contained if node.type == "Location"] + self.of("Location")

    @cached_property
    def everything(self) -> list[Node]:
        """Each resource: the bundle, what it holds, and what that contains."""
        return [*self.bundles, *self.resources, *(node for each in self.resources for node in each.each("contained"))]

    @cached_property
    def by_reference(self) -> dict[str, Node]:
        return {node.local: node for node in self.resources}

    @cached_property
    def references(self) -> list[Node]:
        """Every `reference` of every resource."""
        return [node for each in self.resources for node in _references(each)]


def _references(node: Node) -> Iterator[Node]:
    if isinstance(node.value, dict):
        for name in node.value:
            for child in node.each(name):
                if name == "reference" and isinstance(child.value, str):
                    yield child
                else:
                    yield from _references(child)

"""A profile's snapshot as a tree: each element with its children and its slices."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

PRIMITIVE_STRING = "http://hl7.org/fhirpath/System.String"


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """One of the types that an element may have, with the profiles that it or its target must meet."""

    code: str
    profiles: tuple[str, ...]
    targets: tuple[str, ...]
    aggregation: frozenset[str]


@dataclass(eq=False, kw_only=True)
class Element:
    """One element of a snapshot; a slice is an element of its own under the one that it is a slice of."""

    id: str
    profile: str
    definition: dict[str, Any]
    children: "dict[str, Element]" = field(default_factory=dict)
    slices: "dict[str, Element]" = field(default_factory=dict)

    @property
    def source(self) -> str:
        return f"{self.profile}#{self.id}"

    @cached_property
    def least(self) -> int:
        return int(self.definition.get("min", 0))

    @cached_property
    def most(self) -> int | None:
        """None: as many as there are."""
        most = self.definition.get("max", "*")
        return None if most == "*" else int(most)

    @cached_property
    def is_list(self) -> bool:
        """What JSON makes of it: a matter of the base type alone."""
        return self.definition.get("base", {}).get("max", "*") not in ("0", "1")

    @cached_property
    def types(self) -> tuple[Type, ...]:
        return tuple(
            Type(
                code="string" if each["code"] == PRIMITIVE_STRING else each["code"],
                profiles=tuple(map(without_version, each.get("profile", ()))),
                targets=tuple(map(without_version, each.get("targetProfile", ()))),
                aggregation=frozenset(each.get("aggregation", ())),
            )
            for each in self.definition.get("type", ())
        )

    @cached_property
    def fixed(self) -> Any:
        return self._prefixed("fixed")

    @cached_property
    def pattern(self) -> Any:
        return self._prefixed("pattern")

    def _prefixed(self, prefix: str) -> Any:
        """None where there is none: null is no FHIR value."""
        return next((value for name, value in self.definition.items() if name.startswith(prefix)), None)

    @cached_property
    def required_values(self) -> str | None:
        """The value set of a required binding."""
        binding = self.definition.get("binding", {})
        values = binding.get("valueSet") if binding.get("strength") == "required" else None
        return without_version(values) if values else None

    @property
    def discriminators(self) -> list[tuple[str, str]]:
        """Type and path of each."""
        return [(each["type"], each["path"]) for each in self.definition.get("slicing", {}).get("discriminator", ())]

    @property
    def is_closed(self) -> bool:
        return bool(self.definition.get("slicing", {}).get("rules") == "closed")

    @cached_property
    def constraints(self) -> list[tuple[str, str, str]]:
        """Key, expression and words of each invariant that is an error when broken."""
        return [
            (each["key"], each["expression"], each.get("human", ""))
            for each in self.definition.get("constraint", ())
            if each.get("severity") == "error" and "expression" in each
        ]

    def below(self) -> "Iterator[Element]":
        yield self
        for child in (*self.children.values(), *self.slices.values()):
            yield from child.below()


def without_version(canonical: str) -> str:
    return canonical.partition("|")[0]


def tree(definition: dict[str, Any]) -> Element:
    """Of a StructureDefinition with a snapshot. Raises KeyError where it has none."""
    profile = definition["url"]
    built: dict[str, Element] = {}
    for each in definition["snapshot"]["element"]:
        element = Element(id=each["id"], profile=profile, definition=each)
        built[element.id] = element
        above, _, last = element.id.rpartition(".")
        name, _, sliced = last.partition(":")
        if not above:
            continue
        if sliced:
            built[f"{above}.{name}"].slices[sliced] = element
        else:
            built[above].children[name] = element
    return next(iter(built.values()))

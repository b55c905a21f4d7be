"""A rule of the national interface and what it found: where, what stands there, what was expected, on whose word."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from service.cli.conformance.reading import Node

CheckedT = TypeVar("CheckedT")
LONGEST_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`where` is a FHIRPath; `source` the letters of PROFILES and where else it is said."""

    rule: str
    where: str
    found: str
    expected: str
    source: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule's function sees: the table adds which rule and what was expected."""

    where: str
    found: str


@dataclass(frozen=True, slots=True)
class Rule(Generic[CheckedT]):
    """One line of the table.

    `source`: P a profile's snapshot, N the guide's narrative, K the official kit, F FHIR or FrCore.
    """

    id: str
    says: str
    source: str
    faults: Callable[[CheckedT], Iterator[Fault]] = field(repr=False)

    def findings(self, checked: CheckedT) -> Iterator[Finding]:
        for fault in self.faults(checked):
            yield Finding(rule=self.id, where=fault.where, found=fault.found, expected=self.says, source=self.source)


def shown(value: Any) -> str:
    """What stands there, short enough for a line."""
    text = value if isinstance(value, str) and value.strip() else repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def fault(node: Node) -> Fault:
    """The value itself is wrong."""
    return Fault(node.where, shown(node.value))


def missing(node: Node, name: str) -> Fault:
    return Fault(node.at(name), "nothing")

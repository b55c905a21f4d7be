"""FHIR JSON as the rules read it: a value, and where in the resource it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A JSON value and its FHIRPath. What is malformed reads as absent: to say so is the business of one rule alone."""

    value: Any
    where: str

    def each(self, *names: str) -> Iterator["Node"]:
        """What stands under these names, one below the other; a list is its elements."""
        if not names:
            yield self
            return
        first, *rest = names
        for child in self._under(first):
            yield from child.each(*rest)

    def _under(self, name: str) -> Iterator["Node"]:
        below = self.value.get(name) if isinstance(self.value, dict) else None
        path = f"{self.where}.{name}"
        if isinstance(below, list):
            for index, value in enumerate(below):
                yield Node(value=value, where=f"{path}[{index}]")
        elif below is not None:
            yield Node(value=below, where=path)

    def one(self, *names: str) -> "Node | None":
        return next(self.each(*names), None)

    def text(self, *names: str) -> str:
        """The first string there; empty when there is none."""
        found = self.one(*names)
        return found.value if found is not None and isinstance(found.value, str) else ""

    def texts(self, *names: str) -> list[str]:
        return [node.value for node in self.each(*names) if isinstance(node.value, str)]

    def holds(self, name: str) -> bool:
        return isinstance(self.value, dict) and name in self.value

    def at(self, name: str) -> str:
        """Where a child would stand that is not there."""
        return f"{self.where}.{name}"

    @property
    def type(self) -> str:
        return self.text("resourceType")

    @property
    def id(self) -> str:
        return self.text("id")

    @property
    def local(self) -> str:
        """Its name for a reference, such as Slot/12."""
        return f"{self.type}/{self.id}"


def split_url(url: str) -> SplitResult:
    """Its parts; of what is no URL, none."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")

"""The profiles and value sets of a folder, each read when it is first asked for."""

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from service.cli.conformance.profiles.elements import Element, tree, without_version


class Definitions:
    """All `*.json` below a folder, and below the folders beside it that hold value sets."""

    def __init__(self, folder: Path) -> None:
        self._unread = sorted(folder.rglob("*.json"))
        if not any("ValueSet" in path.name for path in self._unread):
            self._unread += sorted((folder.parent / "ValueSet").rglob("*.json"))
        self.read: dict[str, dict[str, Any]] = {}
        self._trees: dict[str, Element | None] = {}

    def profile(self, canonical: str) -> Element | None:
        """The root of its snapshot; None when the folder has no such profile, or no snapshot of it."""
        if canonical not in self._trees:
            found = self._find(canonical)
            has_snapshot = found is not None and "snapshot" in found and found["resourceType"] == "StructureDefinition"
            self._trees[canonical] = tree(found) if found is not None and has_snapshot else None
        return self._trees[canonical]

    def profiled_type(self, canonical: str) -> str | None:
        """The resource or datatype that a profile is of."""
        found = self._find(canonical)
        return None if found is None else str(found.get("type", ""))

    def value_set(self, canonical: str) -> dict[str, Any] | None:
        found = self._find(canonical)
        return found if found is not None and found["resourceType"] == "ValueSet" else None

    def _find(self, canonical: str) -> dict[str, Any] | None:
        canonical = without_version(canonical)
        name = canonical.rpartition("/")[2]
        self._unread.sort(key=lambda path: path.stem.endswith(name))
        while canonical not in self.read and self._unread:
            path = self._unread.pop()
            for each in _definitions(path):
                self.read.setdefault(each["url"], each)
        return self.read.get(canonical)

    @cached_property
    def is_empty(self) -> bool:
        return not self._unread and not self.read


def _definitions(path: Path) -> Iterator[dict[str, Any]]:
    try:
        read = json.loads(path.read_bytes())
    except ValueError:
        return
    if isinstance(read, dict) and isinstance(read.get("url"), str) and isinstance(read.get("resourceType"), str):
        yield read

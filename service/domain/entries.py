"""Entries of a territory's lists as they are kept: under an id, in a version that every change raises."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[Value]):
    """`version`: 1 when new, one more at each change."""

    id: str
    version: int
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Value]):
    """Part of a list. `next_cursor`: where the following part begins; None at the end."""

    items: tuple[Value, ...]
    next_cursor: str | None = None


def values(entries: Iterable[Entry[Value]]) -> tuple[Value, ...]:
    """What the entries say, without ids and versions."""
    return tuple(entry.value for entry in entries)

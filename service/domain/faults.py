"""One thing wrong with what was sent, as the sender is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

FEW = 15
"""Ids that a hint may name one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing wrong with what was sent: where (JSON path or `line N`), which rule, and what would mend it."""

    path: str
    code: str
    message: str
    hint: str | None = None

    @staticmethod
    def unknown(path: str, noun: str, id: str, known: Iterable[str]) -> "Fault":
        """Nothing has that id; the hint names the nearest one, or all where they are few."""
        ids = sorted(known)
        close = get_close_matches(id[:64], ids, n=1, cutoff=0.6)
        all_ids = f"one of {', '.join(ids)}" if 0 < len(ids) <= FEW else None
        hint = f"did you mean {close[0]}?" if close else all_ids
        return Fault(path=path, code="reference.unknown", message=f"there is no {noun} {id}", hint=hint)

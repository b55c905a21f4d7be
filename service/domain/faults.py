"""One thing wrong with what was sent, as the sender is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

FEW = 15
"""Ids that a hint may name one by one."""


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """A hint: what the writer may have meant."""
    close = get_close_matches(wrong[:64], known, n=1, cutoff=0.6)
    return f"did you mean {close[0]}?" if close else None


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
        all_ids = f"one of {', '.join(ids)}" if 0 < len(ids) <= FEW else None
        hint = nearest(id, ids) or all_ids
        return Fault(path=path, code="reference.unknown", message=f"there is no {noun} {id}", hint=hint)

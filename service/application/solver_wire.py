"""What the service and its solver process say to each other, as lines of JSON; and the digest of a problem."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, time
from importlib.metadata import version

from pydantic import TypeAdapter

from service.domain.answers import Answer, Progress
from service.domain.solving import Limits, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    problem: Problem
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A line of the solver's: a sight of its search or, last of all, its answer."""

    progress: Progress | None = None
    answer: Answer | None = None


QUESTION = TypeAdapter(Question)
SAID = TypeAdapter(Said)
_PROBLEM = TypeAdapter(Problem)


def digest_of(problem: Problem) -> str:
    """SHA-256, in hexadecimal, of the problem's canonical JSON: sorted keys and sets, ISO dates, no spaces."""
    plain = _PROBLEM.dump_python(problem)
    canonical = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_canonical)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def solver_version() -> str:
    return f"tourderole {version('tourderole')}, highspy {version('highspy')}"

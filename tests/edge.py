"""A roster on the edge of a rule: plain rules and solver are both held to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.rosters import Assignment
from service.domain.solving import Problem, Rule
from tests.make import seat


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A roster, and the only rules that it breaks."""

    what: str
    problem: Problem
    roster: Sequence[Assignment] = (seat(),)
    breaks: frozenset[Rule] = frozenset()


def allowed(what: str, problem: Problem, *roster: Assignment) -> Edge:
    return Edge(what=what, problem=problem, roster=roster or (seat(),))


def forbidden(what: str, rule: Rule, problem: Problem, *roster: Assignment) -> Edge:
    return Edge(what=what, problem=problem, roster=roster or (seat(),), breaks=frozenset({rule}))

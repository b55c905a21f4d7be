"""Which pins cannot stand together, and why, when there is no roster."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from service.domain.directory import PracticeId
from service.domain.rosters import Assignment, SessionKey
from service.domain.rules import breaches
from service.domain.solving import Breach, Problem, Rule
from service.domain.territory_file import Pin
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.integer import least_values
from service.solver.variables import Works


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """The assignments that the pins ask for; or, when these break rules, a least set that does and what it breaks."""

    assignments: tuple[Assignment, ...] = ()
    conflict: tuple[Breach, ...] = ()


def settle_pins(works: Works, budget: Budget) -> Pinned:
    """Since every seat may stay empty, there is no roster exactly when the pins break a rule beside what has begun.

    However little time is left: there is no lawful roster without this, and little to decide.
    """
    pins = works.problem.pins
    if not pins:
        return Pinned()
    budget = Budget(limits=replace(budget.limits, seconds=inf), should_stop=lambda: False)
    for pin in pins:
        if not may_stand(works, pin):
            return Pinned(conflict=_broken(works.problem, [pin]))
    together = _together(works, pins, budget)
    if together is not None:
        return Pinned(assignments=together)
    for pin in pins:
        fewer = [other for other in pins if other is not pin]
        if _together(works, fewer, budget) is None:
            pins = tuple(fewer)
    return Pinned(conflict=_broken(works.problem, pins))


def may_stand(works: Works, pin: Pin) -> bool:
    """Whether the pin breaks no rule about one assignment alone."""
    key = SessionKey(pin.template, pin.on)
    return any(
        one.practitioner.id == pin.practitioner and (pin.practice is None or pin.practice in one.hosts)
        for one in works.of_session.get(key, ())
    )


def _together(works: Works, pins: Sequence[Pin], budget: Budget) -> tuple[Assignment, ...] | None:
    """A lawful roster of these pins and what has begun, and nothing else, if there is one."""
    problem = replace(works.problem, file=replace(works.problem.file, pins=tuple(pins)))
    seats = {(pin.practitioner, SessionKey(pin.template, pin.on)) for pin in pins}
    seats |= {(held.practitioner, held.key) for held in _begun(problem)}
    pinned = Works.of(problem, [one for one in works.candidates if (one.practitioner.id, one.session.key) in seats])
    for rule in BETWEEN.values():
        rule(pinned)
    values = least_values(pinned.program, np.zeros(len(pinned.program.low)), budget)
    return None if values is None else pinned.roster(values.tolist())


def _broken(problem: Problem, pins: Sequence[Pin]) -> tuple[Breach, ...]:
    """The rules that these pins break, each session at the host that a pin names, else where it began or at its first.

    Not those that what has begun breaks without them.
    """
    begun = _begun(problem)
    named: dict[SessionKey, PracticeId] = {held.key: held.practice for held in begun}
    named |= {SessionKey(pin.template, pin.on): pin.practice for pin in pins if pin.practice is not None}
    pinned = {(pin.practitioner, SessionKey(pin.template, pin.on)) for pin in pins}
    roster = [held for held in begun if (held.practitioner, held.key) not in pinned]
    for pin in pins:
        key = SessionKey(pin.template, pin.on)
        session = problem.session_at.get(key)
        if session is None:
            return (Breach(rule=Rule.PINS, practitioner=pin.practitioner, sessions=(key,), facts={"exists": 0}),)
        practice = pin.practice or named.get(key, session.hosts[0])
        roster.append(Assignment(template=key.template, on=key.on, practice=practice, practitioner=pin.practitioner))
    known = breaches(problem, begun)
    return tuple(each for each in breaches(problem, roster) if each.rule is not Rule.PINS and each not in known)


def _begun(problem: Problem) -> list[Assignment]:
    return [held for held in problem.published if held.key in problem.frozen]

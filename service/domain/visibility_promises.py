"""What must be so that a session's places come to be: somebody holds it, who pledged it, in a published roster."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from service.domain.visibility import Check, Fact, Question, SeatHeld, SessionFacts


class Promise(NamedTuple):
    """What a check came to, and whether it is as it should be."""

    case: str
    holds: bool
    facts: Mapping[str, Fact]


def _seat(facts: SessionFacts, _: Question) -> Promise:
    asked = facts.session.template.seats
    if not asked:
        return Promise("dropped", False, {})
    case = "held" if len(facts.seats) >= asked else "partly" if facts.seats else "empty"
    counted: dict[str, Fact] = {"held": len(facts.seats), "seats": asked, "holders": facts.names(*facts.seats)}
    return Promise(case, bool(facts.seats), counted)


def _practising(facts: SessionFacts, _: Question) -> Promise:
    absent = [seat for seat in facts.seats if not seat.holder.is_present(facts.on)]
    case = "yes" if not absent else "some" if len(absent) < len(facts.seats) else "no"
    return Promise(case, case != "no", {"holders": facts.names(*(absent or facts.seats)), "day": facts.on})


def _pledge(facts: SessionFacts, question: Question) -> Promise:
    pledged = [seat for seat in facts.seats if question.audience in _audiences(seat)]
    others = [seat for seat in facts.seats if seat not in pledged]
    told: dict[str, Fact] = {"audience": (question.audience,)}
    if pledged:
        case, whom = ("some", others) if others else ("yes", pledged)
        return Promise(case, True, told | {"holders": facts.names(*whom)})
    named = frozenset[str]().union(*map(_audiences, others))
    case = "other" if named else "none"
    return Promise(case, False, told | {"holders": facts.names(*others), "pledged": tuple(sorted(named))})


def _audiences(seat: SeatHeld) -> frozenset[str]:
    return frozenset(seat.holder.pledge.audiences) if seat.holder.pledge else frozenset()


def _template(facts: SessionFacts, question: Question) -> Promise:
    audiences = facts.session.template.audiences
    holds = question.audience in audiences
    told: dict[str, Fact] = {"audience": (question.audience,), "audiences": tuple(sorted(audiences))}
    return Promise("yes" if holds else "no", holds, told)


def _roster(facts: SessionFacts, _: Question) -> Promise:
    return Promise("public" if facts.roster.is_public else "draft", facts.roster.is_public, {})


PROMISES: Mapping[Check, Callable[[SessionFacts, Question], Promise]] = {
    Check.SEAT: _seat,
    Check.PRACTISING: _practising,
    Check.PLEDGE: _pledge,
    Check.TEMPLATE: _template,
    Check.ROSTER: _roster,
}
OF_HOLDERS = (Check.PRACTISING, Check.PLEDGE)
"""Which nobody can be asked of a session that nobody holds."""

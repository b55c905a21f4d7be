"""The trace itself: every promise, then every filter, each with its verdict."""

from collections.abc import Iterator, Sequence

from service.domain.bookings import Slot, SlotState
from service.domain.visibility import Check, Question, SessionFacts, Step, Trace, Verdict
from service.domain.visibility_filters import FILTERS
from service.domain.visibility_promises import OF_HOLDERS, PROMISES

_NOT_OFFERED = (SlotState.WITHDRAWN, SlotState.CLOSED)


def trace(facts: SessionFacts, question: Question) -> Trace:
    """What was promised when the roster was published stands: while places are offered, a broken promise is noted."""
    steps = [*_promises(facts, question), _places(facts)]
    left: Sequence[Slot] = facts.slots
    for check, sift in FILTERS.items():
        if not left:
            steps.append(Step(check=check, verdict=Verdict.MOOT, case="moot", facts={}))
            continue
        sifted = sift(facts, question, left)
        left = sifted.left
        verdict = Verdict.STOPS if not left else Verdict.NOTED if sifted.is_noted else Verdict.PASSES
        steps.append(Step(check=check, verdict=verdict, case=sifted.case, left=len(left), facts=sifted.facts))
    return Trace(facts=facts, question=question, steps=tuple(steps), places=tuple(left))


def _promises(facts: SessionFacts, question: Question) -> Iterator[Step]:
    is_offered = any(question.audience in each.audiences and each.state not in _NOT_OFFERED for each in facts.slots)
    broken = Verdict.NOTED if is_offered else Verdict.STOPS
    for check, keep in PROMISES.items():
        if check in OF_HOLDERS and not facts.seats:
            yield Step(check=check, verdict=Verdict.MOOT, case="moot", facts={})
            continue
        promise = keep(facts, question)
        verdict = Verdict.PASSES if promise.holds else broken
        yield Step(check=check, verdict=verdict, case=promise.case, facts=promise.facts)


def _places(facts: SessionFacts) -> Step:
    count = len(facts.slots)
    if not count and not facts.roster.is_public:
        return Step(check=Check.PLACES, verdict=Verdict.MOOT, case="moot", facts={})
    verdict = Verdict.PASSES if count else Verdict.STOPS
    return Step(
        check=Check.PLACES, verdict=verdict, case="cut" if count else "none", left=count, facts={"places": count}
    )

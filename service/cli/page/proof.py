"""What is proved, goal by goal, beside what the baseline comes to."""

from dataclasses import dataclass

from service.domain.answers import Answer, GoalValue
from service.domain.french import capitalised, number
from service.domain.wording import Language, goal_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRow:
    """`state`: `proved`, `conditional` or `open`, for the eye; `mark` says the same in words."""

    words: str
    value: str
    bound: str
    gap: str
    state: str
    mark: str
    baseline: str


def proof_rows(answer: Answer) -> tuple[ProofRow, ...]:
    """The goals in their order of importance."""
    baseline = {goal.name: number(goal.value) for goal in answer.baseline.goals} if answer.baseline else {}
    return tuple(_row(goal, baseline.get(goal.name, "–")) for goal in answer.goals)


def _row(goal: GoalValue, baseline: str) -> ProofRow:
    state, mark = _mark(goal)
    return ProofRow(
        words=capitalised(goal_in_words(goal.name, Language.FR)),
        value=number(goal.value),
        bound="–" if goal.bound is None else number(goal.bound),
        gap="–" if goal.gap is None else number(goal.gap),
        state=state,
        mark=mark,
        baseline=baseline,
    )


def _mark(goal: GoalValue) -> tuple[str, str]:
    if goal.is_proved:
        return "proved", "prouvé"
    if goal.gap is None:
        return "open", "non prouvé"
    if goal.gap == 0:
        return "conditional", "prouvé sous condition"
    mark = f"à {number(goal.gap)} près au plus"
    return ("conditional", f"{mark}, sous condition") if goal.conditional else ("open", mark)

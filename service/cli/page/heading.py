"""The head of the page: which territory and weeks, how it went in plain words, and the few numbers that matter."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.answers import Answer, Outcome
from service.domain.calendar import IsoWeek
from service.domain.french import counted, number, seconds, span
from service.domain.solving import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`tone`: `good`, `fair` or `bad`, for the eye only."""

    tone: str
    title: str
    details: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """`facts`: label and value, in the order shown."""

    territory: str
    weeks: str
    verdict: Verdict
    facts: tuple[tuple[str, str], ...]


def heading(problem: Problem, answer: Answer, *, seed: int) -> Heading:
    asked = sum(session.template.seats for session in problem.sessions)
    facts = [("Postes à pourvoir", number(asked))]
    if answer.assignments is not None:
        filled = len(answer.assignments)
        holders = len({assignment.practitioner for assignment in answer.assignments})
        facts += [("Pourvus", number(filled)), ("Vacants", number(sum(gap.seats for gap in answer.gaps)))]
        facts.append(("Praticiens au tableau", f"{number(holders)} sur {number(len(problem.practitioners))}"))
    facts += [("Temps de calcul", seconds(answer.timings.solve_s)), ("Graine", str(seed))]
    return Heading(
        territory=problem.file.territory.name,
        weeks=weeks_in_words(problem.weeks),
        verdict=verdict(problem, answer),
        facts=tuple(facts),
    )


def weeks_in_words(weeks: Sequence[IsoWeek]) -> str:
    """`Semaine 49, du 30 novembre au 6 décembre 2026`."""
    if not weeks:
        return ""
    numbers = f"Semaine {weeks[0].number}" if len(weeks) == 1 else f"Semaines {weeks[0].number} à {weeks[-1].number}"
    return f"{numbers}, {span(weeks)}"


def verdict(problem: Problem, answer: Answer) -> Verdict:
    """The outcome, for somebody who never heard of bounds."""
    if answer.outcome is Outcome.INFEASIBLE:
        details = "Ces affectations imposées se contredisent ; il faut en lever une."
        return Verdict(tone="bad", title="Aucun tableau n’est possible.", details=details)
    if answer.assignments is None:
        details = "Aucun tableau complet n’a été trouvé ; relancez le calcul avec plus de temps."
        return Verdict(tone="bad", title="Le temps a manqué.", details=details)
    if not problem.sessions:
        details = "Le calendrier ne prévoit aucune plage pendant cette période."
        return Verdict(tone="fair", title="Rien à pourvoir.", details=details)
    return _verdict_on_roster(answer)


def _verdict_on_roster(answer: Answer) -> Verdict:
    proved = sum(goal.is_proved for goal in answer.goals)
    if proved == len(answer.goals):
        details = "But après but, aucun autre tableau conforme aux règles n’obtient un meilleur résultat."
        return Verdict(tone="good", title="Personne ne peut faire mieux : prouvé.", details=details)
    of_goals = f"{counted(proved, 'but prouvé', 'buts prouvés')} sur {len(answer.goals)}"
    details = f"{of_goals} ; pour les autres, un tableau meilleur reste possible, dans les limites indiquées plus bas."
    return Verdict(tone="fair", title="Le meilleur tableau trouvé dans le temps donné.", details=details)

"""A repair on a terminal, in plain words: who comes, goes and moves, and what it does to goals, gaps and communes."""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from service.cli.rendering import gap_list, table_of
from service.domain.calendar import Weekday
from service.domain.equity import EquityRow
from service.domain.repairs import Repair
from service.domain.rosters import Assignment, Session
from service.domain.solving import Problem
from service.domain.wording import Language, goal_in_words

SHOWN_COMMUNES = 8


def print_repair(console: Console, problem: Problem, repair: Repair, language: Language = Language.EN) -> None:
    """What changes, what stays empty and why, the goals before and after, and whose way gets longer or shorter."""
    console.print(*changes_in_words(problem, repair), sep="\n")
    console.print(gap_list(problem, repair.gaps, language))
    console.print(goal_table(repair, language))
    console.print(*communes_in_words(problem, repair), sep="\n")
    console.print(f"\n{repair.outcome}")


def changes_in_words(problem: Problem, repair: Repair) -> Iterator[RenderableType]:
    """A line for each session and seat that changes."""
    change = repair.difference
    for session in repair.sessions_dropped:
        yield Text(f"× {_when(session)} is no longer asked for", style="red")
    for session in repair.sessions_added:
        yield Text(f"* {_when(session)} is asked for as well", style="green")
    for seat in change.removed:
        yield Text(f"- {_seat(problem, seat)}", style="red")
    for seat in change.added:
        yield Text(f"+ {_seat(problem, seat)}", style="green")
    for move in change.moved:
        yield Text(f"~ {_seat(problem, move.before)} → {problem.practice_of[move.after.practice].name}")
    if not repair.people:
        yield Text("Nobody holds another seat than before.")


def goal_table(repair: Repair, language: Language = Language.EN) -> RenderableType:
    """Each goal in the order it was sought, before and after, and what is proved."""
    table = table_of("\nGoals, before and after; lower is better")
    for heading in ("goal", "before", "after", "bound", ""):
        table.add_column(heading, justify="right" if heading in ("before", "after", "bound") else "left")
    proved = {goal.name: goal.bound for goal in repair.proof}
    for goal in repair.goals:
        bound = proved.get(goal.name)
        words = Text(goal_in_words(goal.name, language), style="dim")
        table.add_row(goal.name, str(goal.before), str(goal.after), "—" if bound is None else str(bound), words)
    return table


def communes_in_words(problem: Problem, repair: Repair) -> Iterator[str]:
    """The communes whose way to the nearest session changes most, and of how many inhabitants."""
    name_of = {commune.insee: commune.name for commune in problem.file.communes}
    changed = [row for row in repair.equity if row.before.average != row.after.average]
    if changed:
        people = sum(row.population for row in changed)
        yield f"\nMinutes to the nearest session, on average; they change for {people} inhabitants:"
    for row in sorted(changed, key=_least_gained)[:SHOWN_COMMUNES]:
        yield f"  {name_of[row.commune]}: {row.before.average} → {row.after.average} minutes"


def _least_gained(row: EquityRow) -> tuple[int, str]:
    return -abs(row.after.average - row.before.average), row.commune


def _seat(problem: Problem, seat: Assignment) -> str:
    person = problem.practitioner_of[seat.practitioner]
    where = problem.practice_of[seat.practice].name
    return f"{_when(problem.session_at[seat.key])}, {where}: {person.family_name} ({person.id})"


def _when(session: Session) -> str:
    return f"{Weekday.of(session.on).title()} {session.on:%d/%m} {session.template.start:%H:%M} ({session.template.id})"

"""A roster on a terminal, as a person would want to read it: week by week, sector by sector, with what it is worth."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.domain.answers import Baseline, FairnessRow, Gap, GoalValue
from service.domain.calendar import IsoWeek, Weekday, public_holiday_name
from service.domain.rosters import Assignment, Session, SessionKey
from service.domain.solving import Breach, Problem
from service.domain.wording import (
    WORDS,
    Language,
    breach_in_words,
    fix_in_words,
    goal_in_words,
    headline_in_words,
    kept_away_in_words,
)
from service.domain.wording_language import Count

SHOWN_PEOPLE = 30


def print_roster(
    console: Console,
    problem: Problem,
    roster: Sequence[Assignment],
    *,
    goals: Iterable[GoalValue],
    gaps: Sequence[Gap],
    fairness: Sequence[FairnessRow],
    baseline: Baseline | None = None,
    language: Language = Language.EN,
) -> None:
    """The grid of every week, the gaps with their reasons and fixes, the fairness table, and the proof."""
    for week in problem.weeks:
        console.print(week_grid(problem, roster, week))
    console.print(gap_list(problem, gaps, language))
    console.print(fairness_table(problem, fairness))
    console.print(proof_table(goals, baseline, language))


def week_grid(problem: Problem, roster: Sequence[Assignment], week: IsoWeek) -> RenderableType:
    """A table per sector: days across, hours down; an empty seat stands out."""
    holders: dict[SessionKey, list[Assignment]] = defaultdict(list)
    for assignment in roster:
        holders[assignment.key].append(assignment)
    sectors: dict[str, list[Session]] = defaultdict(list)
    for session in problem.sessions:
        if session.week == week:
            sectors[session.template.sector].append(session)
    title = Text(f"\n{problem.file.territory.name} · {week}", style="bold")
    return Group(title, *(_sector(problem, name, sectors[name], holders, week) for name in sorted(sectors)))


def _sector(
    problem: Problem,
    name: str,
    sessions: Sequence[Session],
    holders: Mapping[SessionKey, Sequence[Assignment]],
    week: IsoWeek,
) -> RenderableType:
    days = [day for day in week.days() if day.weekday() < 6 or any(s.on == day for s in sessions)]
    table = table_of(f"Sector {name}", show_lines=True)
    table.add_column("", no_wrap=True, width=5)
    for day in days:
        table.add_column(_day(day, problem.file.territory.holiday_zone), ratio=1, overflow="fold")
    hours = sorted({(session.template.start, session.template.end) for session in sessions})
    for start, end in hours:
        here = [s for s in sessions if (s.template.start, s.template.end) == (start, end)]
        cells = [_cell(problem, [s for s in here if s.on == day], holders) for day in days]
        table.add_row(f"{start:%H:%M}\n{end:%H:%M}", *cells)
    return table


def table_of(title: str, *, show_lines: bool = False) -> Table:
    """All tables look alike, and fit a terminal of 80 columns."""
    return Table(
        title=title,
        title_justify="left",
        title_style="italic",
        box=box.SIMPLE_HEAD,
        show_lines=show_lines,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        expand=show_lines,
    )


def _day(day: date, holiday_zone: str) -> str:
    holiday = public_holiday_name(day, holiday_zone)
    return f"{Weekday.of(day).title()} {day:%d/%m}" + (f"\n{holiday}" if holiday else "")


def _cell(
    problem: Problem, sessions: Sequence[Session], holders: Mapping[SessionKey, Sequence[Assignment]]
) -> RenderableType:
    lines = Text()
    for session in sessions:
        for held in holders.get(session.key, ()):
            person = problem.practitioner_of[held.practitioner]
            lines.append(f"{person.family_name}\n", style="bold")
            lines.append(f"{problem.practice_of[held.practice].name}\n", style="dim")
        for _ in range(session.template.seats - len(holders.get(session.key, ()))):
            lines.append(f"— empty —\n{session.template.id}\n", style="bold red")
    lines.rstrip()
    return lines


def gap_list(problem: Problem, gaps: Sequence[Gap], language: Language = Language.EN) -> RenderableType:
    """Every session that lacks holders, whom each rule keeps from it, and what would fill it."""
    if not gaps:
        return Text("\nEvery seat is filled.", style="bold green")
    lines: list[RenderableType] = [Text(f"\n{_seats(sum(gap.seats for gap in gaps))} empty", style="bold red")]
    for gap in gaps:
        lines.append(Text(f"{headline_in_words(problem, gap, language)} ({gap.template})"))
        lines.append(Padding(Text(reasons_line(problem, gap, language), style="dim"), (0, 0, 0, 4)))
        lines.extend(_fixes(problem, gap, language))
    return Group(*lines)


def _seats(count: int) -> str:
    return "1 seat stays" if count == 1 else f"{count} seats stay"


def _fixes(problem: Problem, gap: Gap, language: Language) -> Iterator[RenderableType]:
    for fix in gap.fixes or ():
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_row(Text("→", style="green"), Text(fix_in_words(problem, gap, fix, language)))
        yield Padding(line, (0, 0, 0, 4))
    if gap.fixes == ():
        yield Padding(Text("None of the fixes that were tried would fill it.", style="yellow"), (0, 0, 0, 4))


def reasons_line(problem: Problem, gap: Gap, language: Language = Language.EN) -> str:
    """Of all practitioners, whom each rule keeps away, with the rule's code. One may be kept by several."""
    words = WORDS[language]
    count = Count(number=len(problem.practitioners), is_singular=words.is_singular)
    kept_away = kept_away_in_words(problem, gap.reasons, language)
    return words.finish(
        words.of_all.format(all=count, parts="; ".join(f"{told} [{rule}]" for rule, told in kept_away.items()))
    )


def fairness_table(problem: Problem, rows: Sequence[FairnessRow]) -> RenderableType:
    """Who did what against whose share, the most burdened first; of many people, both ends."""
    ordered = sorted(rows, key=lambda row: (-row.balance, -row.balance_unloved, row.practitioner))
    table = table_of("\nFairness, in minutes: balance = prior + held - share")
    table.caption = "Above zero: did more than the share. * of evenings, Saturdays, eves of holidays"
    table.caption_justify = "left"
    for heading in ("", "share", "prior", "held", "balance", "share*", "prior*", "held*", "bal.*"):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    half = SHOWN_PEOPLE // 2
    shown = ordered if len(ordered) <= SHOWN_PEOPLE else [*ordered[:half], *ordered[-half:]]
    for index, row in enumerate(shown):
        if len(shown) < len(ordered) and index == half:
            table.add_row(f"… {len(ordered) - len(shown)} more", style="dim")
        table.add_row(*_fairness_cells(problem, row))
    return table


def _fairness_cells(problem: Problem, row: FairnessRow) -> Iterator[RenderableType]:
    person = problem.practitioner_of[row.practitioner]
    yield f"{person.family_name} {person.given_name[:1]}."
    for number in (row.target, row.history, row.held):
        yield str(number)
    yield Text(f"{row.balance:+}", style="bold")
    for number in (row.target_unloved, row.history_unloved, row.held_unloved):
        yield str(number)
    yield Text(f"{row.balance_unloved:+}", style="bold")


def proof_table(
    goals: Iterable[GoalValue], baseline: Baseline | None = None, language: Language = Language.EN
) -> RenderableType:
    """Each goal in its order, what it came to, and what is proved: `bound` is what no roster goes below.

    `greedy`: what serving always the least loaded comes to.
    """
    table = table_of("\nGoals, each at its best while those above it stay at theirs; ✔ proved")
    numbers = ("value", "bound", *(["greedy"] if baseline else []))
    for heading in ("goal", "value", "bound", "", *numbers[2:], ""):
        table.add_column(heading, justify="right" if heading in numbers else "left")
    served = {goal.name: str(goal.value) for goal in baseline.goals} if baseline else {}
    for goal in goals:
        bound = "—" if goal.bound is None else str(goal.bound)
        greedy = [Text(served.get(goal.name, "—"), style="dim")] if baseline else []
        words = Text(goal_in_words(goal.name, language), style="dim")
        table.add_row(str(goal.name), str(goal.value), bound, _proof(goal), *greedy, words)
    return table


def _proof(goal: GoalValue) -> Text:
    if goal.is_proved:
        return Text("✔", style="green")
    if goal.gap is None:
        return Text("open", style="yellow")
    mark = "✔" if goal.gap <= goal.tolerance else f"≤ {goal.gap} off"
    return Text(mark + (" (if settled)" if goal.conditional else ""), style="yellow")


def breach_line(problem: Problem, breach: Breach, language: Language = Language.EN) -> str:
    """One rule broken, for a person: its code, whom, how and where."""
    return f"{breach.rule} · {breach_in_words(problem, breach, language)}"

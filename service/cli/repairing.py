"""`repair` and `what-if`: a roster, what happened to it, and the difference; without server or database."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from service.application.change_checks import refuse_strange
from service.application.solving import known_assignments, read_roster_json, repair_json
from service.application.territory_file.reading import read_territory_file
from service.cli import saying
from service.cli.difference import print_repair
from service.cli.opening import stopped
from service.cli.rendering import breach_line
from service.cli.solving import (
    BROKEN,
    FileArgument,
    JsonOption,
    LanguageOption,
    first_week,
    malformed,
    read_file,
    solve_watched,
    weeks_of,
)
from service.domain.changes import Change
from service.domain.errors import Invalid, SessionBegun
from service.domain.repairs import Repair, repair_of, repair_problem, standing_problem
from service.domain.rosters import Assignment
from service.domain.rules import breaches
from service.domain.solving import Limits, Problem
from service.domain.wording import Language

RosterArgument = Annotated[Path, typer.Argument(help="What `solve --json` printed, or a list of assignments.")]
LimitOption = Annotated[float, typer.Option("--time-limit", min=0.1, help="Seconds for the search.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a repair is told: as JSON, else in words of a language."""

    language: Language
    as_json: bool


def repair_command(
    file: FileArgument,
    roster: RosterArgument,
    absent: saying.AbsentOption = None,
    decline: saying.DeclineOption = None,
    drop: saying.DropOption = None,
    add: saying.AddOption = None,
    close: saying.ClosedOption = None,
    most: saying.MaximumOption = None,
    as_of: saying.AsOfOption = None,
    time_limit: LimitOption = 10,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Mend a roster to which something happened with the fewest changes, proved; then the goals.

    Prints the difference; with --json the repaired roster too.
    """
    changes = saying.all_said(absent, decline, drop, add, close, most)
    territory_file = read_file(file, read_territory_file)
    assignments = read_file(roster, read_roster_json)
    problem = Problem.of(territory_file, weeks_of(assignments, None, None))
    told = Told(language=language, as_json=as_json)
    _mend(problem, assignments, changes, as_of=as_of, limits=Limits(seconds=time_limit), told=told)


def what_if_command(
    file: FileArgument,
    roster: Annotated[Path | None, typer.Argument(help="A roster; without one the week is solved first.")] = None,
    absent: saying.AbsentOption = None,
    decline: saying.DeclineOption = None,
    drop: saying.DropOption = None,
    add: saying.AddOption = None,
    close: saying.ClosedOption = None,
    most: saying.MaximumOption = None,
    as_of: saying.AsOfOption = None,
    week: Annotated[str | None, typer.Option(help="The ISO week to solve, such as 2026-W49.")] = None,
    time_limit: LimitOption = 10,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Try something on a copy, with the goals in the territory's own order: the difference of goals, gaps, equity."""
    changes = saying.all_said(absent, decline, drop, add, close, most)
    territory_file = read_file(file, read_territory_file)
    limits = Limits(seconds=time_limit)
    assignments = read_file(roster, read_roster_json) if roster else None
    weeks = weeks_of(assignments, None, None) if assignments else (first_week(week, territory_file.territory.zone),)
    problem = Problem.of(territory_file, weeks)
    if assignments is None:
        assignments = solve_watched(problem, limits).assignments or ()
    told = Told(language=language, as_json=as_json)
    _mend(problem, assignments, changes, as_of=as_of, limits=limits, told=told, fewest_changes=False)


def _mend(
    problem: Problem,
    roster: tuple[Assignment, ...],
    changes: tuple[Change, ...],
    *,
    as_of: str | None,
    limits: Limits,
    told: Told,
    fewest_changes: bool = True,
) -> None:
    now = saying.instant_said(as_of, problem.file.territory.zone)
    standing = standing_problem(problem, known_assignments(problem, roster), now=now, fewest_changes=fewest_changes)
    try:
        asked = repair_problem(standing, changes, now=now)
        refuse_strange(changes, asked.file)
    except Invalid as error:
        raise malformed(error.faults) from None
    except SessionBegun as error:
        raise stopped(f"{error}: {error.facts['sessions']}", status=BROKEN) from None
    repair = _repaired(standing, asked, limits, told.language)
    if told.as_json:
        typer.echo(json.dumps(repair_json(standing, asked, repair), ensure_ascii=False, indent=1))
    else:
        print_repair(Console(), asked, repair, told.language)


def _repaired(standing: Problem, asked: Problem, limits: Limits, language: Language) -> Repair:
    """Ends the command with the rules that are broken when there is no lawful roster."""
    answer = solve_watched(asked, limits)
    before = breaches(asked, standing.published)
    broken = answer.conflict or [breach for breach in breaches(asked, answer.assignments or ()) if breach not in before]
    if answer.assignments is None or broken:
        raise stopped("\n".join(breach_line(asked, breach, language) for breach in broken), status=BROKEN)
    return repair_of(standing, asked, answer, answer.assignments)

"""`solve` and `check`: a territory file and a roster, without server or database."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from service.application.solving import answer_json, check_json, known_assignments, read_roster_json
from service.application.territory_file.reading import read_territory_file
from service.cli.asked_whys import Asked, WhyOption, answered, asked, why_list
from service.cli.opening import stopped
from service.cli.page.page import probe, write_page
from service.cli.progress import shown_progress
from service.cli.rendering import breach_line, gap_list, print_roster
from service.domain.answers import Answer
from service.domain.calendar import IsoWeek
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.gaps import gaps
from service.domain.goals import goal_values
from service.domain.rosters import Assignment
from service.domain.rules import breaches
from service.domain.solving import Breach, Limits, Problem
from service.domain.wording import Language, goal_in_words
from service.solver.solve import solve

MOST_WEEKS = 53
BROKEN, MALFORMED = 1, 2
"""Exit statuses: the roster breaks a rule or there is none; what was given cannot be read."""
PARIS = ZoneInfo("Europe/Paris")
LIMITS = Limits()

Read = TypeVar("Read")
FileArgument = Annotated[Path, typer.Argument(help="A territory file (tourderole/territory@1).")]
WeekOption = Annotated[str | None, typer.Option(help="The first ISO week, such as 2026-W49.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON in place of tables.")]


def _writable(page: Path | None) -> Path | None:
    """Refused before a long search, not after it."""
    try:
        if page:
            probe(page)
    except OSError as error:
        raise stopped(f"{page}: {error.strerror}", status=MALFORMED) from None
    return page


HtmlOption = Annotated[
    Path | None, typer.Option(callback=_writable, help="Write the roster as one page to mail or print, in French.")
]


TimeOption = Annotated[float, typer.Option("--time-limit", min=0.1, help="Seconds for the whole search.")]
WorkersOption = Annotated[int, typer.Option(min=1, help="Threads that may search; today's engine takes one.")]
SeedOption = Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Of the search's random choices.")]
DeterministicOption = Annotated[
    bool, typer.Option("--deterministic", help="The same roster every time: one worker, a bound on work, not time.")
]
LanguageOption = Annotated[Language, typer.Option(help="Of what is said in words.")]


def solve_command(
    file: FileArgument,
    week: WeekOption = None,
    weeks: Annotated[int, typer.Option(min=1, max=MOST_WEEKS, help="How many weeks.")] = 1,
    time_limit: TimeOption = LIMITS.seconds,
    workers: WorkersOption = LIMITS.workers,
    seed: SeedOption = LIMITS.seed,
    deterministic: DeterministicOption = False,
    why: WhyOption = None,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
    html: HtmlOption = None,
) -> None:
    """Fill the seats of a territory's weeks: the best roster, its proof, and why seats stay empty.

    The next week unless another is named. Ctrl-C keeps the best roster so far.
    """
    territory_file = read_file(file, read_territory_file)
    problem = Problem.of(territory_file, first_week(week, territory_file.territory.zone).following(weeks))
    questions = asked(problem, why)
    limits = Limits(seconds=time_limit, workers=workers, seed=seed, deterministic=deterministic)
    answer = solve_watched(problem, limits)
    _tell(problem, answer, questions, language, as_json=as_json)
    if html:
        _save_page(html, problem, answer, seed=seed)
    if answer.assignments is None:
        raise typer.Exit(BROKEN)


def _tell(problem: Problem, answer: Answer, questions: Sequence[Asked], language: Language, *, as_json: bool) -> None:
    roster = answer.assignments or ()
    if as_json:
        document = answer_json(problem, answer, tuple(answered(problem, roster, questions)))
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    console = Console()
    print_answer(console, problem, answer, language)
    if questions:
        console.print(why_list(problem, roster, questions, language))


def check_command(
    file: FileArgument,
    roster: Annotated[Path, typer.Argument(help="What `solve --json` printed, or a list of assignments.")],
    week: WeekOption = None,
    weeks: Annotated[int | None, typer.Option(min=1, max=MOST_WEEKS, help="How many weeks.")] = None,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Tell which rules a roster breaks, what its goals come to and what stays empty; status 1 when it breaks any.

    The weeks are those of its assignments unless named.
    """
    territory_file = read_file(file, read_territory_file)
    assignments = read_file(roster, read_roster_json)
    problem = Problem.of(territory_file, weeks_of(assignments, week, weeks))
    broken = breaches(problem, assignments)
    if as_json:
        typer.echo(json.dumps(check_json(problem, assignments), ensure_ascii=False, indent=1))
    else:
        _print_check(Console(), problem, known_assignments(problem, assignments), broken, language)
    if broken:
        raise typer.Exit(BROKEN)


def first_week(week: str | None, zone: ZoneInfo = PARIS) -> IsoWeek:
    """The week named, else the one after the current. Ends the command when the name is malformed."""
    if week is None:
        return IsoWeek.of(datetime.now(zone).date() + timedelta(weeks=1))
    try:
        return IsoWeek.parse(week)
    except Invalid as error:
        raise malformed(error.faults) from None


def fault_line(fault: Fault) -> str:
    """`practitioners[3].rpps: the check digit is wrong (a hint) [rpps.check_digit]`."""
    hint = f" ({fault.hint})" if fault.hint else ""
    return f"{fault.path + ': ' if fault.path else ''}{fault.message}{hint} [{fault.code}]"


def read_file(path: Path, read: Callable[[bytes], Read]) -> Read:
    """Ends the command with every fault when the file cannot be read."""
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise stopped(f"{path}: {error.strerror}", status=MALFORMED) from None
    except Invalid as error:
        raise malformed(error.faults) from None


def solve_watched(problem: Problem, limits: Limits) -> Answer:
    """Solve in another thread, with the progress on standard error; Ctrl-C ends the search, not the command."""
    stop = Event()
    with shown_progress(Console(stderr=True)) as show, ThreadPoolExecutor(1) as aside:
        return _awaited(aside.submit(solve, problem, limits, on_progress=show, should_stop=stop.is_set), stop)


def _awaited(solving: "Future[Answer]", stop: Event) -> Answer:
    while True:
        try:
            return solving.result()
        except KeyboardInterrupt:
            stop.set()


def print_answer(console: Console, problem: Problem, answer: Answer, language: Language) -> None:
    """The roster and what it is worth; or the pins that cannot stand together."""
    if answer.assignments is None:
        console.print(f"{answer.outcome}: there is no roster. These pins break rules:", style="bold red")
        console.print(*(breach_line(problem, breach, language) for breach in answer.conflict), sep="\n", markup=False)
        return
    print_roster(
        console,
        problem,
        answer.assignments,
        goals=answer.goals,
        gaps=answer.gaps,
        fairness=answer.fairness,
        baseline=answer.baseline,
        language=language,
    )
    timings = answer.timings
    first = f"the first roster after {timings.first_s or 0:.2f} s"
    explained = f", {timings.explain_s:.2f} s for the fixes" if answer.gaps else ""
    console.print(f"\n{answer.outcome} in {timings.solve_s:.2f} s; {first}{explained}")


def _save_page(page: Path, problem: Problem, answer: Answer, *, seed: int) -> None:
    try:
        write_page(page, problem, answer, seed=seed)
    except OSError as error:
        raise stopped(f"{page}: {error.strerror}", status=MALFORMED) from None


def _print_check(
    console: Console,
    problem: Problem,
    roster: Sequence[Assignment],
    broken: Sequence[Breach],
    language: Language,
) -> None:
    console.print(gap_list(problem, gaps(problem, roster), language))
    for goal, value in goal_values(problem, roster).items():
        console.print(f"{goal}: {value} ({goal_in_words(goal, language)})", markup=False, highlight=False)
    told = [breach_line(problem, breach, language) for breach in broken] or ["No rule is broken."]
    console.print(*told, sep="\n", markup=False, style="red" if broken else "green")


def weeks_of(roster: Sequence[Assignment], week: str | None, weeks: int | None) -> tuple[IsoWeek, ...]:
    """Those named, else from the roster's first week to its last."""
    if week is not None:
        return first_week(week).following(weeks or 1)
    if not roster:
        raise stopped("The roster is empty: name its week with --week.", status=MALFORMED)
    first, last = (IsoWeek.of(on) for on in (min(a.on for a in roster), max(a.on for a in roster)))
    spanned = weeks or (last.monday - first.monday).days // 7 + 1
    if spanned > MOST_WEEKS:
        raise stopped(
            f"The roster goes from {first} to {last}, over {MOST_WEEKS} weeks: a date is wrong.", status=MALFORMED
        )
    return first.following(spanned)


def malformed(faults: Sequence[Fault]) -> typer.Exit:
    return stopped("\n".join(map(fault_line, faults)), status=MALFORMED)

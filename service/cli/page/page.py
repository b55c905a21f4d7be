"""One self-contained page of a solved roster: what a coordinator mails, prints and keeps."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.cli.page.empty_seats import empty_seats, gap_numbers
from service.cli.page.fairness_bars import BAR_WIDTH, fairness_bars
from service.cli.page.grid import Filled, week_grids
from service.cli.page.heading import heading
from service.cli.page.people_grid import by_name, people_grids
from service.cli.page.proof import proof_rows
from service.cli.page.territory_map import CLASS_LIMITS, territory_map
from service.domain.answers import Answer
from service.domain.french import counted, spaced
from service.domain.rosters import Assignment
from service.domain.solving import Problem
from service.domain.why import whys
from service.domain.wording import Language, breach_in_words, why_in_words

MOST_WHYS = 150

_TEMPLATES = Environment(
    loader=PackageLoader("service.cli.page"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_TEMPLATES.filters["spaced"] = spaced


def write_page(path: Path, problem: Problem, answer: Answer, *, seed: int) -> None:
    """Raises OSError where the file cannot be written."""
    path.write_text(page_html(problem, answer, seed=seed), encoding="utf-8")


def probe(path: Path) -> None:
    """Raises OSError where a page could not be written, and leaves everything as it is."""
    is_new = not path.exists()
    with path.open("ab"):
        pass
    if is_new:
        path.unlink()


def page_html(problem: Problem, answer: Answer, *, seed: int) -> str:
    """HTML that needs nothing beside itself; in French, as the people who read it are."""
    head = heading(problem, answer, seed=seed)
    if answer.assignments is None:
        conflict = [breach_in_words(problem, breach, Language.FR) for breach in answer.conflict]
        return _TEMPLATES.get_template("no_roster.html").render(heading=head, conflict=conflict)
    filled = Filled(
        problem=problem,
        roster=answer.assignments,
        gap_numbers=gap_numbers(answer.gaps),
        whys=whys_in_words(problem, answer.assignments),
    )
    return _TEMPLATES.get_template("roster.html").render(
        heading=head,
        people=[(filled.person_numbers[p.id], p) for p in by_name(problem.practitioners)],
        weeks=week_grids(filled),
        has_whys=bool(filled.whys),
        people_grids=people_grids(filled),
        map=territory_map(problem, answer.assignments),
        class_limits=CLASS_LIMITS,
        fairness=fairness_bars(problem, answer),
        bar_width=BAR_WIDTH,
        empty_seats=empty_seats(problem, answer.gaps),
        proof=proof_rows(answer),
        baseline=answer.baseline,
        empty=sum(gap.seats for gap in answer.gaps),
        counted=counted,
    )


def whys_in_words(problem: Problem, roster: Sequence[Assignment]) -> Mapping[Assignment, str]:
    """Why every seat is held by whom it is; nothing where there are more than MOST_WHYS."""
    told = whys(problem, roster) if len(roster) <= MOST_WHYS else ()
    return {why.assignment: why_in_words(problem, why, Language.FR) for why in told}

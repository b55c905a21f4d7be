"""Why somebody holds a seat, as it is asked on the command line: `t11:2026-12-02`, `t11:2026-12-02:gp-04`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from service.cli.saying import session_said
from service.domain.answers import Why
from service.domain.directory import PractitionerId
from service.domain.rosters import Assignment, SessionKey
from service.domain.solving import Problem
from service.domain.why import why
from service.domain.wording import Language, why_in_words

OPTION = "--why"
WhyOption = Annotated[
    list[str] | None,
    typer.Option(OPTION, help="Tell why a session is held by whom it is: t11:2026-12-02, or t11:2026-12-02:gp-04."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`practitioner` None: all who hold the session."""

    session: SessionKey
    practitioner: PractitionerId | None

    def seats(self, roster: Sequence[Assignment]) -> list[Assignment]:
        return [each for each in roster if each.key == self.session and self.practitioner in (None, each.practitioner)]


def asked(problem: Problem, said: Sequence[str] | None) -> tuple[Asked, ...]:
    """Ends the command where a session or practitioner does not exist."""
    return tuple(_asked(problem, each) for each in said or ())


def _asked(problem: Problem, said: str) -> Asked:
    session, who = session_said(said, OPTION)
    if session not in problem.session_at:
        raise typer.BadParameter(f"there is no session {session.template} on {session.on}", param_hint=OPTION)
    if who is not None and who not in problem.practitioner_of:
        raise typer.BadParameter(f"there is no practitioner {who}", param_hint=OPTION)
    return Asked(session=session, practitioner=who)


def answered(problem: Problem, roster: Sequence[Assignment], questions: Sequence[Asked]) -> Iterator[Why]:
    """A why for every seat asked about; none where nobody asked about holds one."""
    for question in questions:
        for seat in question.seats(roster):
            yield why(problem, roster, seat)


def why_list(
    problem: Problem, roster: Sequence[Assignment], questions: Sequence[Asked], language: Language
) -> RenderableType:
    """In words, and that nobody asked about holds a seat."""
    lines: list[RenderableType] = [Text("\nWhy", style="italic")]
    for question in questions:
        seats = question.seats(roster)
        lines.extend(Text(why_in_words(problem, why(problem, roster, seat), language)) for seat in seats)
        if not seats:
            who = question.practitioner or "Nobody"
            does = "does not hold" if question.practitioner else "holds"
            lines.append(Text(f"{who} {does} {question.session.template} on {question.session.on}.", style="yellow"))
    return Group(*lines)

"""`tourderole visible`: why the national platform sees a session's places, or does not."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import typer

from service.application.visibility import trace_visibility
from service.cli.opening import reached_database, stopped
from service.cli.solving import JsonOption, LanguageOption
from service.domain.callers import Caller
from service.domain.directory import Audience
from service.domain.errors import NotFound
from service.domain.rosters import SessionId
from service.domain.visibility import Question, Trace, Verdict
from service.domain.wording import Language
from service.domain.wording_visibility import (
    check_in_words,
    conclusion_in_words,
    step_in_words,
    verdict_in_words,
)
from service.settings import Settings
from service.storage.database import Database
from service.web.rest.visibility import VisibilityOut

UNKNOWN, HIDDEN = 2, 1
_SIGNS = {Verdict.PASSES: "✔", Verdict.NOTED: "!", Verdict.STOPS: "✘", Verdict.MOOT: "·"}


def _instant(said: str | datetime) -> datetime:
    """Read as this machine's wall time where it has no offset."""
    if isinstance(said, datetime):
        return said
    try:
        return datetime.fromisoformat(said).astimezone()
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{said!r} is no date and time, such as 2026-12-01T08:00+01:00") from None


def visible_command(
    session: Annotated[
        UUID, typer.Argument(help="The session's id, as its roster tells: GET /v1/rosters/{id}, `sessions`.")
    ],
    audience: Annotated[Audience, typer.Option(help="As whom one looks: snp is the 15.")] = Audience.SNP,
    at: Annotated[
        datetime | None, typer.Option(parser=_instant, help="When one looks, 2026-12-01T08:00+01:00. Now unless said.")
    ] = None,
    language: LanguageOption = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Trace every filter from the pledge to the national platform. Ends with 1 when nothing is visible."""
    settings = Settings()
    question = Question(audience=audience, at=at or datetime.now(UTC), page=settings.public_url)
    with reached_database(settings) as url:
        trace = asyncio.run(_trace(url, SessionId(session), question))
    if as_json:
        typer.echo(
            json.dumps(VisibilityOut.told(trace, language).model_dump(mode="json"), ensure_ascii=False, indent=1)
        )
    else:
        typer.echo("\n".join(_lines(trace, language)))
    if not trace.is_visible:
        raise typer.Exit(HIDDEN)


async def _trace(url: str, id: SessionId, question: Question) -> Trace:
    async with Database(url) as database:
        try:
            return await trace_visibility(database, id, question, caller=Caller(name="cli"))
        except NotFound as error:
            raise stopped(error.detail, status=UNKNOWN) from error


def _lines(trace: Trace, language: Language) -> Iterator[str]:
    """A line for each filter, then the conclusion."""
    for step in trace.steps:
        words = step_in_words(trace, step, language)
        label = "" if step.verdict is Verdict.PASSES else f" [{verdict_in_words(step.verdict, language)}]"
        yield f"{_SIGNS[step.verdict]} {check_in_words(step.check, language):<19} {words}{label}"
    yield f"\n{conclusion_in_words(trace, language)}"

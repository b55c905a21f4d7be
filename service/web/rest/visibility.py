"""Why the national platform sees a session's places, over REST, in the caller's language."""

import datetime
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from service.application.visibility import trace_visibility
from service.domain.directory import Audience
from service.domain.errors import Invalid, NotFound
from service.domain.rosters import SessionId
from service.domain.visibility import Check, Fact, Question, Step, Trace, Verdict
from service.domain.wording import Language
from service.domain.wording_visibility import check_in_words, conclusion_in_words, step_in_words
from service.web.dependencies import TOLD, CallerDep, DatabaseDep, LanguageDep, Now
from service.web.problems import answers
from service.web.rest.search_shapes import Instant

router = APIRouter(prefix="/sessions/{session}", tags=["rosters"])


class StepOut(BaseModel):
    """One filter. `noted`: it keeps nothing back, but somebody should know; `moot`: nothing was left to look at."""

    check: Check
    name: str = Field(description="The check in words", examples=["free"])
    verdict: Verdict
    left: int | None = Field(description="Places still to be seen after it; null before there are any", examples=[8])
    facts: dict[str, int | datetime.datetime | datetime.date | list[str] | str | None] = Field(
        description="What the words are made of", examples=[{"places": 8, "booked": 2, "held": 0}]
    )
    words: str = Field(examples=["8 places are free; 2 booked, 0 held, 0 full"])

    @classmethod
    def told(cls, trace: Trace, step: Step, language: Language) -> "StepOut":
        return cls(
            check=step.check,
            name=check_in_words(step.check, language),
            verdict=step.verdict,
            left=step.left,
            facts=_facts(step.facts),
            words=step_in_words(trace, step, language),
        )


def _facts(facts: Mapping[str, Fact]) -> dict[str, int | datetime.datetime | datetime.date | list[str] | str | None]:
    return {name: list(fact) if isinstance(fact, tuple) else fact for name, fact in facts.items()}


class VisibilityOut(BaseModel):
    """The whole trace: each filter from the pledge to the bundle of `GET /fhir/Slot`, in order."""

    session: UUID
    template: str = Field(examples=["t11"])
    date: datetime.date
    audience: Audience
    at: datetime.datetime = Field(description="The instant of the question: what stands now, as seen then")
    visible: bool
    places: int = Field(description="That the platform is told of", examples=[8])
    stopped_by: Check | None = Field(description="The first filter that keeps all of it back")
    language: Language
    words: str = Field(
        description="In one breath: visible, or what stops it and what would change that",
        examples=["Not visible to the regulation. The roster is a draft: nothing of it is shown. Publish the roster."],
    )
    steps: list[StepOut]

    @classmethod
    def told(cls, trace: Trace, language: Language) -> "VisibilityOut":
        stop, session = trace.stopped_by, trace.facts.session
        return cls(
            session=trace.facts.id,
            template=session.template.id,
            date=session.on,
            audience=trace.question.audience,
            at=trace.question.at.astimezone(trace.facts.territory.zone),
            visible=trace.is_visible,
            places=len(trace.places),
            stopped_by=stop.check if stop else None,
            language=language,
            words=conclusion_in_words(trace, language),
            steps=[StepOut.told(trace, step, language) for step in trace.steps],
        )


@router.get("/visibility", responses=TOLD | answers(Invalid, NotFound))
async def get_visibility(
    request: Request,
    session: Annotated[UUID, Path(description="The session's id")],
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    language: LanguageDep,
    audience: Annotated[Audience, Query(description="As whom one looks: `snp` is the 15")] = Audience.SNP,
    at: Annotated[Instant | None, Query(description="When one looks; now unless said")] = None,
) -> VisibilityOut:
    """Why the 15 sees a session's places, or does not: every filter, in order, with what would change it."""
    question = Question(audience=audience, at=at or now, page=request.app.state.public_url)
    trace = await trace_visibility(database, SessionId(session), question, caller=caller)
    return VisibilityOut.told(trace, language)

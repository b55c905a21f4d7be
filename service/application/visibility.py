"""Why the national platform sees a session's places, or does not."""

from collections.abc import Sequence
from datetime import timedelta

from service.domain.callers import Caller
from service.domain.rosters import SessionId
from service.domain.tracing import trace
from service.domain.visibility import Check, Question, Trace
from service.storage.database import Database
from service.storage.visibility import get_facts, sessions_of


async def trace_visibility(database: Database, id: SessionId, question: Question, *, caller: Caller) -> Trace:
    """Every filter in order, with its verdict. Raises NotFound."""
    async with database.transaction() as session:
        facts = await get_facts(session, id)
    return trace(facts, question)


async def trace_unseen(
    database: Database, rpps: str, question: Question, *, within: timedelta, caller: Caller
) -> Sequence[Trace]:
    """Of the published sessions that this person holds, from the instant asked on: those that are not seen.

    One that need only be waited for is not among them.
    """
    async with database.transaction() as session:
        ids = await sessions_of(session, rpps, since=question.at, until=question.at + within)
        traces = [trace(await get_facts(session, id), question) for id in ids]
    return [each for each in traces if each.stopped_by is not None and each.stopped_by.check is not Check.WINDOW]

"""Why the national platform sees a session's places, or does not."""

from service.domain.callers import Caller
from service.domain.rosters import SessionId
from service.domain.tracing import trace
from service.domain.visibility import Question, Trace
from service.storage.database import Database
from service.storage.visibility import get_facts


async def trace_visibility(database: Database, id: SessionId, question: Question, *, caller: Caller) -> Trace:
    """Every filter in order, with its verdict. Raises NotFound."""
    async with database.transaction() as session:
        facts = await get_facts(session, id)
    return trace(facts, question)

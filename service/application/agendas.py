"""What the national platform is told of practitioners' places."""

from datetime import datetime

from service.domain.agendas import Agenda, AgendaSearch, shown
from service.domain.callers import Caller
from service.storage import agendas
from service.storage.database import Database


async def find_agendas(
    database: Database, search: AgendaSearch, *, caller: Caller, now: datetime
) -> tuple[Agenda, ...]:
    """The places of these people that may be told, by person and site; of people unknown here, nothing."""
    return shown(await agendas.find_agendas(database.direct, search, now=now), search)

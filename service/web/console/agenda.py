"""A practitioner's agenda: the free places by day, for whoever comes from the SAS and is signed in."""

import secrets
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from service.application.practitioner_places import practitioner_places, refuse_unless_known
from service.application.visibility import trace_unseen
from service.domain.directory import Audience
from service.domain.errors import Unauthenticated
from service.domain.practitioner_places import SHOWN_FOR, PractitionerPlaces
from service.domain.visibility import Question
from service.web.console.asked import AskedDep
from service.web.console.french import unseen_in_words, why_none_in_words
from service.web.console.pages import page
from service.web.console.refusals import PageRoute
from service.web.console.sign_in import not_configured, to_provider
from service.web.console.views import days
from service.web.console.visitors import ConsoleDep, find_visitor
from service.web.console.visits import Visit
from service.web.dependencies import DatabaseDep, Now, PublicUrl

router = APIRouter(prefix="/rdv", route_class=PageRoute, include_in_schema=False)

_RELEASED = "La place est rendue : elle est de nouveau libre."


@router.get("/{rpps}")
async def agenda(
    request: Request,
    asked: AskedDep,
    database: DatabaseDep,
    console: ConsoleDep,
    public_url: PublicUrl,
    now: Now,
    origin: Annotated[str, Query(max_length=80)] = "",
    rendue: bool = False,
) -> Response:
    """Not signed in and coming from the SAS: to the provider first. From elsewhere the account is of no use."""
    try:
        visitor = await find_visitor(request, database, now)
    except Unauthenticated:
        if console.openid is None:
            return not_configured(request)
        if origin not in console.origins:
            return _from_elsewhere(request)
        await refuse_unless_known(database, asked.rpps)
        return_to = asked.agenda(origin=origin)
        return await to_provider(
            database, console.openid, origin=origin, return_to=return_to, public_url=public_url, now=now
        )
    if not visitor.has_accepted_terms:
        return page(request, "terms", return_to=asked.agenda())
    visit = Visit(request=request, asked=asked, database=database, caller=visitor.caller, now=now)
    return await agenda_page(visit, done=_RELEASED if rendue else None)


def _from_elsewhere(request: Request) -> Response:
    return page(
        request,
        "message",
        status=403,
        title="Connectez-vous depuis la plateforme SAS",
        words="Cet agenda s’ouvre depuis la plateforme numérique SAS : cherchez-y le professionnel, et choisissez son "
        "créneau. Votre identité y est vérifiée, puis les places libres s’affichent ici.",
        way_on=None,
    )


async def agenda_page(
    visit: Visit, *, done: str | None = None, refused: str | None = None, status: int = 200
) -> Response:
    """`done`: what has just succeeded; `refused`: what has not, and why. Raises NotFound."""
    asked, now = visit.asked, visit.now
    whole = await practitioner_places(visit.database, asked.rpps, caller=visit.caller, now=now)
    places = whole if asked.site is None else whole.at(asked.site, now=now)
    question = Question(audience=Audience.SNP, at=now, page=None)
    unseen = await trace_unseen(visit.database, asked.rpps, question, within=SHOWN_FOR, caller=visit.caller)
    return page(
        visit.request,
        "agenda",
        status=status,
        asked=asked,
        places=places,
        days=days(places, now=now),
        held=places.held_by(visit.caller.name, now=now),
        why_none=_why_none(places, now),
        unseen=[unseen_in_words(each) for each in unseen],
        key=secrets.token_urlsafe(16),
        done=done,
        faults=[("jours", refused)] if refused else [],
    )


def _why_none(places: PractitionerPlaces, now: datetime) -> str | None:
    why = places.why_none(now=now)
    return None if why is None else why_none_in_words(places, why)

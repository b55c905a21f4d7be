"""Signing in to the pages: to the provider and back, the terms of use, and out again."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response

from service.application.openid import OpenId
from service.application.page_sessions import accept_terms, begin_sign_in, come_invited, end_sign_in, sign_out
from service.domain.errors import Invalid, NotFound, Unavailable
from service.domain.signing_in import SIGN_IN_TIME
from service.storage.database import Database
from service.web.console.cookies import SESSION, SIGN_IN, forget, keep, token_in
from service.web.console.pages import go, page
from service.web.console.refusals import PageRoute, refusal_page
from service.web.console.visitors import ConsoleDep, OwnForm
from service.web.dependencies import DatabaseDep, Now, PublicUrl

router = APIRouter(prefix="/rdv/connexion", route_class=PageRoute, include_in_schema=False)

_BACK_AT = "/rdv/connexion/retour"
_OWN_PATH = re.compile(r"/rdv/[0-9]{1,20}(\?[\w.~%=&-]*)?")


async def to_provider(
    database: Database, openid: OpenId, *, origin: str, return_to: str, public_url: str, now: Now
) -> Response:
    """Away to sign in; the way back ends at `return_to`. Raises Unavailable."""
    back_to = public_url + _BACK_AT
    token, address = await begin_sign_in(database, openid, origin=origin, return_to=return_to, back_to=back_to, now=now)
    leaving = go(address)
    keep(leaving, SIGN_IN, token, seconds=int(SIGN_IN_TIME.total_seconds()))
    return leaving


@router.get("/retour")
async def come_back(
    request: Request,
    database: DatabaseDep,
    console: ConsoleDep,
    public_url: PublicUrl,
    now: Now,
    state: str | None = None,
    code: str | None = None,
    iss: str | None = None,
) -> Response:
    if console.openid is None:
        return not_configured(request)
    token, return_to = await end_sign_in(
        database,
        console.openid,
        token=token_in(request, SIGN_IN),
        state=state,
        code=code,
        issuer=iss,
        back_to=public_url + _BACK_AT,
        now=now,
    )
    arrived = go(return_to)
    forget(arrived, SIGN_IN)
    keep(arrived, SESSION, token)
    return arrived


@router.get("/invitation")
async def come_in(console: ConsoleDep, database: DatabaseDep, now: Now, jeton: str = "") -> Response:
    """Into the demonstration, once. There is no such page in a service."""
    if not console.invites:
        raise NotFound("page", "invitation")
    token, return_to = await come_invited(database, jeton, now=now)
    arrived = go(return_to)
    keep(arrived, SESSION, token)
    return arrived


@router.post("/conditions")
async def accept(
    request: Request,
    visitor: OwnForm,
    database: DatabaseDep,
    now: Now,
    vers: Annotated[str, Form()],
    accepte: Annotated[str | None, Form()] = None,
) -> Response:
    """Individually, at the first sign-in and whenever they change."""
    if not _OWN_PATH.fullmatch(vers):
        return refusal_page(request, Invalid())
    if accepte is None:
        return page(request, "terms", status=422, return_to=vers, faults=[("accepte", _UNTICKED)])
    await accept_terms(database, visitor, now=now)
    return go(vers)


@router.post("/fin")
async def leave(request: Request, _visitor: OwnForm, database: DatabaseDep, console: ConsoleDep) -> Response:
    """Here at once; at the provider, whose session may let the next person in, by the link that is shown."""
    await sign_out(database, request.state.page_token)
    request.state.page_session = None
    left = page(request, "left", elsewhere=await _end_at_provider(console.openid))
    forget(left, SESSION)
    return left


_UNTICKED = "Cochez la case pour accepter les conditions d’utilisation."


async def _end_at_provider(openid: OpenId | None) -> str | None:
    try:
        endpoint = (await openid.metadata()).end_session_endpoint if openid else None
    except Unavailable:
        return None
    return f"{endpoint}?{urlencode({'client_id': openid.provider.client_id})}" if openid and endpoint else None


def not_configured(request: Request) -> Response:
    return page(
        request,
        "message",
        status=503,
        title="La connexion n’est pas encore configurée",
        words="Ce service ne sait pas encore auprès de qui vérifier l’identité des régulateurs. Son administrateur "
        "trouve comment faire dans la documentation (docs/sign-in.md).",
        way_on=None,
    )

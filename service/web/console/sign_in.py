"""Signing in to the pages: to the provider and back, the terms of use, and out again."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from service.application.openid import OpenId
from service.application.page_sessions import accept_terms, begin_sign_in, come_invited, end_sign_in, sign_out
from service.domain.account_errors import RegulatorDisabled, SignInRefused
from service.domain.errors import Invalid, NotFound, Unauthenticated, Unavailable
from service.domain.signing_in import SIGN_IN_TIME
from service.storage.database import Database
from service.web.console.cookies import ARRIVED, SESSION, SIGN_IN, forget, keep, token_in
from service.web.console.pages import go, page
from service.web.console.refusals import PageRoute, refusal_page
from service.web.console.visitors import ConsoleDep, OwnForm, OwnToken, find_visitor
from service.web.dependencies import DatabaseDep, Now, PublicUrl

router = APIRouter(prefix="/rdv/connexion", route_class=PageRoute, include_in_schema=False)

_BACK_AT = "/rdv/connexion/retour"
_STATE = "^[A-Za-z0-9_-]*$"
"""As `secrets.token_urlsafe` makes them."""
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
    state: Annotated[str | None, Query(pattern=_STATE)] = None,
    code: str | None = None,
    iss: str | None = None,
) -> Response:
    if console.openid is None:
        return not_configured(request)
    try:
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
    except SignInRefused as error:
        return await _loaded_again(request, error, database, now)
    return _arrived(token, return_to)


async def _loaded_again(request: Request, error: SignInRefused, database: Database, now: Now) -> Response:
    """Where the sign-in led, for whoever is signed in already. Raises the error for others."""
    there = token_in(request, ARRIVED) or ""
    if error.facts["reason"] != "state" or not _OWN_PATH.fullmatch(there):
        raise error
    try:
        await find_visitor(request, database, now)
    except (Unauthenticated, RegulatorDisabled):
        raise error from None
    return go(there)


def _arrived(token: str, return_to: str) -> Response:
    arrived = go(return_to)
    forget(arrived, SIGN_IN)
    keep(arrived, SESSION, token)
    keep(arrived, ARRIVED, return_to)
    return arrived


@router.get("/invitation")
async def come_in(console: ConsoleDep, database: DatabaseDep, now: Now, jeton: str = "") -> Response:
    """Into the demonstration, once. There is no such page in a service."""
    if not console.invites:
        raise NotFound("page", "invitation")
    token, return_to = await come_invited(database, jeton, now=now)
    return _arrived(token, return_to)


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
async def leave(request: Request, token: OwnToken, database: DatabaseDep, console: ConsoleDep) -> Response:
    """Here at once; at the provider, whose session may let the next person in, by the link that is shown."""
    await sign_out(database, token)
    left = page(request, "left", elsewhere=await _end_at_provider(console.openid))
    forget(left, SESSION)
    forget(left, ARRIVED)
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

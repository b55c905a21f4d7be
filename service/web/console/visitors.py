"""Who visits a page: somebody signed in, whose account is asked for each time, and whose forms are ours."""

from typing import Annotated

from fastapi import Depends, Form, Request

from service.application.page_sessions import signed_in
from service.domain.account_errors import TermsNotAccepted
from service.domain.errors import Forbidden, Unauthenticated
from service.domain.signing_in import PageSession
from service.web.console.cookies import SESSION, is_own_form, token_in
from service.web.console.setup import Console
from service.web.dependencies import DatabaseDep, Now


class NotOurForm(Forbidden):
    code = "form.not_ours"
    title = "The form does not come from a page of this session"


async def _console(request: Request) -> Console:
    console: Console = request.app.state.console
    return console


async def _token(request: Request) -> str:
    """Of the session that the browser says it has. Raises Unauthenticated."""
    token = token_in(request, SESSION)
    if token is None:
        raise Unauthenticated()
    return token


async def _visitor(request: Request, database: DatabaseDep, now: Now) -> PageSession:
    """From a platform that regulators still come from; into a demonstration, from anywhere.

    Raises Unauthenticated, RegulatorDisabled.
    """
    token, console = await _token(request), await _console(request)
    origins = None if console.invites else console.origins
    session = await signed_in(database, token, origins=origins, now=now)
    request.state.page_session, request.state.page_token = session, token
    return session


Visitor = Annotated[PageSession, Depends(_visitor)]


async def _regulator(visitor: Visitor) -> PageSession:
    """Raises TermsNotAccepted, and what `_visitor` does."""
    if not visitor.has_accepted_terms:
        raise TermsNotAccepted()
    return visitor


async def _own_token(token: Annotated[str, Depends(_token)], form: Annotated[str, Form(alias="jeton")] = "") -> str:
    """Raises Unauthenticated, NotOurForm."""
    if not is_own_form(token, form):
        raise NotOurForm()
    return token


OwnToken = Annotated[str, Depends(_own_token)]
"""All that is asked of who leaves: an account that is taken away is signed out like any other."""


async def _own_form(visitor: Visitor, _token: OwnToken) -> PageSession:
    """Raises NotOurForm, and what `_visitor` does."""
    return visitor


ConsoleDep = Annotated[Console, Depends(_console)]
Regulator = Annotated[PageSession, Depends(_regulator)]
OwnForm = Annotated[PageSession, Depends(_own_form)]
"""What every POST asks for first."""
find_visitor = _visitor

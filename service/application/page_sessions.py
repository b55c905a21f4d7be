"""Regulators signing in to the page, staying signed in, and leaving."""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from service.application.openid import OpenId
from service.application.regulators import refuse_unless_active, regulator_named, regulator_with_email
from service.domain.account_errors import SignInRefused
from service.domain.errors import Unauthenticated
from service.domain.regulators import IdentifierSystem, Regulator, RegulatorId, RegulatorIdentifier
from service.domain.signing_in import INVITED_TIME, SIGN_IN_TIME, NamedBy, PageSession, SignIn
from service.storage import page_sessions as stored
from service.storage.database import Database
from service.storage.regulators import find_regulator

_SYSTEM = {NamedBy.NATIONAL: IdentifierSystem.NATIONAL, NamedBy.SAS: IdentifierSystem.SAS}


async def begin_sign_in(
    database: Database, openid: OpenId, *, origin: str, return_to: str, back_to: str, now: datetime
) -> tuple[str, str]:
    """A token for the browser alone to keep, and where it goes to sign in. Raises Unavailable."""
    token = secrets.token_urlsafe()
    sign_in = SignIn(
        state=secrets.token_urlsafe(),
        nonce=secrets.token_urlsafe(),
        code_verifier=secrets.token_urlsafe(48),
        origin=origin,
        return_to=return_to,
        expires_at=now + SIGN_IN_TIME,
    )
    address = await openid.address(sign_in, back_to=back_to)
    async with database.transaction() as session:
        await stored.add_sign_in(session, token, sign_in, now=now)
    return token, address


async def end_sign_in(
    database: Database,
    openid: OpenId,
    *,
    token: str | None,
    state: str | None,
    code: str | None,
    issuer: str | None,
    back_to: str,
    now: datetime,
) -> tuple[str, str]:
    """The token of a new session, and where the regulator wanted to go.

    `issuer`: the one that the answer names, if it does. Raises SignInRefused, RegulatorDisabled, Unavailable.
    """
    async with database.transaction() as session:
        sign_in = await stored.take_sign_in(session, token, state, now=now) if token and state else None
    if sign_in is None:
        raise SignInRefused(reason="state")
    if issuer not in (None, openid.provider.issuer):
        raise SignInRefused(reason="issuer")
    if not code:
        raise SignInRefused(reason="provider")
    identifier = await openid.identify(code, sign_in, back_to=back_to, now=now)
    regulator = await _regulator(database, openid.provider.named_by, identifier)
    return await begin_session(database, regulator.id, origin=sign_in.origin, now=now), sign_in.return_to


async def invite(database: Database, regulator: RegulatorId, *, return_to: str, now: datetime) -> str:
    """A token by which somebody comes in once, as that regulator, within `INVITED_TIME`: for demonstrations alone.

    It is kept as a sign-in that no provider can answer: without a nonce, its state the regulator.
    """
    token = secrets.token_urlsafe()
    invitation = SignIn(
        state=str(regulator), nonce="", code_verifier="", origin="", return_to=return_to, expires_at=now + INVITED_TIME
    )
    async with database.transaction() as session:
        await stored.add_sign_in(session, token, invitation, now=now)
    return token


async def come_invited(database: Database, token: str, *, now: datetime) -> tuple[str, str]:
    """The token of a session, and where it begins. Raises SignInRefused."""
    async with database.transaction() as session:
        invitation = await stored.take_invitation(session, token, now=now)
    if invitation is None:
        raise SignInRefused(reason="state")
    regulator = RegulatorId(UUID(invitation.state))
    return await begin_session(database, regulator, origin=invitation.origin, now=now), invitation.return_to


async def begin_session(database: Database, regulator: RegulatorId, *, origin: str, now: datetime) -> str:
    """The token of a session of somebody whom we know to be that regulator."""
    token = secrets.token_urlsafe()
    async with database.transaction() as session:
        await stored.add_page_session(session, token, regulator, origin, now=now)
    return token


async def _regulator(database: Database, named_by: NamedBy, identifier: str) -> Regulator:
    if named_by is NamedBy.EMAIL:
        return await regulator_with_email(database, identifier)
    return await regulator_named(database, RegulatorIdentifier(system=_SYSTEM[named_by], value=identifier))


async def signed_in(
    database: Database, token: str, *, origins: Collection[str] | None = None, now: datetime
) -> PageSession:
    """The account is asked for each time: it is taken away at once. Who is refused does not keep the session alive.

    `origins`: those that a session may be of, if not any. Raises Unauthenticated, RegulatorDisabled.
    """
    async with database.transaction() as session:
        found = await stored.see_page_session(session, token, now=now)
        if found is None or (origins is not None and found.origin not in origins):
            raise Unauthenticated()
        regulator = refuse_unless_active(await find_regulator(session, found.regulator))
    return replace(found, name=regulator.full_name)


async def accept_terms(database: Database, session: PageSession, *, now: datetime) -> None:
    async with database.transaction() as writing:
        await stored.accept_terms(writing, session.regulator, now=now)


async def sign_out(database: Database, token: str) -> None:
    async with database.transaction() as session:
        await stored.end_page_session(session, token)

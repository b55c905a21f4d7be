"""Who is signed in to the page, and who is about to be, as rows: found by the digest of a token kept nowhere."""

import hashlib
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from service.domain.regulators import RegulatorId
from service.domain.signing_in import IDLE_TIME, TERMS, WHOLE_TIME, PageSession, SignIn
from service.storage.statements import Connected
from service.storage.tables.page_sessions import AcceptedTermsRow, PageSessionRow, SignInRow

_sign_ins = cast("Table", SignInRow.__table__)
_sessions = cast("Table", PageSessionRow.__table__)
_terms = cast("Table", AcceptedTermsRow.__table__)


def digest_of(token: str) -> str:
    """What is kept of a token of 256 random bits, which need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


async def add_sign_in(connection: Connected, token: str, sign_in: SignIn, *, now: datetime) -> None:
    """Those that nobody came back from in time go."""
    await connection.execute(delete(_sign_ins).where(_sign_ins.c.expires_at <= now))
    row = {name: getattr(sign_in, name) for name in SignIn.__dataclass_fields__}
    await connection.execute(insert(_sign_ins).values(digest=digest_of(token), **row))


async def take_sign_in(connection: Connected, token: str, state: str, *, now: datetime) -> SignIn | None:
    """Once only; None when there is none of that state, or no longer."""
    return await _take(connection, token, _sign_ins.c.state == state, now)


async def take_invitation(connection: Connected, token: str, *, now: datetime) -> SignIn | None:
    """A sign-in without a nonce, as `take_sign_in` does."""
    return await _take(connection, token, _sign_ins.c.nonce == "", now)


async def _take(connection: Connected, token: str, which: ColumnElement[bool], now: datetime) -> SignIn | None:
    own = (_sign_ins.c.digest == digest_of(token), _sign_ins.c.expires_at > now, which)
    taken = delete(_sign_ins).where(*own).returning(*(_sign_ins.c[name] for name in SignIn.__dataclass_fields__))
    row = (await connection.execute(taken)).mappings().one_or_none()
    return None if row is None else SignIn(**cast("dict[str, Any]", dict(row)))


async def add_page_session(
    connection: Connected, token: str, regulator: RegulatorId, origin: str, *, now: datetime
) -> None:
    """Those whose time is over go."""
    await connection.execute(delete(_sessions).where(_sessions.c.expires_at <= now))
    times = {"began_at": now, "seen_at": now, "expires_at": now + WHOLE_TIME}
    row = {"digest": digest_of(token), "regulator_id": regulator, "origin": origin, **times}
    await connection.execute(insert(_sessions).values(row))


async def see_page_session(connection: Connected, token: str, *, now: datetime) -> PageSession | None:
    """The session while it lives, which this keeps from being idle; None when it is over."""
    live = (_sessions.c.expires_at > now, _sessions.c.seen_at > now - IDLE_TIME)
    seen = update(_sessions).where(_sessions.c.digest == digest_of(token), *live).values(seen_at=now)
    touched = seen.returning(_sessions).cte("seen")
    found = select(touched, _terms.c.terms).outerjoin(_terms, _terms.c.regulator_id == touched.c.regulator_id)
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        return None
    return PageSession(
        regulator=RegulatorId(row.regulator_id),
        origin=row.origin,
        began_at=row.began_at,
        seen_at=row.seen_at,
        terms=row.terms,
    )


async def end_page_session(connection: Connected, token: str) -> None:
    await connection.execute(delete(_sessions).where(_sessions.c.digest == digest_of(token)))


async def end_page_sessions_of(connection: Connected, regulator: RegulatorId) -> None:
    await connection.execute(delete(_sessions).where(_sessions.c.regulator_id == regulator))


async def accept_terms(connection: Connected, regulator: RegulatorId, *, now: datetime) -> None:
    said = {"terms": TERMS, "accepted_at": now}
    row = upsert(_terms).values(regulator_id=regulator, **said)
    await connection.execute(row.on_conflict_do_update(index_elements=["regulator_id"], set_=said))

"""What routes are given: the database, the present instant, the caller, versions and idempotency keys."""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.domain.callers import Caller, Keyed
from service.domain.errors import Fault, Invalid, PreconditionMissing, Unauthenticated
from service.domain.wording import Language
from service.storage.database import Database
from service.web.problems import language_of

Clock = Callable[[], datetime]
_bearer = HTTPBearer(auto_error=False, description="The admin token that `serve` prints")


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


async def _now(request: Request) -> datetime:
    clock: Clock = request.app.state.clock
    return clock()


async def _caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """The only caller for now is the administrator; roles come later."""
    expected: str = request.app.state.admin_token
    given = credentials.credentials if credentials else ""
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Unauthenticated()
    return Caller(name="admin")


async def _language(
    request: Request,
    response: Response,
    accept_language: Annotated[
        str | None, Header(description="Of what is said in words: `fr`, or English", examples=["fr"])
    ] = None,
) -> Language:
    language = Language(language_of(request))
    response.headers["Content-Language"] = language
    return language


async def _keyed(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=200,
            description="Repeat the request with the same key and it is done once.",
        ),
    ] = None,
) -> Keyed | None:
    if key is None:
        return None
    digest = hashlib.sha256(await request.body()).hexdigest()
    return Keyed(key=key, operation=f"{request.method} {request.url.path}", request=digest)


async def _expected_version(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description='The ETag of the version you edit, e.g. `"3"`')
    ] = None,
) -> int | None:
    if if_match is None:
        return None
    match = re.fullmatch(r'(?:W/)?"(\d{1,9})"', if_match.strip())
    if match is None:
        raise Invalid(Fault(path="If-Match", code="if_match.malformed", message="send one ETag as given", hint='"3"'))
    return int(match[1])


async def _required_version(version: Annotated[int | None, Depends(_expected_version)]) -> int:
    if version is None:
        raise PreconditionMissing()
    return version


DatabaseDep = Annotated[Database, Depends(_database)]
Now = Annotated[datetime, Depends(_now)]
CallerDep = Annotated[Caller, Depends(_caller)]
TOLD: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"Content-Language": {"description": "Of the words", "schema": {"type": "string"}}}}
}
"""What a route that says something in words declares."""
LanguageDep = Annotated[Language, Depends(_language)]
KeyedDep = Annotated[Keyed | None, Depends(_keyed)]
OptionalVersion = Annotated[int | None, Depends(_expected_version)]
RequiredVersion = Annotated[int, Depends(_required_version)]


def etag(version: int) -> str:
    """A version as a strong ETag (RFC 9110 §8.8.3)."""
    return f'"{version}"'

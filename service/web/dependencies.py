"""What routes are given: the database, the present instant, the caller, versions and idempotency keys."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.domain.callers import Caller, Keyed
from service.domain.errors import Invalid, PreconditionMissing, Unauthenticated
from service.domain.faults import Fault
from service.domain.wording import Language
from service.storage.database import Database
from service.web.problems import language_of

Clock = Callable[[], datetime]
_bearer = HTTPBearer(auto_error=False, description="The admin token that `serve` prints")


KEY_LENGTHS = range(1, 201)
"""Of an `Idempotency-Key`."""


class NotPlain(Exception):
    """Something that the framework has to look at, and most likely to refuse."""


def database_of(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def present_of(request: Request) -> datetime:
    clock: Clock = request.app.state.clock
    return clock()


def public_url_of(request: Request) -> str:
    """Where the outside reaches the service, without a slash at the end: as set, else as this request did."""
    public_url: str | None = request.app.state.public_url
    return public_url or str(request.base_url).rstrip("/")


def caller_of(request: Request) -> Caller:
    """The only caller for now is the administrator; roles come later. Raises Unauthenticated.

    Comparing takes the same time whatever is sent, and less than looking up would. Once tokens are signed, this is
    where to keep those found good, by digest and until they expire.
    """
    expected: str = request.app.state.admin_token
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), expected.encode()):
        raise Unauthenticated()
    return Caller(name="admin")


def language_for(request: Request, response: Response) -> Language:
    """What the answer speaks, which it also says."""
    language = Language(language_of(request))
    response.headers["Content-Language"] = language
    return language


def keyed_of(request: Request, key: str, body: bytes) -> Keyed:
    """What the key stands for."""
    digest = hashlib.sha256(body).hexdigest()
    return Keyed(key=key, operation=f"{request.method} {request.scope['path']}", request=digest)


async def _database(request: Request) -> Database:
    return database_of(request)


async def _now(request: Request) -> datetime:
    return present_of(request)


async def _public_url(request: Request) -> str:
    return public_url_of(request)


async def _caller(
    request: Request, _credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    return caller_of(request)


async def _language(
    request: Request,
    response: Response,
    accept_language: Annotated[
        str | None, Header(description="Of what is said in words: `fr`, or English", examples=["fr"])
    ] = None,
) -> Language:
    return language_for(request, response)


async def _keyed(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=KEY_LENGTHS[0],
            max_length=KEY_LENGTHS[-1],
            description="Repeat the request with the same key and it is done once.",
        ),
    ] = None,
) -> Keyed | None:
    return None if key is None else keyed_of(request, key, await request.body())


def _key_in(request: Request, _response: Response, body: bytes) -> Keyed | None:
    key = request.headers.get("idempotency-key")
    if key is not None and len(key) not in KEY_LENGTHS:
        raise NotPlain
    return None if key is None else keyed_of(request, key, body)


Given = Callable[[Request, Response, bytes], Any]
"""What a parameter of a route is given, from a request, the answer begun, and the body."""
GIVEN: Mapping[Callable[..., Any] | None, Given] = {
    _database: lambda request, _response, _body: database_of(request),
    _now: lambda request, _response, _body: present_of(request),
    _caller: lambda request, _response, _body: caller_of(request),
    _language: lambda request, response, _body: language_for(request, response),
    _keyed: _key_in,
}
"""What the dependencies give, without the framework: see `web.lane`."""


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
PublicUrl = Annotated[str, Depends(_public_url)]
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

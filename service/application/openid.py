"""An OpenID provider, as a client sees it: where it is asked, and what its answers are worth.

OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636); the answer's `iss` by RFC 9207.
"""

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from service.domain.account_errors import SignInRefused
from service.domain.errors import Unavailable
from service.domain.signing_in import Provider, SignIn, is_asked_safely

Shape = TypeVar("Shape", bound=BaseModel)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures with a key that only the provider has: neither `none` nor a shared secret."""
_SECONDS = 10
FAILED_SECONDS = 5
_LEEWAY_SECONDS = 30
"""Between the provider's clock and ours."""


class Metadata(BaseModel):
    """https://openid.net/specs/openid-connect-discovery-1_0.html"""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)

    @property
    def is_safe(self) -> bool:
        others = (self.userinfo_endpoint, self.end_session_endpoint)
        needed = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri)
        return all(is_asked_safely(each) for each in (*needed, *filter(None, others)))


class _Tokens(BaseModel):
    id_token: str
    access_token: str


@dataclass(slots=True)
class OpenId:
    """Keeps what it learned of the provider; its keys are asked for again when those known do not bear a token out.

    `clock`: seconds that pass. One that could not be asked is not asked again for `FAILED_SECONDS`.
    """

    provider: Provider
    clock: Callable[[], float] = time.monotonic
    _metadata: Metadata | None = field(default=None, init=False)
    _keys: KeySet | None = field(default=None, init=False)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _failed: tuple[float, str] | None = field(default=None, init=False)

    async def metadata(self) -> Metadata:
        """Asked for once, whoever waits for it. Raises Unavailable."""
        if self._metadata is None:
            async with self._asking:
                if self._metadata is None:
                    self._metadata = await self._described()
        return self._metadata

    async def _described(self) -> Metadata:
        """Raises Unavailable, for a while without asking again."""
        if self._failed is not None and self.clock() < self._failed[0] + FAILED_SECONDS:
            raise Unavailable(self._failed[1])
        there = f"{self.provider.issuer.rstrip('/')}/{self.provider.discovery}"
        try:
            found = _read(Metadata, await _asked(httpx.Request("GET", there)))
            if found.issuer != self.provider.issuer:
                raise Unavailable("the provider names itself otherwise than it was named to us")
            if not found.is_safe:
                raise Unavailable("the provider names an address that is not asked over TLS")
        except SignInRefused as error:
            self._failed = (self.clock(), "the provider of sign-in does not describe itself")
            raise Unavailable(self._failed[1]) from error
        except Unavailable as error:
            self._failed = (self.clock(), error.detail)
            raise
        return found

    async def address(self, sign_in: SignIn, *, back_to: str) -> str:
        """Where the browser goes to sign in. Raises Unavailable."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sign_in.code_verifier.encode()).digest()).rstrip(b"=")
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "scope": self.provider.scope,
            "redirect_uri": back_to,
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
            **({"acr_values": self.provider.acr_values} if self.provider.acr_values else {}),
        }
        endpoint = (await self.metadata()).authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def identify(self, code: str, sign_in: SignIn, *, back_to: str, now: datetime) -> str:
        """Whom the provider vouches for. Raises SignInRefused, Unavailable."""
        tokens = await self._redeem(code, sign_in, back_to)
        claims = await self._checked(tokens.id_token, sign_in.nonce, now)
        identifier = self.provider.identifier_in(claims)
        if identifier is None:
            told = await self._user(tokens.access_token, claims)
            identifier = self.provider.identifier_in({**claims, **told})
        if identifier is None:
            raise SignInRefused(reason="no_identifier")
        return identifier

    async def _redeem(self, code: str, sign_in: SignIn, back_to: str) -> _Tokens:
        """The client's own proof goes by HTTP basic unless the provider takes it in the body alone."""
        metadata, provider = await self.metadata(), self.provider
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back_to,
            "code_verifier": sign_in.code_verifier,
        }
        proof = httpx.BasicAuth(_quoted(provider.client_id), _quoted(provider.client_secret))
        if "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported:
            sent |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
            return _read(_Tokens, await _asked(httpx.Request("POST", metadata.token_endpoint, data=sent)))
        return _read(_Tokens, await _asked(httpx.Request("POST", metadata.token_endpoint, data=sent), proof))

    async def _checked(self, id_token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        if self._keys is not None:
            with suppress(SignInRefused):  # by a new key, perhaps
                return checked_claims(id_token, self._keys, provider=self.provider, nonce=nonce, now=now)
        self._keys = _key_set(await _asked(httpx.Request("GET", (await self.metadata()).jwks_uri)))
        return checked_claims(id_token, self._keys, provider=self.provider, nonce=nonce, now=now)

    async def _user(self, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the provider tells beside the token, of the same person (Core 1.0 §5.3.2)."""
        endpoint = (await self.metadata()).userinfo_endpoint
        if endpoint is None:
            return {}
        told = await _asked(httpx.Request("GET", endpoint, headers={"Authorization": f"Bearer {access_token}"}))
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise SignInRefused(reason="other_person")
        return told


def checked_claims(id_token: str, keys: KeySet, *, provider: Provider, nonce: str, now: datetime) -> Mapping[str, Any]:
    """What an ID token says, signed by the provider, for us, for this very sign-in (Core 1.0 §3.1.3.7).

    Raises SignInRefused (`token`).
    """
    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        wanted.validate(claims)
    except (JoseError, ValueError) as error:
        raise SignInRefused(reason="token") from error
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise SignInRefused(reason="token")
    return claims


async def _asked(request: httpx.Request, proof: httpx.Auth | None = None) -> Any:
    """The JSON of the answer. Raises SignInRefused when the provider refuses, Unavailable when it does not answer."""
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client:
            answer = await client.send(request, auth=proof or httpx.USE_CLIENT_DEFAULT)
            if answer.is_client_error:
                raise SignInRefused(reason="provider")
            answer.raise_for_status()
            return answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable("the provider of sign-in does not answer") from error


def _read(shape: type[Shape], answer: Any) -> Shape:
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        raise Unavailable("the provider of sign-in answers what it should not") from error


def _key_set(answer: Any) -> KeySet:
    try:
        return KeySet.import_key_set(answer)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise Unavailable("the keys of the provider of sign-in cannot be read") from error


def _quoted(text: str) -> str:
    """As RFC 6749 §2.3.1 writes an id and a secret before they are joined."""
    return urlencode({"": text})[1:]

"""A provider that answers what it should not, a new key, or nothing: a stand-in, as a certified one does none of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI, Response
from joserfc.jwk import KeySet, RSAKey

from service.application.openid import FAILED_SECONDS, OpenId
from service.domain.account_errors import SignInRefused
from service.domain.errors import Unavailable
from service.domain.signing_in import NamedBy, SignIn
from tests.application.test_openid import CLAIMS, NONCE, a_provider, signed
from tests.console.browsing import serving

NOW = datetime.now(UTC)
DESCRIBED = ".well-known/openid-configuration"
STAMP = int(NOW.timestamp())
SIGN_IN = SignIn(
    state="a state",
    nonce=NONCE,
    code_verifier="a verifier",
    origin="sas",
    return_to="/rdv/1",
    expires_at=NOW + timedelta(minutes=1),
)


class StandIn:
    """What it answers, by path; a number is a status without a body."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, {"kid": "first"})
        self.told = CLAIMS | {"iss": issuer, "iat": STAMP, "exp": STAMP + 60}
        self.different: dict[str, object] = {}
        self.asked: list[str] = []

    def described(self) -> dict[str, str]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/user",
        }

    def answer(self, path: str) -> object:
        self.asked.append(path)
        usual: dict[str, object] = {
            DESCRIBED: self.described(),
            "keys": KeySet([self.key]).as_dict(private=False),
            "token": {"id_token": signed(self.told, self.key), "access_token": "an access"},
            "user": {"sub": CLAIMS["sub"], "SubjectNameID": "899900000029"},
        }
        return self.different.get(path, usual[path])


@pytest.fixture
async def stand_in():
    app = FastAPI()
    async with serving(app) as address:
        provider = StandIn(address)

        @app.api_route("/{path:path}", methods=["GET", "POST"])
        async def answer(path: str) -> object:
            told = provider.answer(path)
            return Response(status_code=told) if isinstance(told, int) else told

        yield provider


@pytest.fixture
def openid(stand_in):
    return OpenId(a_provider(issuer=stand_in.issuer))


async def identify(openid):
    return await openid.identify("a code", SIGN_IN, back_to="https://test/back", now=NOW)


async def test_what_the_token_lacks_is_asked_of_the_userinfo(openid, stand_in):
    assert await identify(openid) == "899900000011"
    del stand_in.told["SubjectNameID"]
    assert await identify(openid) == "899900000029"


async def test_a_new_key_of_the_provider_is_fetched(openid, stand_in):
    await identify(openid)
    stand_in.key = RSAKey.generate_key(2048, {"kid": "second"})
    assert await identify(openid) == "899900000011"


@pytest.mark.parametrize(
    ("path", "told", "error"),
    [
        ("user", {"sub": "f:another", "SubjectNameID": "899900000029"}, SignInRefused),
        ("user", {"sub": CLAIMS["sub"]}, SignInRefused),
        ("user", [], SignInRefused),
        ("token", 400, SignInRefused),
        ("token", 500, Unavailable),
        ("token", {"access_token": "an access"}, Unavailable),
        ("keys", {"keys": "none"}, Unavailable),
        ("keys", [], Unavailable),
        ("keys", 503, Unavailable),
        (".well-known/openid-configuration", {"issuer": "https://elsewhere.example.org"}, Unavailable),
        (".well-known/openid-configuration", 302, Unavailable),
    ],
)
async def test_what_it_should_not_answer_lets_nobody_in(openid, stand_in, path, told, error):
    del stand_in.told["SubjectNameID"]
    stand_in.different[path] = told
    with pytest.raises(error):
        await identify(openid)


async def test_one_that_names_itself_otherwise_is_not_trusted(stand_in):
    other = OpenId(a_provider(issuer=stand_in.issuer.replace("localhost", "127.0.0.1")))
    with pytest.raises(Unavailable, match="names itself otherwise"):
        await identify(other)


ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("address", ["http://provider.example.org/", "javascript:alert(1)", "https://["])
async def test_one_that_names_an_address_without_tls_is_not_trusted(openid, stand_in, endpoint, address):
    stand_in.different[DESCRIBED] = stand_in.described() | {endpoint: address}
    with pytest.raises(Unavailable, match="not asked over TLS"):
        await openid.metadata()


async def test_one_that_is_asked_by_many_at_once_is_asked_once(openid, stand_in):
    await asyncio.gather(*(openid.metadata() for _ in range(20)))
    assert stand_in.asked == [DESCRIBED]


@pytest.mark.parametrize("status", [404, 503])
async def test_one_that_is_down_is_left_in_peace_for_some_seconds(stand_in, status):
    seconds = 0.0
    openid = OpenId(a_provider(issuer=stand_in.issuer), clock=lambda: seconds)
    stand_in.different[DESCRIBED] = status
    told = await asyncio.gather(*(openid.metadata() for _ in range(20)), return_exceptions=True)
    assert [type(each) for each in told] == [Unavailable] * 20
    del stand_in.different[DESCRIBED]
    with pytest.raises(Unavailable):
        await openid.metadata()
    seconds += FAILED_SECONDS
    await openid.metadata()
    assert stand_in.asked == [DESCRIBED] * 2


async def test_an_email_that_the_token_tells_to_be_unverified_stays_so(stand_in):
    by_email = OpenId(a_provider(issuer=stand_in.issuer, claims=("email",), named_by=NamedBy.EMAIL))
    stand_in.told["email_verified"] = False
    stand_in.different["user"] = {"sub": CLAIMS["sub"], "email": "jules@example.org"}
    with pytest.raises(SignInRefused):
        await identify(by_email)

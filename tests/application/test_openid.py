"""What an ID token must be to be believed, and which provider may be asked at all."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from service.application.openid import checked_claims
from service.domain.account_errors import SignInRefused
from service.domain.errors import Invalid
from service.domain.signing_in import NamedBy, Provider
from tests.make_bookings import NOW

ISSUER, CLIENT, NONCE = "https://provider.example.org", "tourderole", "a nonce"
KEY = RSAKey.generate_key(2048, {"kid": "known", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "known", "use": "sig"})
UNKNOWN = RSAKey.generate_key(2048, {"kid": "unknown", "use": "sig"})
SHARED = OctKey.import_key("a secret of thirty-two bytes or more", {"kid": "known"})
KEYS = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
STAMP = int(NOW.timestamp())
CLAIMS = {
    "iss": ISSUER,
    "aud": CLIENT,
    "sub": "f:someone",
    "nonce": NONCE,
    "iat": STAMP - 5,
    "exp": STAMP + 300,
    "SubjectNameID": "899900000011",
}


def a_provider(**different) -> Provider:
    usual = {
        "issuer": ISSUER,
        "client_id": CLIENT,
        "client_secret": "a secret",
        "scope": "openid",
        "claims": ("SubjectNameID", "preferred_username"),
        "named_by": NamedBy.NATIONAL,
    }
    return Provider(**{**usual, **different})


def signed(claims, key=KEY, algorithm="RS256") -> str:
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key, algorithms=[algorithm])


def checked(token):
    return checked_claims(token, KEYS, provider=a_provider(), nonce=NONCE, now=NOW)


def test_a_token_made_for_us_is_believed():
    assert checked(signed(CLAIMS))["SubjectNameID"] == "899900000011"
    assert checked(signed(CLAIMS | {"aud": [CLIENT, "another"], "azp": CLIENT}))["sub"] == "f:someone"


@pytest.mark.parametrize(
    "different",
    [
        {"iss": "https://elsewhere.example.org"},
        {"aud": "another"},
        {"aud": ["another", "a third"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": STAMP - 60},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": STAMP + 300},
        {"sub": None},
    ],
)
def test_a_token_made_for_anything_else_is_not(different):
    claims = {name: value for name, value in (CLAIMS | different).items() if value is not None}
    with pytest.raises(SignInRefused):
        checked(signed(claims))


@pytest.mark.parametrize(
    "token",
    [
        signed(CLAIMS, OTHER),
        signed(CLAIMS, UNKNOWN),
        signed(CLAIMS, SHARED, "HS256"),
        signed(CLAIMS)[:-4] + "AAAA",
        signed(CLAIMS).rpartition(".")[0] + ".",
        "eyJhbGciOiJub25lIn0." + signed(CLAIMS).split(".")[1] + ".",
        "no token at all",
        "",
    ],
    ids=["other-key", "unknown-key", "shared-secret", "altered", "unsigned", "none", "words", "nothing"],
)
def test_a_token_that_the_provider_did_not_sign_is_not_believed(token):
    with pytest.raises(SignInRefused):
        checked(token)


def test_a_token_that_has_just_run_out_may_be_late_by_half_a_minute():
    late = CLAIMS | {"exp": STAMP}
    checked_claims(signed(late), KEYS, provider=a_provider(), nonce=NONCE, now=NOW + timedelta(seconds=29))
    with pytest.raises(SignInRefused):
        checked_claims(signed(late), KEYS, provider=a_provider(), nonce=NONCE, now=NOW + timedelta(seconds=31))


@pytest.mark.parametrize(
    ("told", "identifier"),
    [
        ({"SubjectNameID": "899900000011", "preferred_username": "other"}, "899900000011"),
        ({"preferred_username": "3456780581/11242343"}, "3456780581/11242343"),
        ({"SubjectNameID": ""}, None),
        ({"SubjectNameID": 8}, None),
        ({}, None),
    ],
)
def test_the_first_claim_told_holds_the_identifier(told, identifier):
    assert a_provider().identifier_in(told) == identifier


def test_an_email_known_to_be_unverified_names_nobody():
    by_email = a_provider(claims=("email",), named_by=NamedBy.EMAIL)
    assert by_email.identifier_in({"email": "jules@example.org"}) == "jules@example.org"
    assert by_email.identifier_in({"email": "jules@example.org", "email_verified": True}) == "jules@example.org"
    for told in (False, "false", 0, None, "true", 1):
        assert by_email.identifier_in({"email": "jules@example.org", "email_verified": told}) is None


@pytest.mark.parametrize(
    "issuer", ["http://provider.example.org", "ftp://localhost", "provider", "https://[", "https://"]
)
def test_a_provider_is_asked_over_tls_alone(issuer):
    with pytest.raises(Invalid):
        a_provider(issuer=issuer)


def test_the_secret_shown_to_a_provider_is_shown_nowhere_else():
    assert "a secret" not in repr(a_provider())

"""Environment variables are checked when they are read."""

import pytest
from pydantic import ValidationError

from service.settings import Settings


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://regulation.example/", "https://regulation.example"),
        ("https://regulation.example:8443/cpts/", "https://regulation.example:8443/cpts"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("", None),
    ],
)
def test_the_public_address_is_kept_without_a_slash_at_its_end(monkeypatch, given, read):
    monkeypatch.setenv("TOURDEROLE_PUBLIC_URL", given)
    assert Settings().public_url == read


@pytest.mark.parametrize(
    "given", ["regulation.example", "ftp://regulation.example", "https://x.example/?a=b", "https://"]
)
def test_what_is_no_address_of_a_server_is_refused(monkeypatch, given):
    monkeypatch.setenv("TOURDEROLE_PUBLIC_URL", given)
    with pytest.raises(ValidationError):
        Settings()


def test_what_is_refused_tells_no_secret(monkeypatch):
    monkeypatch.setenv("TOURDEROLE_FHIR_PROXY_SECRET", "abcdefghijklmnopqrstuvwxyz0123456789")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "uvwxyz0123456789" not in str(refused.value)

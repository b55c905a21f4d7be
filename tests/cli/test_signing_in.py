"""Who vouches for regulators, by the settings: the profiles, what may differ, and what is refused."""

import pytest
import typer

from service.cli.signing_in import console
from service.domain.signing_in import NamedBy
from service.settings import Settings
from service.web.console.setup import SAS_ORIGINS

WHOLE = {"oidc_issuer": "https://provider.example.org", "oidc_client_id": "us", "oidc_client_secret": "a secret"}


def provider_of(**settings):
    openid = console(Settings(**{**WHOLE, **settings})).openid
    assert openid is not None
    return openid.provider


def test_pro_sante_connect_names_people_by_their_national_number():
    provider = provider_of(oidc_profile="pro-sante-connect")
    assert (provider.scope, provider.acr_values, provider.named_by) == ("openid scope_all", "eidas1", NamedBy.NATIONAL)
    assert (provider.claims[0], provider.discovery) == ("SubjectNameID", ".well-known/wallet-openid-configuration")


def test_the_realm_of_the_sas_names_people_by_email_unless_told_otherwise():
    assert provider_of(oidc_profile="sas").named_by is NamedBy.EMAIL
    other = provider_of(oidc_profile="sas", oidc_identifier="sas", oidc_claims="sub, preferred_username")
    assert (other.named_by, other.claims) == (NamedBy.SAS, ("sub", "preferred_username"))


def test_without_a_profile_nobody_signs_in():
    assert console(Settings()).openid is None


def test_the_origins_of_the_sas_are_configured():
    assert console(Settings()).origins == frozenset(SAS_ORIGINS)
    assert console(Settings(sas_origins="sas, sas-recette")).origins == {"sas", "sas-recette"}


@pytest.mark.parametrize("missing", list(WHOLE))
def test_half_of_the_settings_end_the_command(missing, capsys):
    with pytest.raises(typer.Exit):
        provider_of(oidc_profile="sas", **{missing: None})
    assert "TOURDEROLE_OIDC_PROFILE" in capsys.readouterr().err


def test_a_provider_without_tls_ends_the_command(capsys):
    with pytest.raises(typer.Exit):
        provider_of(oidc_profile="sas", oidc_issuer="http://provider.example.org")
    assert "TLS" in capsys.readouterr().err

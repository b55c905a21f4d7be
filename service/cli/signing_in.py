"""Who vouches for regulators on the booking page, by the settings: a profile, each value of which may be another."""

from dataclasses import dataclass

from service.application.openid import OpenId
from service.cli.opening import stopped
from service.domain.errors import Invalid
from service.domain.signing_in import NamedBy, Provider
from service.settings import Settings
from service.web.console.setup import Console


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is the same for everybody who uses a provider."""

    scope: str
    claims: str
    named_by: str
    acr_values: str | None = None
    discovery: str = ".well-known/openid-configuration"


PROFILES = {
    "pro-sante-connect": Profile(
        scope="openid scope_all",
        acr_values="eidas1",
        claims="SubjectNameID preferred_username",
        named_by="national",
        discovery=".well-known/wallet-openid-configuration",
    ),
    "sas": Profile(scope="openid profile email", claims="email", named_by="email"),
}
"""Pro Santé Connect (https://industriels.esante.gouv.fr/produits-et-services/pro-sante-connect) names people by their
national number; it describes itself at an address of its own. The realm of the SAS: a Keycloak, people by e-mail."""


def console(settings: Settings, *, invites: bool = False) -> Console:
    """`invites`: for the demonstration alone. Ends the command when the settings are half made."""
    origins = frozenset(settings.sas_origins.replace(",", " ").split())
    if settings.oidc_profile is None:
        return Console(origins=origins, invites=invites)
    openid = OpenId(_provider(settings, PROFILES[settings.oidc_profile]))
    return Console(openid=openid, origins=origins, invites=invites)


def _provider(settings: Settings, profile: Profile) -> Provider:
    issuer, client_id, secret = settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret
    if issuer is None or client_id is None or secret is None:
        raise stopped("TOURDEROLE_OIDC_PROFILE asks for …_ISSUER, …_CLIENT_ID and …_CLIENT_SECRET, too.", status=2)
    try:
        return Provider(
            issuer=issuer,
            client_id=client_id,
            client_secret=secret.get_secret_value(),
            scope=settings.oidc_scope or profile.scope,
            acr_values=settings.oidc_acr_values or profile.acr_values,
            claims=tuple((settings.oidc_claims or profile.claims).replace(",", " ").split()),
            named_by=NamedBy(settings.oidc_identifier or profile.named_by),
            discovery=settings.oidc_discovery or profile.discovery,
        )
    except Invalid as error:
        raise stopped(f"TOURDEROLE_OIDC_ISSUER: {error.faults[0].message}.", status=2) from error

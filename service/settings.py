"""Every environment variable of the service: typed, described, read once by the command line."""

from pathlib import Path
from typing import Annotated, Literal, Self

from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DatabaseUrl = Annotated[str, StringConstraints(pattern=r"^postgres(ql)?://", strip_whitespace=True)]
PublicUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", strip_whitespace=True),
    AfterValidator(lambda url: url.rstrip("/")),
]
SasUrl = Annotated[
    str,
    StringConstraints(
        pattern=r"^(https://[^\s/?#]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?)(/[^\s?#]*)?$", strip_whitespace=True
    ),
    AfterValidator(lambda url: url.rstrip("/")),
]
"""Without TLS in a laboratory alone."""
Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


def _listed(text: object) -> object:
    """`a, b` as two texts."""
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Read from TOURDEROLE_DATABASE_URL, TOURDEROLE_DATA and so on; an empty variable counts as absent."""

    model_config = SettingsConfigDict(
        env_prefix="TOURDEROLE_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    database_url: DatabaseUrl | None = Field(
        default=None,
        repr=False,
        description="A PostgreSQL server, 15 or newer (postgresql://…); without it the service starts its own.",
    )
    data: Folder = Field(
        default_factory=lambda: user_data_path("tourderole"),
        description="Folder of what the service keeps on this machine: its own PostgreSQL and the admin token.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port that `serve` listens on; 0 takes a free one.")
    public_url: PublicUrl | None = Field(
        default=None,
        description="Where the outside reaches the service (https://…), behind a proxy for instance: "
        "the national interface points there. Without it, where each request came in.",
    )
    fhir_url: PublicUrl | None = Field(
        default=None,
        description="Where the SAS platform reaches the national interface (https://…/fhir), when that is elsewhere "
        "than under the public URL.",
    )
    trusted_proxies: Listed = Field(
        default=(),
        description="Addresses or networks of proxies, with commas between: who connects from there is believed "
        "when it tells from where and how it was itself reached (X-Forwarded-For, X-Forwarded-Proto).",
    )
    fhir_proxy_secret: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="What the front proxy sends with the client certificates that it verified: see docs/mtls.md.",
    )
    fhir_client_cn: Listed = Field(
        default=(), description="CNs of the certificates that /fhir lets in, with commas between."
    )
    fhir_client_ou: Listed = Field(default=(), description="Their OUs: a certificate needs one of each.")
    oidc_profile: Literal["pro-sante-connect", "sas"] | None = Field(
        default=None, description="Who vouches for regulators on the booking page; without it nobody signs in there."
    )
    oidc_issuer: str | None = Field(default=None, description="Of the provider, as its tokens name it (https://…).")
    oidc_client_id: str | None = Field(default=None, description="As the provider knows this service.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="What proves it to the provider.")
    oidc_scope: str | None = Field(default=None, description="In place of the profile's.")
    oidc_acr_values: str | None = Field(default=None, description="In place of the profile's.")
    oidc_claims: str | None = Field(
        default=None, description="In place of the profile's: the claims that may hold the identifier, in order."
    )
    oidc_identifier: Literal["national", "sas", "email"] | None = Field(
        default=None, description="In place of the profile's: which identifier of the account that claim holds."
    )
    oidc_discovery: str | None = Field(
        default=None, description="In place of the profile's: where, below its issuer, the provider describes itself."
    )
    sas_origins: str = Field(
        default="sas sas-preprod sas-rui sas-rui-ovh",
        description="Values of `origin` by which the SAS platform says that a regulator comes from it.",
    )
    admin_token: SecretStr | None = Field(
        default=None, min_length=16, description="The bearer token of every /v1 route; made at first start when absent."
    )
    solver_workers: int = Field(default=2, ge=1, description="Threads that a solve may use; today's engine takes one.")
    worker_concurrency: int = Field(default=1, ge=1, description="Solves that one worker runs at the same time.")
    webhooks_private: bool = Field(
        default=False, description="Send events to private networks and without TLS too: for laboratories and tests."
    )
    webhooks_first_wait_seconds: float = Field(
        default=5, gt=0, description="Longest wait before a failed delivery is tried again; each further one doubles."
    )
    webhooks_longest_wait_seconds: float = Field(default=1800, gt=0, description="Where that doubling ends.")
    webhooks_longest_pause_seconds: float = Field(
        default=300, gt=0, description="Longest rest of a receiver that fails again and again."
    )
    webhooks_give_up_hours: float = Field(
        default=72, gt=0, description="A delivery that still fails after so long is a dead letter."
    )
    sas_url: SasUrl | None = Field(
        default=None,
        description="Where the SAS platform is told of what its regulators book (https://…, before /Appointment); "
        "without it nothing is told.",
    )
    sas_editor: str | None = Field(
        default=None,
        pattern=r"^(urn:oid:[0-9]+(\.[0-9]+)+|https?://[^\s|]+)$",
        description="Who we are to it: our OID (urn:oid:…), else an address of ours. Never changed.",
    )
    sas_certificate: Path | None = Field(
        default=None, description="PEM file of the certificate, with its chain, that we show to the SAS platform."
    )
    sas_key: Path | None = Field(default=None, description="PEM file of that certificate's key.")
    sas_authorities: Path | None = Field(
        default=None, description="PEM file of the authorities that the platform's certificate must come from."
    )
    sas_timeout_seconds: float = Field(default=10, gt=0, description="How long its answer is waited for.")
    server_workers: int = Field(
        default=1,
        ge=1,
        le=64,
        description="Processes of `serve` that answer; of several, none runs jobs: one more does.",
    )
    unready_seconds: float = Field(
        default=1,
        ge=0,
        description="`serve`, told to stop, still answers for so long, while /readyz sends traffic away.",
    )
    drain_seconds: int = Field(default=30, ge=1, description="How long requests may take to end when `serve` stops.")
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port on which `worker`, which has no other, offers /metrics."
    )
    log_requests: bool = Field(default=False, description="A log line for every request: its route, never its path.")

    @model_validator(mode="after")
    def _sas_is_whole(self) -> Self:
        if self.sas_url and not self.sas_editor:
            raise ValueError("TOURDEROLE_SAS_URL needs TOURDEROLE_SAS_EDITOR, the system of our identifiers")
        if bool(self.sas_certificate) != bool(self.sas_key):
            raise ValueError("TOURDEROLE_SAS_CERTIFICATE and TOURDEROLE_SAS_KEY go together")
        return self

    @model_validator(mode="after")
    def _clients_are_whole(self) -> Self:
        if self.fhir_proxy_secret and not (self.fhir_client_cn and self.fhir_client_ou):
            raise ValueError("with TOURDEROLE_FHIR_PROXY_SECRET, TOURDEROLE_FHIR_CLIENT_CN and _OU say who is let in")
        return self

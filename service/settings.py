"""Every environment variable of the service: typed, described, read once by the command line."""

from pathlib import Path
from typing import Annotated

from platformdirs import user_data_path
from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

DatabaseUrl = Annotated[str, StringConstraints(pattern=r"^postgres(ql)?://", strip_whitespace=True)]
PublicUrl = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", strip_whitespace=True),
    AfterValidator(lambda url: url.rstrip("/")),
]
Folder = Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())]


class Settings(BaseSettings):
    """Read from TOURDEROLE_DATABASE_URL, TOURDEROLE_DATA and so on; an empty variable counts as absent."""

    model_config = SettingsConfigDict(env_prefix="TOURDEROLE_", env_ignore_empty=True, frozen=True)

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
    admin_token: SecretStr | None = Field(
        default=None, min_length=16, description="The bearer token of every /v1 route; made at first start when absent."
    )
    solver_workers: int = Field(default=2, ge=1, description="Threads that one solve may use.")
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

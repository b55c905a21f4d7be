"""How the SAS platform is reached, made of the settings."""

import ssl
from datetime import timedelta

from httpx import create_ssl_context

from service.application.appointment_sending import Platform
from service.cli.opening import stopped
from service.domain.webhooks import Retrying
from service.settings import Settings
from service.worker.tasks import Informed

LONGEST_WAIT_SECONDS = 60
"""There is one platform only: it is asked again within a minute, however long it has been down."""


def informed(settings: Settings) -> Informed | None:
    """None when it is told nothing. Raises Exit when a certificate cannot be read."""
    if settings.sas_url is None or settings.sas_editor is None:
        return None
    platform = Platform(
        url=settings.sas_url,
        editor=settings.sas_editor,
        timeout_seconds=settings.sas_timeout_seconds,
        tls=_tls(settings),
    )
    retrying = Retrying(
        first_wait=timedelta(seconds=settings.webhooks_first_wait_seconds),
        longest_wait=timedelta(seconds=min(settings.webhooks_longest_wait_seconds, LONGEST_WAIT_SECONDS)),
    )
    return Informed(platform=platform, retrying=retrying)


def _tls(settings: Settings) -> ssl.SSLContext:
    """Both sides show certificates, in TLS 1.2 or newer. Read once: a renewed certificate needs a restart."""
    try:
        authorities = settings.sas_authorities
        tls = ssl.create_default_context(cafile=authorities) if authorities else create_ssl_context()
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.sas_certificate is not None:
            tls.load_cert_chain(settings.sas_certificate, settings.sas_key)
    except OSError as error:
        raise stopped(f"TOURDEROLE_SAS_CERTIFICATE, _KEY or _AUTHORITIES cannot be used: {error}") from error
    return tls

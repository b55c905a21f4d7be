"""Webhooks: who is told of which events, how what is sent is signed, and how long a receiver is waited for."""

import base64
import hashlib
import ipaddress
import json
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from service.domain.bookings import BookingId
from service.domain.directory import TerritoryId
from service.domain.errors import Invalid
from service.domain.events import Event, EventId, EventType
from service.domain.faults import Fault
from service.domain.webhook_errors import SecretChanging

WebhookId = NewType("WebhookId", UUID)

SECRET_PREFIX = "whsec_"  # noqa: S105
SECRET_BYTES = 32
"""Of 24 to 64 that Standard Webhooks allows."""
OLD_SECRET_TIME = timedelta(hours=24)
"""So long both secrets sign, for the receiver to change over."""
LONGEST_URL = 2000
_UNICAST = ipaddress.ip_network("2000::/3")
_UNWELL = frozenset({408, 425, 429, 502, 503, 504})
"""Statuses that tell of the receiver, or of what stands before it: it has no time, or is not there."""


class Disabled(StrEnum):
    """Why nothing is sent."""

    BY_OWNER = "by_owner"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A receiver of a territory's events of some types. `failures`: in a row, at the last attempts.

    `paused_until`: nothing is sent before, since the receiver fails. `old_secret` signs too until `old_secret_until`.
    """

    id: WebhookId
    territory: TerritoryId
    url: str
    event_types: frozenset[EventType]
    secret: str
    created_at: datetime
    version: int = 1
    old_secret: str | None = None
    old_secret_until: datetime | None = None
    disabled: Disabled | None = None
    failures: int = 0
    paused_until: datetime | None = None

    def changed(
        self, *, url: str | None, event_types: frozenset[EventType] | None, is_enabled: bool | None
    ) -> "Webhook":
        """The next version; what is None stays. To enable it is to try again at once."""
        disabled = self.disabled if is_enabled is None else None if is_enabled else Disabled.BY_OWNER
        changed = replace(
            self,
            url=url or self.url,
            event_types=event_types or self.event_types,
            disabled=disabled,
            version=self.version + 1,
        )
        return replace(changed, failures=0, paused_until=None) if is_enabled else changed

    def wants(self, event: Event) -> bool:
        """One of its types and territory, that happened when it was there, be it told of later."""
        is_its_own = self.territory in event.told_to and event.type in self.event_types
        return is_its_own and event.occurred_at >= self.created_at

    def rotated(self, secret: str, *, now: datetime) -> "Webhook":
        """The next version with a new secret. Raises SecretChanging while an old one signs."""
        if self.old_secret_until is not None and now < self.old_secret_until:
            raise SecretChanging(until=self.old_secret_until.isoformat())
        return replace(
            self,
            secret=secret,
            old_secret=self.secret,
            old_secret_until=now + OLD_SECRET_TIME,
            version=self.version + 1,
        )

    def secrets(self, *, now: datetime) -> tuple[str, ...]:
        """Those that sign, the newest first."""
        is_old_good = self.old_secret_until is not None and now < self.old_secret_until
        return (self.secret, self.old_secret) if is_old_good and self.old_secret else (self.secret,)


class DeliveryState(StrEnum):
    """Pending: due, or waiting for its next attempt. Dead: given up, until somebody has it sent again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


class Failing(StrEnum):
    """Why an attempt failed when there was no answer."""

    HOST_UNKNOWN = "host_unknown"
    HOST_NOT_PUBLIC = "host_not_public"
    TLS_FAILED = "tls_failed"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one webhook. `body` is sent as it is at every attempt, under the event's id.

    `position`: the event's; of one booking, earlier ones go first. `since`: when it was first due.
    """

    webhook: WebhookId
    event: EventId
    position: int
    booking: BookingId | None
    type: EventType
    body: str
    state: DeliveryState
    since: datetime
    next_attempt_at: datetime
    attempts: int = 0
    last_attempt_at: datetime | None = None
    status: int | None = None
    failing: Failing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of sending: the HTTP status, or why there is none."""

    status: int | None = None
    failing: Failing | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """The receiver answers, and will not have this event: that says little of others."""
        return self.status is not None and not self.is_success and self.status not in _UNWELL

    @property
    def is_gone(self) -> bool:
        """The receiver says that it wants no more."""
        return self.status == 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """How a receiver that fails is tried again: exponential back-off with full jitter, each wait drawn from 0 up.

    Standard Webhooks advises some three days of attempts; so long after `since` a delivery is dead, never before,
    however the waits were drawn. After `failures_to_pause` in a row the receiver as a whole is left alone for a while.
    """

    first_wait: timedelta = timedelta(seconds=5)
    longest_wait: timedelta = timedelta(minutes=30)
    give_up_after: timedelta = timedelta(days=3)
    failures_to_pause: int = 5
    longest_pause: timedelta = timedelta(minutes=5)

    def wait(self, attempts: int, draw: float) -> timedelta:
        """Before the next attempt, after so many; `draw` is in [0, 1)."""
        return _backed_off(self.first_wait, self.longest_wait, attempts) * draw

    def pause(self, failures: int, draw: float) -> timedelta | None:
        """Before the receiver is tried at all; None while it has failed too little. Half of it is certain."""
        if not self.is_failing(failures):
            return None
        most = _backed_off(self.first_wait, self.longest_pause, failures - self.failures_to_pause + 1)
        return most * (1 + draw) / 2

    def is_against_receiver(self, attempt: Attempt, attempts: int, failures: int) -> bool:
        """Whether a failure counts, after so many `attempts` of the event and `failures` of the receiver in a row.

        Not when a receiver that is well refuses an event again: it may be well, and never have that one.
        """
        return attempts == 1 or self.is_failing(failures) or not attempt.is_refusal

    def is_failing(self, failures: int) -> bool:
        """The receiver, not some event that it will not have."""
        return failures >= self.failures_to_pause

    def is_over(self, since: datetime, now: datetime) -> bool:
        return now >= since + self.give_up_after


def _backed_off(first: timedelta, longest: timedelta, times: int) -> timedelta:
    """Twice as long each time; in seconds, as floats do not overflow where a `timedelta` would."""
    seconds = first.total_seconds() * 2.0 ** min(times - 1, 1000)
    return timedelta(seconds=min(seconds, longest.total_seconds()))


def new_secret() -> str:
    """As Standard Webhooks writes it: a prefix and base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def fingerprint(secret: str) -> str:
    """Names a secret to who knows it, and tells nobody what it is: its bytes are drawn, so none can be tried."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_public(address: str) -> bool:
    """An IP address that any host on the internet may have: not private, local, multicast, mapped or tunnelled."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not ip.is_multicast
    return ip.is_global and ip in _UNICAST and ip.sixtofour is None and ip.teredo is None


def checked_url(url: str, *, private: bool) -> str:
    """Where events may be sent: https, and no address of a private network unless `private` networks are allowed.

    What a host's name stands for is looked at when something is sent. Raises Invalid: `url.malformed`,
    `url.not_https`, `url.not_public`.
    """
    parts, host = _parts(url)
    if parts.scheme != "https" and not private:
        raise Invalid(_fault("url.not_https", "events are sent over https alone", hint="https://…"))
    if not private and _is_private(host):
        raise Invalid(_fault("url.not_public", "this host is not on the public internet"))
    return url


def _parts(url: str) -> tuple[SplitResult, str]:
    """And the host, without the dot that a whole name may end with."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:
        raise Invalid(_MALFORMED) from None
    strange = not url.isascii() or any(each.isspace() or not each.isprintable() for each in url)
    strange = strange or port == 0 or not host or _is_number(host)
    if strange or parts.scheme not in ("http", "https") or "@" in parts.netloc or "#" in url:
        raise Invalid(_MALFORMED)
    return parts, host


def _is_number(host: str) -> bool:
    """An IPv4 address in an old spelling, such as 2130706433 or 0x7f.1.

    https://url.spec.whatwg.org/#ends-in-a-number-checker
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", host.rpartition(".")[2]) is not None
    return False


def _is_private(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _fault(code: str, message: str, *, hint: str | None = None) -> Fault:
    return Fault(path="url", code=code, message=message, hint=hint)


_MALFORMED = _fault(
    "url.malformed", "an address of a receiver: https, a host, no user, no fragment", hint="https://example.org/events"
)


def body_of(event: Event) -> str:
    """What a receiver reads, as Standard Webhooks lays it out, with the territory besides."""
    told = {
        "type": event.type.value,
        "timestamp": event.occurred_at.isoformat(),
        "territory": event.territory,
        "data": event.data,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

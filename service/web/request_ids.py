"""The id that names one request: in its answer, in every log line about it, in the jobs that it asks for."""

import os
import re
from collections.abc import Iterable

HEADER = b"x-request-id"
_TRACE_HEADER = b"traceparent"
_SANE = re.compile(rb"[0-9A-Fa-f-]{16,64}")
"""Such as a UUID or what proxies make. No name fits in it, no phone number, no identifier of a person."""
_TRACE = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
"""https://www.w3.org/TR/trace-context/#traceparent-header"""


def request_id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The caller's `X-Request-Id` when it is sane, else the trace of its `traceparent`, else a new one."""
    trace = None
    for name, value in headers:
        if name == HEADER and _SANE.fullmatch(value):
            return value.decode()
        if name == _TRACE_HEADER:
            trace = _TRACE.fullmatch(value)
    return trace[1].decode() if trace else os.urandom(16).hex()

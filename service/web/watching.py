"""What surrounds every request: its id, its count and time, the log line of what failed, the end of a server."""

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.web import refusals
from service.web.counting import REQUESTS, SECONDS
from service.web.request_ids import HEADER, request_id_of
from service.web.routing import route_of

log = structlog.get_logger(__name__)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLOSE = (b"connection", b"close")


class _Answer:
    """What goes back to the caller. It is counted before its end leaves: no answer that a caller has is uncounted."""

    __slots__ = ("_began", "_counted", "_id", "_scope", "_send", "_tell", "status")

    def __init__(self, scope: Scope, send: Send, id: str, tell: Callable[[Scope, int, float], None]) -> None:
        self._scope, self._send, self._id, self._tell = scope, send, id, tell
        self._began, self._counted = perf_counter(), False
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            closing = (_CLOSE,) if self._scope["app"].state.is_draining else ()
            message["headers"] = [*message.get("headers", ()), (HEADER, self._id.encode()), *closing]
        elif not message.get("more_body", False):
            self.count()
        await self._send(message)

    def count(self) -> None:
        """Once, however it ended."""
        if not self._counted:
            self._counted = True
            self._tell(self._scope, self.status or 500, perf_counter() - self._began)


class Watched:
    """Pure ASGI, around the whole application; some microseconds a request.

    It tells the route, never the path or the query: these may name a person. While the server drains
    (`app.state.is_draining`), callers are told not to come back on the same connection, and who is still waiting when
    its time is up is told so: the cancellation ends here, as nothing is left to cancel.
    """

    def __init__(self, app: ASGIApp, *, log_requests: bool = False) -> None:
        self._app = app
        self._log_requests = log_requests
        self._counts: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = request_id_of(scope["headers"])
        scope.setdefault("state", {})["request_id"] = id
        structlog.contextvars.bind_contextvars(request_id=id)
        answer = _Answer(scope, send, id, self._count)
        try:
            await self._app(scope, receive, answer.send)
        except asyncio.CancelledError:
            if not scope["app"].state.is_draining:
                raise
            log.warning("request_cut", method=scope["method"], route=route_of(scope), began=bool(answer.status))
            if not answer.status:
                await refusals.stopping(Request(scope))(scope, receive, answer.send)
        except Exception:
            log.exception("request_failed", method=scope["method"], route=route_of(scope))
            if answer.status:
                raise  # the answer has begun: only a cut connection can still tell that it is not whole
            await refusals.internal(Request(scope))(scope, receive, answer.send)
        finally:
            answer.count()

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = route_of(scope)
        counts = self._counts.get((method, route, status))
        if counts is None:
            counts = (REQUESTS.labels(method, route, status), SECONDS.labels(method, route))
            self._counts[method, route, status] = counts
        requests, time = counts
        requests.inc()
        time.observe(seconds)
        if self._log_requests:
            log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))

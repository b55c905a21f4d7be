"""How much of a request is read."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.domain.errors import TooLarge
from service.web import refusals

LIMIT_BYTES = 5_000_000
"""More than anything lawful: a territory of 160 practitioners is a tenth of it."""
_STATUS = 413
_LENGTH = b"content-length"
_DIGITS = 12


class Bounded:
    """Pure ASGI, around all that reads bodies: a longer one is refused as soon as it says so, or is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said, read, is_cut = _said_bytes(scope), 0, False

        async def receiving() -> Message:
            nonlocal read, is_cut
            if said <= LIMIT_BYTES:
                message = await receive()
                read += len(message.get("body", b""))
                if read <= LIMIT_BYTES:
                    return message
            is_cut = True
            raise HTTPException(_STATUS)  # the framework lets no other error through

        async def sending(message: Message) -> None:
            if not is_cut:
                await send(message)

        try:
            await self._app(scope, receiving, sending)
        except HTTPException:
            if not is_cut:
                raise
        if is_cut:
            error = TooLarge(f"more than {LIMIT_BYTES} bytes were sent", limit_bytes=LIMIT_BYTES)
            await refusals.refusal(Request(scope), error)(scope, receive, send)


def _said_bytes(scope: Scope) -> int:
    """How long the body is by its header, or longer than anything; 0 where that says nothing."""
    said: bytes = next((value for name, value in scope["headers"] if name == _LENGTH), b"")
    return int(said[:_DIGITS]) if said.isdigit() else 0

"""The cookies of the pages, and the token by which a form shows that it came from one of them."""

import hashlib
import hmac

from fastapi import Request, Response

SESSION = "__Host-tourderole"
SIGN_IN = "__Host-tourderole-sign-in"
ARRIVED = "__Host-tourderole-arrived"
"""Where the last sign-in led, for when its way back is loaded again.

`__Host-`: the browser takes them over TLS alone (or on this very machine), and no other host can set them.
"""


def keep(response: Response, name: str, token: str, *, seconds: int | None = None) -> None:
    """Until the browser closes, unless for so many seconds. `lax`, as people come from another site."""
    response.set_cookie(name, token, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def forget(response: Response, name: str) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def token_in(request: Request, name: str) -> str | None:
    return request.cookies.get(name)


def form_token(session_token: str) -> str:
    """Known to the pages of that session alone, and telling nothing of its token."""
    return hmac.new(session_token.encode(), b"form", hashlib.sha256).hexdigest()


def is_own_form(session_token: str, given: str) -> bool:
    return hmac.compare_digest(form_token(session_token).encode(), given.encode())

"""How a page is answered: its template filled, and headers that let it load from here alone and be kept nowhere."""

from collections.abc import Mapping
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from service.domain.french import capitalised, counted, phone, spaced
from service.web.console.cookies import form_token
from service.web.console.french import clock_at, until_of

STATIC = Path(__file__).with_name("static")
STATIC_AT = "/console/static"
_HERE_ALONE = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _HERE_ALONE + "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Content-Language": "fr",
}
_TEMPLATES = Environment(
    loader=PackageLoader("service.web.console"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_TEMPLATES.filters |= {
    "capitalised": capitalised,
    "clock_at": clock_at,
    "phone": phone,
    "spaced": spaced,
    "until_of": until_of,
}
_TEMPLATES.globals |= {"counted": counted, "static": STATIC_AT}


def page(request: Request, template: str, *, status: int = 200, **shown: object) -> HTMLResponse:
    """`request.state.page_session`: who is signed in, if anybody is."""
    session = getattr(request.state, "page_session", None)
    token = getattr(request.state, "page_token", None)
    known = {"session": session, "form_token": form_token(token) if token else None, "faults": ()}
    html = _TEMPLATES.get_template(f"{template}.html").render(**known | shown)
    return HTMLResponse(html, status_code=status, headers=dict(HEADERS))


def go(where: str) -> RedirectResponse:
    """See other: what was posted is done, and going back does not do it again."""
    return RedirectResponse(where, status_code=303, headers=dict(HEADERS))

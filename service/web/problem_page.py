"""The page that every problem's `type` leads to: each code and what it means, readable without internet."""

from collections.abc import Iterator
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from service.domain.errors import TourderoleError
from service.web.fault_codes import FAULTS
from service.web.french import in_french
from service.web.problems import status_of

router = APIRouter()

_HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Problems</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } td, th { text-align: left; padding: .3rem 1rem .3rem 0; vertical-align: top }
tr { border-bottom: 1px solid #8884 } :target { background: #fd06 }
</style>
<h1>Problems</h1>
<p>Every 4xx and 5xx answer is an <code>application/problem+json</code> (RFC 9457). <code>code</code> is stable;
a request with a single fault bears the fault's own code. <code>Accept-Language: fr</code> gives French words.</p>
"""


def errors() -> Iterator[type[TourderoleError]]:
    """Every error that the domain raises, parents before children."""
    waiting: list[type[TourderoleError]] = [TourderoleError]
    while waiting:
        error = waiting.pop(0)
        yield error
        waiting.extend(error.__subclasses__())


def _row(code: str, *cells: str) -> str:
    rest = "".join(f"<td>{escape(cell)}" for cell in cells)
    return f'<tr id="{escape(code)}"><td><code>{escape(code)}</code>{rest}\n'


@router.get("/problems", include_in_schema=False)
async def problems_page() -> HTMLResponse:
    known = [error for error in errors() if status_of(error) < 500 or status_of(error) == 503]
    answers = "".join(
        _row(e.code, str(status_of(e)), e.title, in_french(e.code, "")) for e in sorted(known, key=status_of)
    )
    faults = "".join(_row(code, meaning) for code, meaning in FAULTS.items())
    return HTMLResponse(
        f"{_HEAD}<h2>Answers</h2><table><tr><th>code<th>status<th>meaning<th>en français\n{answers}</table>"
        f"<h2>Faults (422)</h2><table><tr><th>code<th>meaning\n{faults}</table></html>"
    )

"""What the shapes refuse, as faults: JSON path, stable code, message, hint."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from service.application.territory_file.fields import Hint, shown
from service.application.territory_file.shapes import TerritoryFileIn
from service.domain.faults import Fault, nearest

CODES = {
    "extra_forbidden": "key.unknown",
    "missing": "key.missing",
    "enum": "choice.unknown",
    "literal_error": "choice.unknown",
    "string_too_short": "text.too_short",
    "string_too_long": "text.too_long",
    "string_pattern_mismatch": "text.malformed",
    "string_unicode": "text.encoding",
    "too_short": "list.too_short",
    "too_long": "list.too_long",
    "greater_than": "number.too_small",
    "greater_than_equal": "number.too_small",
    "less_than": "number.too_large",
    "less_than_equal": "number.too_large",
    "finite_number": "number.not_finite",
}
"""Kind of refusal (pydantic) → code. A dotted kind is a code already; any other says that the type does not fit."""


def faults_of(errors: Iterable[ErrorDetails], *, at: str = "", hinted: bool = True) -> Iterator[Fault]:
    """The faults of an object that stands at this path; "" for the document or the body of a request."""
    for error in errors:
        kind = error["type"]
        code = kind if "." in kind else CODES.get(kind, "type.mismatch")
        hint = _hint(error) if hinted else None
        yield Fault(path=json_path(error["loc"], at=at), code=code, message=error["msg"], hint=hint)


def faults_in(error: ValidationError, *, at: str = "", hinted: bool = True) -> Iterator[Fault]:
    return faults_of(error.errors(include_url=False, include_input=False), at=at, hinted=hinted)


def _hint(error: ErrorDetails) -> str | None:
    if error["type"] == "extra_forbidden":
        return nearest(str(error["loc"][-1]), _all_keys() - {error["loc"][-1]})
    hint: Hint = error.get("ctx", {}).get("hint")
    return hint() if callable(hint) else hint


def json_path(parts: Iterable[int | str], *, at: str = "") -> str:
    """`practitioners[3].rpps`; a key that is no plain word is quoted."""
    path = at
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif re.fullmatch(r"\w{1,64}", part):
            path += f".{part}" if path else part
        else:
            path += f"[{shown(part)}]"
    return path


@cache
def _all_keys() -> frozenset[str]:
    """Every key that the format knows, wherever it stands."""
    schema = TerritoryFileIn.model_json_schema()
    objects = [schema, *schema["$defs"].values()]
    return frozenset(key for described in objects for key in described.get("properties", {}))

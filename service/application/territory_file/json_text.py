"""JSON as strictly as the file needs it: UTF-8, finite numbers, no key twice in one object."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from service.application.territory_file.faults import json_path
from service.domain.errors import Invalid
from service.domain.faults import Fault

Pairs = list[tuple[str, Any]]


def parsed(text: str | bytes) -> tuple[Any, tuple[Fault, ...]]:
    """The document, and a fault for every key that stands twice in one object (the last one is kept).

    Raises Invalid for what is no JSON: `text.encoding`, `json.malformed`, `json.too_deep`, `number.not_finite`.
    """
    repeated: list[tuple[dict[str, Any], str]] = []

    def as_object(pairs: Pairs) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            times = Counter(key for key, _ in pairs)
            repeated.extend((found, key) for key in found if times[key] > 1)
        return found

    try:
        document = json.loads(_decoded(text), object_pairs_hook=as_object, parse_constant=_not_finite)
    except json.JSONDecodeError as error:
        raise Invalid(Fault(path=f"line {error.lineno}", code="json.malformed", message=str(error))) from None
    except RecursionError:
        raise Invalid(Fault(path="", code="json.too_deep", message="objects nest too deeply")) from None
    except ValueError:
        message = "a whole number has thousands of digits"
        raise Invalid(Fault(path="", code="number.too_large", message=message)) from None
    return document, tuple(_repeated_keys(document, repeated))


def _decoded(text: str | bytes) -> str:
    try:
        return text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is no UTF-8"
        raise Invalid(Fault(path="", code="text.encoding", message=message, hint="save the file as UTF-8")) from None


def _not_finite(constant: str) -> Any:
    message = f"{constant} is no JSON number"
    raise Invalid(Fault(path="", code="number.not_finite", message=message))


def _repeated_keys(document: Any, repeated: list[tuple[dict[str, Any], str]]) -> Iterator[Fault]:
    """Faults with their paths; an object that a repeated key displaced is named by its own key alone."""
    paths = _paths(document) if repeated else {}
    for found, key in repeated:
        path = json_path([key], at=paths.get(id(found), ""))
        yield Fault(path=path, code="key.duplicate", message="the key stands twice in one object")


def _paths(document: Any) -> Mapping[int, str]:
    """Identity of every object in the document → its path."""
    paths: dict[int, str] = {}
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, dict):
            paths[id(value)] = at
            waiting.extend((json_path([key], at=at), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{at}[{index}]", inner) for index, inner in enumerate(value))
    return paths

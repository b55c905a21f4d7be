"""What a request may say, by its documentation: the hint for a key that it may not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import Request

from service.domain.faults import nearest
from service.web.routing import route_of

Schema = Mapping[str, Any]
MOST_NAMED = 20


def hint_of_unknown(request: Request, loc: Sequence[int | str]) -> str | None:
    """What may have been meant, or may stand there. `loc`: part of the request, then the way to the key."""
    documented = request.app.openapi()
    operation = documented["paths"].get(route_of(request.scope), {}).get(request.method.lower(), {})
    part, *way, key = loc
    if part == "body":
        [*bodies] = operation.get("requestBody", {}).get("content", {}).values()
        known = {name for body in bodies for name in _keys(documented, body.get("schema", {}), way)}
    else:
        known = {each["name"] for each in operation.get("parameters", ()) if each["in"] == part}
    if not known:
        return None
    return nearest(str(key), known) or f"known here: {', '.join(sorted(known)[:MOST_NAMED])}"


def _keys(documented: Schema, schema: Schema, way: Sequence[int | str]) -> Iterator[str]:
    """Of the objects at the end of the way from the schema; of all choices, where it offers some."""
    if ref := schema.get("$ref"):
        yield from _keys(documented, documented["components"]["schemas"][ref.rpartition("/")[2]], way)
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _keys(documented, choice, way)
    properties: Schema = schema.get("properties", {})
    if not way:
        yield from properties
        return
    step, *rest = way
    if isinstance(step, int):
        yield from _keys(documented, schema.get("items", {}), rest)
    elif step in properties:
        yield from _keys(documented, properties[step], rest)

"""Which route a request has come to."""

from starlette.types import Scope


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as `/v1/slots`; FastAPI keeps it, prefix included, in the scope."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    return getattr(context or scope.get("route"), "path", "none")

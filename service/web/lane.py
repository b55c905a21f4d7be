"""The fast lane: the routes that regulators wait for, called without the framework in between.

A request of such a route that is well formed is answered here, by the very function that the route declares. Every
other goes on to the route itself, which says what is wrong with it. So the documents, the shapes and the answers are
the route's own: with the lane taken away they stay the same, only later.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.domain.errors import TourderoleError
from service.web.dependencies import GIVEN, Given, NotPlain
from service.web.problems import problem

Endpoint = Callable[..., Awaitable[BaseModel]]

_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lean:
    """A route as the lane calls it. `path` is whole; it names nothing."""

    method: str
    path: str
    status: int
    endpoint: Endpoint
    arguments: Mapping[str, Given]
    shown: Callable[[Any], bytes]

    @classmethod
    def of(cls, router: APIRouter, endpoint: Endpoint, *, prefix: str) -> "Lean":
        """The route of that router which declares the function."""
        [route] = [each for each in router.routes if isinstance(each, APIRoute) and each.endpoint is endpoint]
        [method] = cast("set[str]", route.methods)
        hints = get_type_hints(endpoint, include_extras=True)
        shape = TypeAdapter(hints["return"])
        excluded = route.response_model_exclude_none
        return cls(
            method=method,
            path=prefix + route.path,
            status=route.status_code or 200,
            endpoint=endpoint,
            arguments={name: _argument(hints[name]) for name in inspect.signature(endpoint).parameters},
            shown=lambda answer: shape.dump_json(answer, by_alias=True, exclude_none=excluded),
        )

    async def answer(self, request: Request, body: bytes) -> Response:
        """Raises NotPlain when it is the route's to answer."""
        response = Response(status_code=self.status, media_type=_JSON)
        try:
            given = {name: argument(request, response, body) for name, argument in self.arguments.items()}
            response.body = self.shown(await self.endpoint(**given))
        except TourderoleError as error:
            return problem(request, error)
        response.headers["content-length"] = str(len(response.body))
        return response


class Lane:
    """Pure ASGI, before the router."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[Lean]) -> None:
        self._app = app
        self._routes = {(route.method, route.path): route for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        received = [await receive()]
        while received[-1].get("more_body"):
            received.append(await receive())
        try:
            response = await route.answer(Request(scope), b"".join(each.get("body", b"") for each in received))
        except NotPlain:
            await self._app(scope, _first(received, receive), send)
            return
        await response(scope, receive, send)


def _first(received: Sequence[Message], receive: Receive) -> Receive:
    """What was received already, then whatever comes."""
    left = list(reversed(received))

    async def receiving() -> Message:
        return left.pop() if left else await receive()

    return receiving


def _argument(hint: Any) -> Given:
    if hint is Response:
        return lambda _request, response, _body: response
    if get_origin(hint) is not Annotated:
        return _of_body(hint)
    given, *marks = get_args(hint)
    [mark] = [each for each in marks if isinstance(each, params.Depends | params.Query)]
    if isinstance(mark, params.Query):
        return _of_query(given)
    return GIVEN[mark.dependency]


def _of_body(shape: type[BaseModel]) -> Given:
    def argument(request: Request, _response: Response, body: bytes) -> BaseModel:
        if request.headers.get("content-type", "").partition(";")[0] != _JSON:
            raise NotPlain
        try:
            return shape.model_validate_json(body)
        except ValidationError:
            raise NotPlain from None

    return argument


def _of_query(shape: type[BaseModel]) -> Given:
    def argument(request: Request, _response: Response, _body: bytes) -> BaseModel:
        try:
            return shape.model_validate(dict(request.query_params))
        except ValidationError:
            raise NotPlain from None

    return argument

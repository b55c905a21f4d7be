"""What the routes of all lists have in common: ids in paths, pages, and the version and address of an entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Path, Query, Response
from pydantic import BaseModel, Field

from service.application.territory_file.fields import Id, Shape
from service.domain.directory import PractitionerId, TerritoryId
from service.domain.entries import Entry, Page
from service.web.dependencies import etag

Item = TypeVar("Item", bound=BaseModel)
Stamped = TypeVar("Stamped", bound=Shape)
Stored = TypeVar("Stored")

Version = Annotated[int, Field(description="Raised by every change; the ETag is this number in quotes", examples=[3])]
Limit = Annotated[int, Query(ge=1, le=200, description="Entries a page, at most")]


async def _territory(
    territory: Annotated[Id, Path(description="The territory's id", examples=["cpts-haut-anjou-fictive"])],
) -> TerritoryId:
    return TerritoryId(territory)


async def _practitioner(
    practitioner: Annotated[Id, Path(description="The practitioner's id", examples=["gp-01"])],
) -> PractitionerId:
    return PractitionerId(practitioner)


TerritoryPath = Annotated[TerritoryId, Depends(_territory)]
PractitionerPath = Annotated[PractitionerId, Depends(_practitioner)]
EntryPath = Annotated[Id, Path(description="The entry's id, as in the territory file")]
DeclarationPath = Annotated[UUID, Path(description="The id that the service gave it")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """`after`: the position that the page before ended at."""

    after: int
    limit: int


async def _paging(
    cursor: Annotated[
        str | None, Query(pattern="^[0-9]{1,9}$", description="`next_cursor` of the page before", examples=["49"])
    ] = None,
    limit: Limit = 50,
) -> Paging:
    return Paging(after=int(cursor) if cursor else -1, limit=limit)


PagingDep = Annotated[Paging, Depends(_paging)]


class PageOut(BaseModel, Generic[Item]):
    """Part of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the next page; null at the end", examples=["49"]
    )

    @classmethod
    def of(cls, page: Page[Stored], shown: Callable[[Stored], Item]) -> "PageOut[Item]":
        return cls(items=[shown(entry) for entry in page.items], next_cursor=page.next_cursor)


def stamped(shape: type[Stamped], described: Shape, **stamp: object) -> Stamped:
    """The same fields with what the service adds: version, id."""
    return shape.model_validate({**described.model_dump(), **stamp}, by_name=True)


def tag(response: Response, entry: Entry[Any]) -> None:
    """Say which version the answer shows."""
    response.headers["ETag"] = etag(entry.version)


def locate(response: Response, entry: Entry[Any], *path: str) -> None:
    """Say where under `/v1` the new entry is, and which version it has."""
    response.headers["Location"] = "/".join(("/v1", *(quote(part, safe="") for part in (*path, entry.id))))
    tag(response, entry)


_ETAG = {"ETag": {"description": "The version; send it in If-Match to edit", "schema": {"type": "string"}}}
_LOCATION = {"Location": {"description": "The address of the new entry", "schema": {"type": "string"}}}

SHOWN: dict[int | str, dict[str, Any]] = {200: {"headers": _ETAG}}
CREATED: dict[int | str, dict[str, Any]] = {201: {"headers": _ETAG | _LOCATION}}
"""What the documentation says of answers that carry a version."""

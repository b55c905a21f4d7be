"""Request bodies that are files: read whole, as far as `Bounded` lets them be."""

from typing import Annotated, Any

from fastapi import Depends, Request


async def _file(request: Request) -> bytes:
    return await request.body()


FileBody = Annotated[bytes, Depends(_file)]


def file_body(media_types: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the documentation says of such a body: its schema by media type."""
    content = {media_type: {"schema": schema} for media_type, schema in media_types.items()}
    return {"requestBody": {"required": True, "content": content}}

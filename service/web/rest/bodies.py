"""Request bodies that are files: read whole, up to a limit."""

from typing import Annotated, Any

from fastapi import Depends, Request

from service.domain.errors import TooLarge

LIMIT_BYTES = 5_000_000


async def _file(request: Request) -> bytes:
    """Raises TooLarge as soon as it is."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LIMIT_BYTES:
            raise TooLarge(f"more than {LIMIT_BYTES} bytes were sent", limit_bytes=LIMIT_BYTES)
    return bytes(read)


FileBody = Annotated[bytes, Depends(_file)]


def file_body(media_types: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What the documentation says of such a body: its schema by media type."""
    content = {media_type: {"schema": schema} for media_type, schema in media_types.items()}
    return {"requestBody": {"required": True, "content": content}}

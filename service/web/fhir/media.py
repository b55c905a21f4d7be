"""FHIR's own media type, whatever the caller says that it accepts."""

from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

MEDIA_TYPE = "application/fhir+json"


class FhirResponse(Response):
    """A resource, in plain dicts and lists."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        return to_json(content)

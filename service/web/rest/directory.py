"""Everything of the directory that has an address under `/v1`."""

from fastapi import APIRouter

from service.web.rest import practices, practitioners, session_templates, territories, territory_files

router = APIRouter()
for part in (territories, territory_files, practices, practitioners, session_templates):
    router.include_router(part.router)

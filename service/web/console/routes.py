"""Every route of the pages for regulators, which the places of the national interface lead to."""

from fastapi import APIRouter

from service.web.console import agenda, cards, holding, sign_in

router = APIRouter()
for part in (sign_in.router, holding.router, cards.router, agenda.router):
    router.include_router(part)

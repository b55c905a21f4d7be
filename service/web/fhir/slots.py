"""The places of practitioners, as the SAS platform asks for them (INT_R01, INT_R04)."""

from fastapi import APIRouter

router = APIRouter(prefix="/Slot", tags=["fhir"])

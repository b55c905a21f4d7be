"""Whose agenda a page belongs to, and where its links lead."""

import re
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Path, Query

from service.domain.bookings import BookingId, HoldId
from service.domain.errors import NotFound

_NUMBER = re.compile(r"8?([0-9]{11})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A practitioner's agenda; `site`: at one place alone."""

    rpps: str
    site: UUID | None = None

    def agenda(self, **further: str) -> str:
        return self._at("", **further)

    def everywhere(self) -> str:
        return Asked(rpps=self.rpps).agenda()

    def to_hold(self) -> str:
        return self._at("/retenir")

    def hold(self, id: HoldId) -> str:
        return self._at(f"/retenues/{id}")

    def release(self, id: HoldId) -> str:
        return self._at(f"/retenues/{id}/rendre")

    def booking(self, id: BookingId) -> str:
        return self._at(f"/rendez-vous/{id}")

    def cancel(self, id: BookingId) -> str:
        return self._at(f"/rendez-vous/{id}/annuler")

    def _at(self, path: str, **further: str) -> str:
        query = ({"lieu": str(self.site)} if self.site else {}) | further
        return f"/rdv/{self.rpps}{path}" + (f"?{urlencode(query)}" if query else "")


async def _asked(
    rpps: Annotated[str, Path(max_length=20)], lieu: Annotated[str | None, Query(max_length=80)] = None
) -> Asked:
    """With the prefix of the national interface or without. A place that nobody knows is left out.

    Raises NotFound (`practitioner`).
    """
    number = _NUMBER.fullmatch(rpps)
    if number is None:
        raise NotFound("practitioner", "of that number")
    try:
        return Asked(rpps=number[1], site=UUID(lieu) if lieu else None)
    except ValueError:
        return Asked(rpps=number[1])


AskedDep = Annotated[Asked, Depends(_asked)]

"""Scarce places: the last of each seat are kept for the inhabitants of their sector until shortly before they begin."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from service.domain.directory import TerritoryId
from service.domain.policy import SearchPolicy
from service.domain.rosters import Modality, Session


class Home(NamedTuple):
    """A sector in which a patient lives, as a territory draws it."""

    territory: TerritoryId
    sector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Until then the place is kept for who lives in the sector, and costs others more; it is hidden from nobody."""

    sector: str
    until: datetime

    def is_from(self, homes: Collection[Home], territory: TerritoryId, *, now: datetime) -> bool:
        """Whether a patient who lives there is one of the others at this instant."""
        return now < self.until and (territory, self.sector) not in homes


def keeping_of(session: Session, start: datetime, *, place: int, of: int, search: SearchPolicy) -> Keeping | None:
    """The last `kept_percent` (rounded down) of a seat's places, numbered from 0, are kept; no teleconsultation is."""
    sector = session.template.sector
    is_in_question = session.template.modality is not Modality.TELE and (
        search.kept_sectors is None or sector in search.kept_sectors
    )
    if is_in_question and place >= of - of * search.kept_percent // 100:
        return Keeping(sector=sector, until=start - timedelta(minutes=search.release_minutes))
    return None

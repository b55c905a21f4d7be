"""The place that a line of the directory's extract names: found among known practices, or made into a new one."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from service.application import extract_columns as columns
from service.application.delimited_text import Record, folded
from service.application.territory_file.known import Known
from service.domain.directory import Insee, Practice
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.geography import Point
from service.domain.identifiers import checked_finess, checked_insee, checked_rpps_rank, checked_siret

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """What the line says of the place; a cell that is empty is None or ""."""

    finess: str | None
    siret: str | None
    rpps_rank: str | None
    technical_id: str
    name: str
    insee: Insee | None
    address_line: str
    phone: str

    @staticmethod
    def of(record: Record, known: Known, faults: list[Fault]) -> "NamedPlace":
        """What is wrong with identifiers or commune is added to `faults`, and left out."""

        def known_commune(text: str) -> Insee:
            insee = checked_insee(text)
            if known.communes is not None and insee not in known.communes:
                raise Invalid(known.commune_unknown(insee))
            return insee

        def cell(header: str, check: Callable[[str], Value]) -> Value | None:
            return checked_cell(record.cell(header), check, faults) if record.cell(header) else None

        return NamedPlace(
            finess=cell(columns.FINESS, checked_finess),
            siret=cell(columns.SIRET, checked_siret),
            rpps_rank=cell(columns.FORMER_ID, _rank_of_former_id),
            technical_id=folded(record.cell(columns.TECHNICAL_ID)),
            name=record.cell(columns.PLACE_NAME) or record.cell(columns.SIGN_NAME),
            insee=cell(columns.COMMUNE, known_commune),
            address_line=" ".join(filter(None, (record.cell(part) for part in columns.ADDRESS))),
            phone=record.cell(columns.PHONE),
        )

    @property
    def id(self) -> str:
        """What a practice made from this line is called: by its surest identifier."""
        if self.finess or self.siret:
            return f"finess-{self.finess}" if self.finess else f"siret-{self.siret}"
        return f"site-{self.technical_id}" if self.technical_id else f"site-{folded(self.name)[:40]}-{self.insee}"

    def found_among(self, practices: Iterable[Practice]) -> Practice | None:
        """By FINESS, else SIRET, else RPPS rank, else technical id, else name and commune."""
        practices = tuple(practices)
        signs: tuple[Callable[[Practice], bool], ...] = (
            lambda practice: self.finess is not None and practice.finess == self.finess,
            lambda practice: self.siret is not None and practice.siret == self.siret,
            lambda practice: self.rpps_rank is not None and practice.rpps_rank == self.rpps_rank,
            lambda practice: practice.id == self.id,
            self._is_namesake,
        )
        return next((practice for agrees in signs for practice in practices if agrees(practice)), None)

    def _is_namesake(self, practice: Practice) -> bool:
        """Same name in the same commune, and no establishment number that says otherwise."""
        return (
            bool(self.name)
            and (folded(practice.name), practice.insee) == (folded(self.name), self.insee)
            and (practice.finess is None or self.finess is None)
            and (practice.siret is None or self.siret is None)
        )

    def as_new_practice(self, centre: Point) -> dict[str, Any]:
        """The row of a practice with one room at the centre of its commune: the extract knows no point and no rooms."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": columns.kind_of(self.name),
            "insee": self.insee,
            "finess": self.finess,
            "siret": self.siret,
            "rpps_rank": self.rpps_rank,
            "address_line": self.address_line,
            "phone": self.phone,
            "rooms": 1,
            "lat": centre.lat,
            "lon": centre.lon,
        }


def checked_cell(text: str, check: Callable[[str], Value], faults: list[Fault]) -> Value | None:
    """An identifier, the blanks that people write into it taken out; what is wrong with it is added to `faults`."""
    try:
        return check(re.sub(r"\s", "", text))
    except Invalid as error:
        faults.extend(error.faults)
        return None


def _rank_of_former_id(former_id: str) -> str | None:
    """`4` stands before an RPPS rank; `1` before a FINESS and `3` before a SIRET, which have columns of their own."""
    return checked_rpps_rank(former_id[1:]) if former_id.startswith("4") else None

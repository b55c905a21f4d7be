"""Fields that name something in another list: they resolve, whenever what is known of the territory is given.

What is known (`Known`) travels as the context of the validation; without it only the form of a field is judged.
"""

from collections.abc import Callable, Collection
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from service.application.territory_file.fields import CommuneCode, Id, Sector, refusal, shown
from service.application.territory_file.known import Known
from service.domain.faults import nearest


def known_to(info: ValidationInfo) -> Known:
    """What is known of the territory; nothing when nobody said."""
    return info.context if isinstance(info.context, Known) else Known()


def _resolves(noun: str, ids_of: Callable[[Known], Collection[str] | None]) -> AfterValidator:
    def judge(id: str, info: ValidationInfo) -> str:
        ids = ids_of(known_to(info))
        if ids is not None and id not in ids:
            raise refusal("reference.unknown", f"there is no {noun} {shown(id)}", lambda: nearest(id, ids))
        return id

    return AfterValidator(judge)


def _stands_in_the_territory(insee: str, info: ValidationInfo) -> str:
    known = known_to(info)
    if known.communes is None or insee in known.communes:
        return insee
    fault = known.commune_unknown(insee)
    raise refusal(fault.code, fault.message, fault.hint)


KnownPractice = Annotated[
    Id,
    _resolves("practice", lambda known: known.practices),
    Field(description="A practice's id", examples=["cab-quai"]),
]
KnownPractitioner = Annotated[
    Id,
    _resolves("practitioner", lambda known: known.practitioners),
    Field(description="A practitioner's id", examples=["gp-01"]),
]
KnownTemplate = Annotated[
    Id,
    _resolves("session template", lambda known: known.templates),
    Field(description="A session template's id", examples=["t01"]),
]
KnownSector = Annotated[
    Sector,
    _resolves("sector", lambda known: known.sectors),
    Field(description="A sector that a commune names", examples=["CG"]),
]
KnownCommune = Annotated[
    CommuneCode,
    AfterValidator(_stands_in_the_territory),
    Field(description="INSEE code of a commune of the territory", examples=["53062"]),
]

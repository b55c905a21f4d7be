"""Writing the territory file: the same format back, without remarks and without what only repeats a default."""

import json
from collections.abc import Iterable
from typing import Any

from service.application.territory_file.availability import (
    AbsenceIn,
    AvailabilityExceptionIn,
    AvailabilityRuleIn,
    DutyIn,
)
from service.application.territory_file.fields import Shape
from service.application.territory_file.practices import PracticeIn
from service.application.territory_file.practitioners import PractitionerIn
from service.application.territory_file.rosters import BurdenIn, PinIn, SessionTemplateIn
from service.application.territory_file.shapes import FORMAT, TerritoryFileIn
from service.application.territory_file.territories import CommuneIn, TerritoryIn
from service.domain.territory_file import TerritoryFile


def territory_file_json(file: TerritoryFile) -> dict[str, Any]:
    """The document as JSON values, keys in the order of the format."""
    zone = file.territory.zone
    document = {
        "format": FORMAT,
        "territory": _json(TerritoryIn.of(file.territory)),
        "communes": _list(CommuneIn.of(commune) for commune in file.communes),
        "practices": _list(PracticeIn.of(practice) for practice in file.practices),
        "practitioners": _list(PractitionerIn.of(practitioner) for practitioner in file.practitioners),
        "session_templates": _list(SessionTemplateIn.of(template) for template in file.session_templates),
        "availability_rules": _list(AvailabilityRuleIn.of(rule) for rule in file.availability_rules),
        "absences": _list(AbsenceIn.of(absence) for absence in file.absences),
        "availability_exceptions": _list(AvailabilityExceptionIn.of(e) for e in file.availability_exceptions),
        "duties": _list(DutyIn.of(duty, zone) for duty in file.duties),
        "pins": _list(PinIn.of(pin) for pin in file.pins),
        "burden_history": _list(BurdenIn.of(burden) for burden in file.burden_history),
    }
    return {key: value for key, value in document.items() if value or TerritoryFileIn.model_fields[key].is_required()}


def write_territory_file(file: TerritoryFile) -> str:
    """The document as text, ending in a line break. `read_territory_file` gives an equal territory back."""
    return json.dumps(territory_file_json(file), ensure_ascii=False, indent=1) + "\n"


def _json(shape: Shape) -> dict[str, Any]:
    return shape.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _list(shapes: Iterable[Shape]) -> list[dict[str, Any]]:
    return [_json(shape) for shape in shapes]

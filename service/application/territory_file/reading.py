"""Reading the territory file: all of it or nothing, every fault at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import ValidationError

from service.application.territory_file.availability import (
    AbsenceIn,
    AvailabilityExceptionIn,
    AvailabilityRuleIn,
    DutyIn,
)
from service.application.territory_file.faults import faults_in, json_path
from service.application.territory_file.fields import NOTE_SUFFIXES, Shape, shown
from service.application.territory_file.json_text import parsed
from service.application.territory_file.known import (
    Known,
    postal_codes,
    stop_weekdays,
    template_weekdays,
    window_of,
)
from service.application.territory_file.practices import PracticeIn
from service.application.territory_file.practitioners import PractitionerIn
from service.application.territory_file.rosters import BurdenIn, PinIn, SessionTemplateIn
from service.application.territory_file.shapes import FORMAT, TerritoryFileIn
from service.application.territory_file.territories import CommuneIn, TerritoryIn
from service.domain.communes import current_commune
from service.domain.directory import Commune, Practice, Territory
from service.domain.errors import Invalid
from service.domain.faults import Fault, nearest
from service.domain.territory_file import TerritoryFile

Value = TypeVar("Value")
AnyShape = TypeVar("AnyShape", bound=Shape)

UNIQUE = (
    ("communes", "insee", "id.duplicate"),
    ("practices", "id", "id.duplicate"),
    ("practitioners", "id", "id.duplicate"),
    ("practitioners", "rpps", "rpps.duplicate"),
    ("session_templates", "id", "id.duplicate"),
)

HINTED_FAULTS = 200
"""The faults after these come without a hint: looking for what was meant takes a millisecond each."""


def read_territory_file(text: str | bytes) -> TerritoryFile:
    """The territory that the document describes. Raises Invalid with every fault: JSON path, code, hint."""
    document, repeated_keys = parsed(text)
    if not isinstance(document, dict):
        raise Invalid(Fault(path="", code="type.mismatch", message="the document is no JSON object"))
    reader = _Reader(document)
    reader.faults.extend(repeated_keys)
    reader.judge_keys()
    reader.judge_uniqueness()
    file = reader.file()
    if file is None or reader.faults:
        raise Invalid(*reader.faults)
    return file


class _Reader:
    """One pass over the document, row by row: a faulty row hides no fault of another, nor calls its id unknown.

    `known` grows on the way: what rows refer to comes before them in the format.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.faults: list[Fault] = []
        self.known = Known(
            practices=self._named("practices", "id"),
            practitioners=self._named("practitioners", "id"),
            templates=self._named("session_templates", "id"),
            communes=self._named("communes", "insee"),
            sectors=self._named("communes", "sector"),
        )

    def file(self) -> TerritoryFile | None:
        """The whole territory as far as it reads; None when the territory itself does not."""
        territory = self._territory()
        communes, practices = self._places()
        practitioners = self._values("practitioners", PractitionerIn, PractitionerIn.value)
        templates = self._values("session_templates", SessionTemplateIn, SessionTemplateIn.value)
        self.known = replace(self.known, template_weekdays=template_weekdays(templates))
        rules = self._values("availability_rules", AvailabilityRuleIn, AvailabilityRuleIn.value)
        absences = self._values("absences", AbsenceIn, AbsenceIn.value)
        exceptions = self._values("availability_exceptions", AvailabilityExceptionIn, AvailabilityExceptionIn.value)
        duties = self._rows("duties", DutyIn)
        pins = self._values("pins", PinIn, PinIn.value)
        burdens = self._values("burden_history", BurdenIn, BurdenIn.value)
        if territory is None:
            return None
        return TerritoryFile(
            territory=territory,
            communes=communes,
            practices=practices,
            practitioners=practitioners,
            session_templates=templates,
            availability_rules=rules,
            absences=absences,
            availability_exceptions=exceptions,
            duties=tuple(duty.value(territory.zone) for duty in duties),
            pins=pins,
            burden_history=burdens,
        )

    def judge_keys(self) -> None:
        fields = TerritoryFileIn.model_fields
        for key in self.document:
            if key not in fields and not key.endswith(NOTE_SUFFIXES):
                self._note(json_path([key]), "key.unknown", f"there is no key {shown(key)}", nearest(key, fields))
        for key, field in fields.items():
            if key not in self.document and field.is_required():
                self._note(key, "key.missing", "the key is missing")
        if self.document.get("format", FORMAT) != FORMAT:
            self._note("format", "format.unknown", "this format is not known", FORMAT)

    def judge_uniqueness(self) -> None:
        for list_key, key, code in UNIQUE:
            first_at: dict[str, int] = {}
            for index, row in enumerate(self._list(list_key)):
                name = _name(row, key)
                if name is not None and first_at.setdefault(name, index) != index:
                    message = f"{shown(name)} stands at {list_key}[{first_at[name]}] already"
                    self._note(f"{list_key}[{index}].{key}", code, message)

    def _territory(self) -> Territory | None:
        if "territory" not in self.document:
            return None
        row = self._read(TerritoryIn, self.document["territory"], at="territory")
        if row is None:
            return None
        territory = row.value()
        self.known = replace(self.known, window=window_of(territory), zone=territory.zone)
        return territory

    def _places(self) -> tuple[tuple[Commune, ...], tuple[Practice, ...]]:
        communes = self._values("communes", CommuneIn, CommuneIn.value)
        self.known = replace(self.known, commune_of_postal_code=postal_codes(communes))
        practices = self._values("practices", PracticeIn, PracticeIn.value)
        self.known = replace(self.known, stop_weekdays=stop_weekdays(practices))
        return communes, practices

    def _values(self, key: str, shape: type[AnyShape], value: Callable[[AnyShape], Value]) -> tuple[Value, ...]:
        return tuple(value(row) for row in self._rows(key, shape))

    def _rows(self, key: str, shape: type[AnyShape]) -> list[AnyShape]:
        """The rows of a list that read well; the faults of the others are noted."""
        given = self.document.get(key)
        is_optional = not TerritoryFileIn.model_fields[key].is_required()
        if key in self.document and not isinstance(given, list) and not (given is None and is_optional):
            self._note(key, "type.mismatch", "a list is due here")
        rows = (self._read(shape, row, at=f"{key}[{index}]") for index, row in enumerate(self._list(key)))
        return [row for row in rows if row is not None]

    def _read(self, shape: type[AnyShape], given: Any, *, at: str) -> AnyShape | None:
        try:
            return shape.model_validate(given, context=self.known)
        except ValidationError as error:
            self.faults.extend(faults_in(error, at=at, hinted=len(self.faults) < HINTED_FAULTS))
            return None

    def _list(self, key: str) -> Sequence[Any]:
        given = self.document.get(key)
        return given if isinstance(given, list) else ()

    def _named(self, list_key: str, key: str) -> frozenset[str] | None:
        """What the rows call themselves, faulty ones too; None when there is no such list to refer to."""
        if not isinstance(self.document.get(list_key), list):
            return None
        return frozenset(name for row in self._list(list_key) if (name := _name(row, key)) is not None)

    def _note(self, path: str, code: str, message: str, hint: str | None = None) -> None:
        self.faults.append(Fault(path=path, code=code, message=message, hint=hint))


def _name(row: Any, key: str) -> str | None:
    """What a row calls itself under this key, if it has text there; a merged commune by its code of today."""
    name = row.get(key) if isinstance(row, dict) else None
    if not isinstance(name, str):
        return None
    return current_commune(name) if key == "insee" else name

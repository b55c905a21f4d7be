"""The text extract of the national directory: which people and places it brings to a territory, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from pydantic import ValidationError

from service.application import extract_columns as columns
from service.application.delimited_text import Record, records
from service.application.extract_places import NamedPlace, checked_cell
from service.application.territory_file.faults import faults_in
from service.application.territory_file.fields import Shape
from service.application.territory_file.known import Known
from service.application.territory_file.practices import PracticeIn
from service.application.territory_file.practitioners import PractitionerIn
from service.domain.directory import Practice, PracticeId, Practitioner
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.identifiers import checked_rpps
from service.domain.territory_file import TerritoryFile

AnyShape = TypeVar("AnyShape", bound=Shape)


class Outcome(StrEnum):
    """What a line brings: a new person, a new place of a person, nothing new, nothing for us, or a fault."""

    ADDED = "added"
    JOINED = "joined"
    KNOWN = "known"
    SKIPPED = "skipped"
    FAULT = "fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractLine:
    """An outcome of a line. Lines count from 1 with the header; one with several faults has an outcome for each."""

    line: int
    outcome: Outcome
    code: str
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractReport:
    """What an extract says. `practitioners` and `practices`: all whom its lawful lines name, as they would then be.

    A file with a fault imports nothing unless its faults are to be skipped: the caller decides.
    """

    lines: tuple[ExtractLine, ...]
    practitioners: tuple[Practitioner, ...]
    practices: tuple[Practice, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(
            Fault(path=f"line {line.line}", code=line.code, message=line.message, hint=line.hint)
            for line in self.lines
            if line.outcome is Outcome.FAULT
        )

    def applied_to(self, file: TerritoryFile) -> TerritoryFile:
        """The territory with these people and places: what it had keeps its order, what is new comes last."""
        practices = {practice.id: practice for practice in (*file.practices, *self.practices)}
        practitioners = {person.id: person for person in (*file.practitioners, *self.practitioners)}
        return replace(file, practices=tuple(practices.values()), practitioners=tuple(practitioners.values()))


def read_extract(content: bytes, known: TerritoryFile) -> ExtractReport:
    """Every line's outcome, and the lawful people and places. What cannot be read is a fault of its line: never raises.

    People are known by RPPS, places as `NamedPlace` says. A new person makes no pledge yet, so is not rostered, and may
    hold one session a week once he or she does.
    """
    extract = _Extract(known)
    for record in records(content, required=columns.REQUIRED):
        extract.take(record)
    return ExtractReport(
        lines=tuple(extract.lines),
        practitioners=tuple(extract.people[rpps] for rpps in extract.named_people),
        practices=tuple(extract.places[id] for id in extract.named_places),
    )


class _Extract:
    """People and places as they stand after the lines taken so far. `named_…`: in the order of their first line."""

    def __init__(self, file: TerritoryFile) -> None:
        self.known = replace(Known.of(file), practices=None)
        self.centre_of = {commune.insee: commune.point for commune in file.communes}
        self.people = {person.rpps: person for person in file.practitioners}
        self.places = {practice.id: practice for practice in file.practices}
        self.named_people: dict[str, None] = {}
        self.named_places: dict[PracticeId, None] = {}
        self.lines: list[ExtractLine] = []

    def take(self, record: Record | Fault) -> None:
        if isinstance(record, Fault):
            self._note(int(record.path.removeprefix("line ")), Outcome.FAULT, record.code, record.message, record.hint)
        elif reason := _not_for_us(record):
            self._note(record.line, Outcome.SKIPPED, *reason)
        else:
            try:
                self._note(record.line, *self._brought_by(record))
            except Invalid as error:
                for fault in error.faults:
                    self._note(record.line, Outcome.FAULT, fault.code, fault.message, fault.hint)

    def _brought_by(self, record: Record) -> tuple[Outcome, str, str]:
        """Take up the line's person and place; outcome, code and message. Raises Invalid and leaves all as it was."""
        faults: list[Fault] = []
        rpps = checked_cell(record.cell(columns.RPPS), checked_rpps, faults)
        named = NamedPlace.of(record, self.known, faults)
        if rpps is None or faults:
            raise Invalid(*faults)
        place = named.found_among(self.places.values()) or self._new_practice(named)
        person = self.people.get(rpps)
        if person is None:
            person = self._new_person(record, rpps, place)
            brought = Outcome.ADDED, "practitioner.added", f"{person.id} at {place.id}, without a pledge"
        elif place.id in (person.home_practice, *person.may_work_at):
            brought = Outcome.KNOWN, "practitioner.known", f"{person.id} at {place.id}"
        else:
            person = replace(person, may_work_at=(*person.may_work_at, place.id))
            brought = Outcome.JOINED, "place.joined", f"{person.id} may also work at {place.id}"
        self.people[rpps], self.places[place.id] = person, place
        self.named_people[rpps] = self.named_places[place.id] = None
        return brought

    def _new_practice(self, named: NamedPlace) -> Practice:
        if named.insee is None:
            message = "a place that is not known yet needs its commune"
            raise Invalid(Fault(path="", code="commune.missing", message=message))
        row = named.as_new_practice(self.centre_of[named.insee])
        return _lawful(PracticeIn, row, self.known).value()

    def _new_person(self, record: Record, rpps: str, home: Practice) -> Practitioner:
        row = {
            "id": f"rpps-{rpps}",
            "given_name": record.cell(columns.GIVEN_NAME),
            "family_name": record.cell(columns.FAMILY_NAME),
            "rpps": rpps,
            "specialty": record.cell(columns.SPECIALTY),
            "status": columns.STATUS_OF[record.cell(columns.STATUS)],
            "home_practice": home.id,
            "pledge": None,
            "max_sessions_per_week": 1,
            "capacity_uplift": 0,
        }
        return _lawful(PractitionerIn, row, self.known).value()

    def _note(self, line: int, outcome: Outcome, code: str, message: str, hint: str | None = None) -> None:
        self.lines.append(ExtractLine(line=line, outcome=outcome, code=code, message=message, hint=hint))


def _not_for_us(record: Record) -> tuple[str, str] | None:
    """Why the line is passed over, if it is: it names nobody who could hold a session. Code and message."""
    profession, status = record.cell(columns.PROFESSION), record.cell(columns.STATUS)
    if profession != columns.PHYSICIAN:
        return "profession.not_physician", f"profession {profession or 'unknown'} is not that of a physician"
    if record.cell(columns.CATEGORY) == columns.STUDENT:
        return "category.student", "a student holds no session"
    if record.cell(columns.SPECIALTY) not in columns.GENERAL_PRACTICE:
        return (
            "specialty.not_general_practice",
            f"{record.cell(columns.SPECIALTY) or 'no know-how'} is not general practice",
        )
    if status not in columns.STATUS_OF:
        return "status.not_rostered", f"mode of practice {status or 'unknown'} is not rostered"
    if not any(record.cell(header) for header in columns.NAMES_OF_A_PLACE):
        return "place.missing", "no place is named"
    return None


def _lawful(shape: type[AnyShape], row: Mapping[str, object], known: Known) -> AnyShape:
    """The row in its shape. Raises Invalid; the key of what is refused opens the message."""
    try:
        return shape.model_validate(row, context=known)
    except ValidationError as error:
        raise Invalid(
            *(replace(fault, message=f"{fault.path}: {fault.message}") for fault in faults_in(error))
        ) from None

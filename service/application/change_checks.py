"""What changes bring along, a session template or a stop, judged as the territory file would judge it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import ValidationError

from service.application.territory_file.faults import faults_in
from service.application.territory_file.fields import Shape
from service.application.territory_file.known import Known
from service.application.territory_file.practices import StopIn
from service.application.territory_file.rosters import SessionTemplateIn
from service.domain.changes import Change, path_of
from service.domain.changes_of_places import SessionMoved, SessionSupposed, StopAdded, moved_to
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.territory_file import TerritoryFile

OUTSIDE = "template.outside_snp_window"


def refuse_strange(changes: Sequence[Change], file: TerritoryFile) -> None:
    """Raises Invalid with every fault that the territory, as it is once the changes have happened, finds in them."""
    known = Known.of(file)
    faults = [fault for index, change in enumerate(changes) for fault in _faults(index, change, file, known)]
    if faults:
        raise Invalid(*faults)


def _faults(index: int, change: Change, file: TerritoryFile, known: Known) -> Iterator[Fault]:
    match change:
        case SessionSupposed():
            yield from _faults_of(SessionTemplateIn.of(change.template), known, at=path_of(index, change, "template"))
        case SessionMoved():
            yield from _faults_of_move(index, change, file, known)
        case StopAdded():
            yield from _faults_of(StopIn.of(change.stop), known, at=path_of(index, change, "stop"))


def _faults_of_move(index: int, change: SessionMoved, file: TerritoryFile, known: Known) -> Iterator[Fault]:
    """Its hours alone: the rest of the template is as it was judged before."""
    template = next((each for each in file.session_templates if each.id == change.session.template), None)
    moved = template and moved_to(template, change.start)
    at = path_of(index, change, "start")
    if moved is not None:
        faults = _faults_of(SessionTemplateIn.of(moved), known, at=at)
        yield from (replace(fault, path=at) for fault in faults if fault.code == OUTSIDE)


def _faults_of(shape: Shape, known: Known, *, at: str) -> Iterator[Fault]:
    """It is read once more, with all that is known of the territory beside it."""
    try:
        type(shape).model_validate(dict(shape), by_name=True, context=known)
    except ValidationError as error:
        yield from faults_in(error, at=at)

"""Whole territories as files, extracts of the national directory, and people as a spreadsheet, over REST."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from service.application import directory
from service.application.directory_extract import ExtractReport, Outcome
from service.application.people_table import people_table
from service.application.territory_file.shapes import TerritoryFileIn
from service.application.territory_file.writing import write_territory_file
from service.domain.errors import Invalid, NotFound, StillReferred, TooLarge
from service.domain.territory_file import TerritoryFile
from service.web.dependencies import CallerDep, DatabaseDep
from service.web.problems import answers
from service.web.rest.bodies import FileBody, file_body
from service.web.rest.entries import TerritoryPath

router = APIRouter(prefix="/territories/{territory}", tags=["directory"])
Entries = Annotated[int, Field(description="Entries in the list", examples=[22])]
_FILE = {"application/json": {"$ref": "#/components/schemas/TerritoryFileIn"}}
_SPREADSHEET: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
_TABLE = {"type": "string", "description": "One header line; `|`, `;`, `,` or tab between cells; UTF-8"}


class ImportedOut(BaseModel):
    """What the territory now holds."""

    territory: str = Field(examples=["cpts-haut-anjou-fictive"])
    communes: Entries
    practices: Entries
    practitioners: Entries
    session_templates: Entries
    availability_rules: Entries
    absences: Entries

    @classmethod
    def of(cls, file: TerritoryFile) -> "ImportedOut":
        return cls(
            territory=file.territory.id,
            communes=len(file.communes),
            practices=len(file.practices),
            practitioners=len(file.practitioners),
            session_templates=len(file.session_templates),
            availability_rules=len(file.availability_rules),
            absences=len(file.absences),
        )


class ExtractLineOut(BaseModel):
    """What one line of the extract brought."""

    line: int = Field(description="Counted from 1, the header", examples=[24])
    outcome: Outcome = Field(examples=["joined"])
    code: str = Field(examples=["place.joined"])
    message: str = Field(examples=["gp-03 may also work at msp-oudon"])
    hint: str | None = Field(default=None, examples=["was a digit mistyped?"])


class ExtractReportOut(BaseModel):
    """What an extract brought, line by line."""

    practitioners: int = Field(description="People named by lawful lines", examples=[24])
    practices: int = Field(description="Places named by lawful lines", examples=[10])
    lines: list[ExtractLineOut]

    @classmethod
    def of(cls, report: ExtractReport) -> "ExtractReportOut":
        lines = [ExtractLineOut.model_validate(line, from_attributes=True) for line in report.lines]
        return cls(practitioners=len(report.practitioners), practices=len(report.practices), lines=lines)


@router.put("/file", responses=answers(Invalid, TooLarge, StillReferred), openapi_extra=file_body(_FILE))
async def import_file(
    territory: TerritoryPath, content: FileBody, database: DatabaseDep, caller: CallerDep
) -> ImportedOut:
    """Import a whole territory, all or nothing: the territory becomes what the file says.

    Every fault is reported at once with its JSON path. What is no longer in the file is deleted, unless a roster
    names it: give it an `until` date instead.
    """
    file = await directory.import_territory_file(database, content, caller=caller, territory=territory)
    return ImportedOut.of(file)


@router.get("/file", response_model=TerritoryFileIn, responses=answers(Invalid, NotFound))
async def export_file(territory: TerritoryPath, database: DatabaseDep, caller: CallerDep) -> Response:
    """The whole territory as a file; importing it again changes nothing."""
    file = await directory.export_territory_file(database, territory, caller=caller)
    return Response(write_territory_file(file), media_type="application/json")


@router.get(
    "/practitioners.csv",
    response_class=Response,
    responses=_SPREADSHEET | answers(Invalid, NotFound),
)
async def export_people(territory: TerritoryPath, database: DatabaseDep, caller: CallerDep) -> Response:
    """The practitioners as a spreadsheet (CSV, `;`, UTF-8 with a byte-order mark); no cell runs as a formula."""
    file = await directory.export_territory_file(database, territory, caller=caller)
    return Response(people_table(file.practitioners), media_type="text/csv; charset=utf-8")


@router.post(
    "/directory-extracts",
    responses=answers(Invalid, NotFound, TooLarge),
    openapi_extra=file_body({"text/plain": _TABLE, "text/csv": _TABLE}),
)
async def import_extract(
    territory: TerritoryPath,
    content: FileBody,
    database: DatabaseDep,
    caller: CallerDep,
    skip_faults: Annotated[bool, Query(description="Import the lawful lines of a file that has faulty ones")] = False,
) -> ExtractReportOut:
    """Add the general practitioners of a text extract of the national directory (Annuaire Santé), and their places.

    A file with a fault imports nothing, unless its faults are to be skipped. People have no pledge yet. Doing it again
    changes nothing.
    """
    report = await directory.import_extract(database, territory, content, skip_faults=skip_faults, caller=caller)
    return ExtractReportOut.of(report)

"""The practitioners of a territory as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator

from service.application.spreadsheets import neutralised
from service.domain.directory import Practitioner

COLUMNS = (
    "id",
    "family_name",
    "given_name",
    "rpps",
    "specialty",
    "status",
    "home_practice",
    "may_work_at",
    "pledge_minutes",
    "pledge_per",
)


def people_table(practitioners: Iterable[Practitioner]) -> str:
    """CSV as French spreadsheets open it: a byte-order mark, `;` between cells. No cell runs as a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for practitioner in practitioners:
        writer.writerow(map(neutralised, _cells(practitioner)))
    return "\ufeff" + text.getvalue()


def _cells(practitioner: Practitioner) -> Iterator[str]:
    yield practitioner.id
    yield practitioner.family_name
    yield practitioner.given_name
    yield practitioner.rpps
    yield practitioner.specialty
    yield practitioner.status
    yield practitioner.home_practice
    yield " ".join(practitioner.may_work_at)
    yield str(practitioner.pledge.minutes) if practitioner.pledge else ""
    yield practitioner.pledge.per if practitioner.pledge else ""

"""A table as text, one record a line: `|` without quoting as the national directory writes it, or CSV."""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from service.domain.errors import Invalid
from service.domain.faults import Fault

DELIMITERS = "|;,\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A line of the table: its number, counted from 1 with the header, and its cells without blanks at their ends."""

    line: int
    cells: Mapping[str, str]

    def cell(self, header: str) -> str:
        """Empty when the table has no such column."""
        return self.cells.get(folded(header), "")


def records(content: bytes, *, required: Collection[str]) -> Iterator[Record | Fault]:
    """The records of a table in UTF-8, and a fault in the place of one that does not fit the header.

    A table that cannot be read at all is one fault: `text.encoding`, `text.empty`, `header.missing_column`. A cell
    without end (a quote that nobody closed) ends the reading with `row.malformed`.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        yield _fault(line, "text.encoding", f"byte {error.start} is no UTF-8", "save the file as UTF-8")
        return
    try:
        yield from _fitting(_lines(text), required)
    except Invalid as error:
        yield from error.faults


def _fitting(lines: Iterator[tuple[int, list[str]]], required: Collection[str]) -> Iterator[Record | Fault]:
    _, header = next(lines, (1, []))
    columns = [folded(name) for name in header]
    missing = [name for name in required if folded(name) not in columns]
    if not any(columns):
        yield _fault(1, "text.empty", "the first line holds no header")
    elif missing:
        yield _fault(1, "header.missing_column", f"the header lacks: {', '.join(missing)}")
    else:
        for line, cells in lines:
            yield _record(line, cells, columns)


def folded(text: str) -> str:
    """Letters and digits alone, without case and accents: what two writings of one name have in common."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in letters if letter.isalnum())


class _AsPublished(csv.excel):
    """As the national directory writes it: a quote is a letter like any other."""

    quoting = csv.QUOTE_NONE


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that has any, with the number of the line at which they begin.

    Raises Invalid (`row.malformed`) at a cell without end, as a quote makes it that nobody closed.
    """
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    dialect = _AsPublished if delimiter == "|" else csv.excel
    reader = csv.reader(io.StringIO(text, newline=""), dialect, delimiter=delimiter)
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Invalid(_fault(begins, "row.malformed", str(error), "is a quote left open?")) from None


def _record(line: int, cells: list[str], columns: list[str]) -> Record | Fault:
    if len(cells) < len(columns):
        return _fault(line, "row.too_short", f"{len(cells)} cells where the header has {len(columns)}")
    if any(cells[len(columns) :]):
        return _fault(line, "row.too_long", f"{len(cells)} cells where the header has {len(columns)}")
    return Record(line=line, cells=dict(zip(columns, cells, strict=False)))


def _fault(line: int, code: str, message: str, hint: str | None = None) -> Fault:
    return Fault(path=f"line {line}", code=code, message=message, hint=hint)

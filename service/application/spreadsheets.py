"""Text that goes into a spreadsheet: nothing in it may run."""

_FIRST_OF_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutralised(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would read a formula.

    Quoting and separators are the business of `csv.writer`. Source: OWASP, CSV Injection.
    """
    return f"'{cell}" if cell.lstrip(" ").startswith(_FIRST_OF_A_FORMULA) else cell

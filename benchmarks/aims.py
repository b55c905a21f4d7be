"""What was aimed at beside what was found: one row each."""

from benchmarks.report import Row


def at_most(aim: str, found: float, bound: float) -> Row:
    return _row(aim, found, f"≤ {bound:g}", found <= bound)


def at_least(aim: str, found: float, bound: float) -> Row:
    return _row(aim, found, f"≥ {bound:g}", found >= bound)


def exactly(aim: str, found: float, expected: float) -> Row:
    return _row(aim, found, f"= {expected:g}", found == expected)


def _row(aim: str, found: float, bound: str, is_met: bool) -> Row:
    return {"aim": aim, "found": found, "should be": bound, "met": "yes" if is_met else "no"}

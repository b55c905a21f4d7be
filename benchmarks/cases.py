"""The problems that the solver is measured on, by key, with what is to be reached on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.territories import XL, L, M, S, Shape, territory_text
from service.application.territory_file.reading import read_territory_file
from service.domain.calendar import IsoWeek
from service.domain.solving import Problem

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "service" / "reference" / "haut-anjou.json"
LARGE = ROOT.parent / "shared" / "territory" / "large.json"
"""The large territory that users gave, where it is at hand."""
FIRST_WEEK, HOLIDAYS = "2026-W49", "2026-W52"
SETTLED_WEEKS = 4
"""From so many weeks up, minutes are settled once they are fair: bounds of later goals are conditional."""
CROSSING = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """At most so many seconds and MB, in 19 seeds of 20; and what an earlier prototype took, on fewer goals."""

    total_s: float
    prototype_s: str = ""
    build_s: float | None = None
    first_s: float | None = None
    peak_mb: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem of which there are several: by the solver's seed where the territory is given, else by its own."""

    key: str
    name: str
    weeks: int
    first_week: str = FIRST_WEEK
    given: Path | None = None
    shape: Shape | None = None
    aim: Aim | None = None

    def problem(self, seed: int) -> Problem:
        if self.given is not None:
            text = self.given.read_text()
        elif self.shape is not None:
            text = territory_text(self.shape, seed)
        else:
            raise AssertionError("a case is a file or a shape")
        file = read_territory_file(text)
        policy = replace(file.territory.policy, settle_minutes=self.weeks >= SETTLED_WEEKS)
        file = replace(file, territory=replace(file.territory, policy=policy))
        return Problem.of(file, IsoWeek.parse(self.first_week).following(self.weeks))


AIMS = {
    "S4": Aim(total_s=1.5, prototype_s="1.9–4.1"),
    "M4": Aim(total_s=3, prototype_s="3.0–5.4"),
    "L4": Aim(total_s=6, prototype_s="8.8–17"),
    "M13": Aim(total_s=12, prototype_s="21"),
    "L13": Aim(total_s=30, prototype_s="50", build_s=0.5, first_s=0.5, peak_mb=300),
    "large1": Aim(total_s=4),
}


def _cases() -> Iterator[Case]:
    for shape, weeks in ((S, 4), (M, 4), (L, 4), (M, 13), (L, 13)):
        yield _generated(shape, weeks)
    if LARGE.exists():
        yield Case(key="large1", name="large, 1 week", weeks=1, given=LARGE, aim=AIMS["large1"])
    yield Case(key="haut1", name="haut-anjou, 1 week", weeks=1, given=REFERENCE)
    yield Case(key="haut4", name="haut-anjou, 4 weeks", first_week="2026-W50", weeks=4, given=REFERENCE)
    for shape, weeks in ((S, 1), (M, 1), (L, 1), (XL, 1), (XL, 4), (S, 13)):
        yield _generated(shape, weeks)
    for shape, weeks in ((M, 4), (L, 4), (M, 13), (L, 13)):
        yield _generated(shape.crossing(CROSSING), weeks, letter="x", kind="crossing")
    for shape, weeks in ((S, 4), (M, 4), (L, 4), (M, 13), (L, 13)):
        yield _generated(shape.tight(), weeks, letter="t")
    for shape in (S, M, L):
        yield _generated(shape.loose(), 4, letter="l")
    for shape in (S, M, L):
        yield _generated(shape, 2, letter="h", kind="Christmas and New Year", first_week=HOLIDAYS)


def _generated(shape: Shape, weeks: int, *, letter: str = "", kind: str = "", first_week: str = FIRST_WEEK) -> Case:
    """Sectors apart, save where people are to cross them."""
    size = shape.name.split()[0]
    key = f"{size}{weeks}{letter}"
    name = ", ".join(filter(None, (shape.name, f"{weeks} week{'s' * (weeks > 1)}", kind)))
    within = shape if letter == "x" else shape.crossing(0)
    return Case(key=key, name=name, weeks=weeks, first_week=first_week, shape=within, aim=AIMS.get(key))


CASES: Mapping[str, Case] = {case.key: case for case in _cases()}

"""The weeks of a roster by practitioner: days across, people down, with what each holds in the week and in all."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from service.cli.page.grid import Day, Filled, week_days
from service.domain.calendar import IsoWeek
from service.domain.directory import Practitioner, PractitionerId
from service.domain.fairness import held_minutes
from service.domain.french import duration, hours
from service.domain.rosters import Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    hours: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """`week` and `period`: how long in the week and in all weeks, empty for nothing."""

    number: int
    name: str
    home: str
    cells: tuple[tuple[Held, ...], ...]
    week: str
    period: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleGrid:
    days: tuple[Day, ...]
    rows: tuple[PersonRow, ...]


HeldOn = Mapping[tuple[PractitionerId, date], Sequence[Assignment]]


def people_grids(filled: Filled) -> Mapping[str, PeopleGrid]:
    """A grid per week, by the week's name; everybody has a row in each, by family name."""
    held: dict[tuple[PractitionerId, date], list[Assignment]] = defaultdict(list)
    for assignment in sorted(filled.roster, key=lambda each: filled.problem.session_at[each.key].time):
        held[assignment.practitioner, assignment.on].append(assignment)
    return {str(week): _grid(filled, week, held) for week in filled.problem.weeks}


def _grid(filled: Filled, week: IsoWeek, held: HeldOn) -> PeopleGrid:
    problem, days = filled.problem, week_days(filled, week)
    of_week = [assignment for assignment in filled.roster if IsoWeek.of(assignment.on) == week]
    in_week, in_all = held_minutes(problem, of_week), held_minutes(problem, filled.roster)
    return PeopleGrid(
        days=days,
        rows=tuple(
            PersonRow(
                number=filled.person_numbers[person.id],
                name=f"{person.family_name} {person.given_name}",
                home=problem.practice_of[person.home_practice].name,
                cells=tuple(tuple(_cell(filled, held.get((person.id, day.on), ()))) for day in days),
                week=_minutes(in_week, person),
                period=_minutes(in_all, person),
            )
            for person in by_name(problem.practitioners)
        ),
    )


def by_name(people: Sequence[Practitioner]) -> list[Practitioner]:
    return sorted(people, key=lambda person: (person.family_name, person.given_name, person.id))


def _cell(filled: Filled, assignments: Sequence[Assignment]) -> Iterator[Held]:
    for assignment in assignments:
        template = filled.problem.session_at[assignment.key].template
        place = filled.problem.practice_of[assignment.practice].name
        yield Held(hours=hours(template.start, template.end), place=place)


def _minutes(minutes: Mapping[PractitionerId, int], person: Practitioner) -> str:
    held = minutes.get(person.id, 0)
    return duration(held) if held else ""

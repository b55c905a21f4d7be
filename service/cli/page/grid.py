"""The weeks of a roster by sector: days across, hours down, who holds each seat and where."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from service.domain.calendar import IsoWeek, public_holiday_name
from service.domain.directory import PractitionerId
from service.domain.french import hours, short_day, span
from service.domain.rosters import Assignment, Modality, Mode, Session, SessionKey
from service.domain.solving import Problem

_MODALITIES = {Modality.TELE: "téléconsultation", Modality.HOME_VISIT: "visites à domicile"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One seat in a cell. `person`: the holder's number on the page, None while nobody holds it.

    `why` empty: not told.
    """

    person: int | None
    holder: str
    place: str
    note: str
    gap: int | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A column. `holiday`: the public holiday's name, empty on other days."""

    on: date
    label: str
    holiday: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HourRow:
    label: str
    cells: tuple[tuple[Seat, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectorGrid:
    name: str
    around: str
    rows: tuple[HourRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekGrid:
    id: str
    number: int
    span: str
    days: tuple[Day, ...]
    sectors: tuple[SectorGrid, ...]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A problem with its roster, looked up by session. Gaps and people go by their number on the page.

    `whys`: why a seat is held by whom it is, in words; none where they are too many for a page.
    """

    problem: Problem
    roster: Sequence[Assignment]
    gap_numbers: Mapping[SessionKey, int]
    whys: Mapping[Assignment, str] = field(default_factory=dict)

    @cached_property
    def holders(self) -> Mapping[SessionKey, Sequence[Assignment]]:
        holders: dict[SessionKey, list[Assignment]] = defaultdict(list)
        for assignment in self.roster:
            holders[assignment.key].append(assignment)
        return holders

    @cached_property
    def person_numbers(self) -> Mapping[PractitionerId, int]:
        return {person.id: number for number, person in enumerate(self.problem.practitioners)}

    @cached_property
    def sessions_of_week(self) -> Mapping[IsoWeek, Sequence[Session]]:
        weeks: dict[IsoWeek, list[Session]] = defaultdict(list)
        for session in self.problem.sessions:
            weeks[session.week].append(session)
        return weeks


def week_grids(filled: Filled) -> tuple[WeekGrid, ...]:
    """Every week of the period, a grid per sector that has a session in it."""
    return tuple(_week(filled, week) for week in filled.problem.weeks)


def _week(filled: Filled, week: IsoWeek) -> WeekGrid:
    sessions = filled.sessions_of_week.get(week, ())
    days = week_days(filled, week)
    sectors: dict[str, list[Session]] = defaultdict(list)
    for session in sessions:
        sectors[session.template.sector].append(session)
    return WeekGrid(
        id=str(week),
        number=week.number,
        span=span((week,), short=True),
        days=days,
        sectors=tuple(_sector(filled, name, sectors[name], days) for name in sorted(sectors)),
    )


def week_days(filled: Filled, week: IsoWeek) -> tuple[Day, ...]:
    """Monday to Saturday, and Sunday where it has a session."""
    zone = filled.problem.file.territory.holiday_zone
    worked = {session.on for session in filled.sessions_of_week.get(week, ())}
    return tuple(
        Day(on=on, label=short_day(on), holiday=public_holiday_name(on, zone) or "")
        for on in week.days()
        if on.weekday() < 6 or on in worked
    )


def _sector(filled: Filled, name: str, sessions: Sequence[Session], days: Sequence[Day]) -> SectorGrid:
    starts = sorted({(session.template.start, session.template.end) for session in sessions})
    communes = [commune for commune in filled.problem.file.communes if commune.sector == name]
    largest = max(communes, key=lambda commune: commune.population, default=None)
    return SectorGrid(
        name=name,
        around=largest.name if largest else "",
        rows=tuple(
            HourRow(
                label=hours(start, end),
                cells=_cells(filled, [s for s in sessions if (s.template.start, s.template.end) == (start, end)], days),
            )
            for start, end in starts
        ),
    )


def _cells(filled: Filled, sessions: Iterable[Session], days: Sequence[Day]) -> tuple[tuple[Seat, ...], ...]:
    of_day: dict[date, list[Seat]] = defaultdict(list)
    for session in sessions:
        of_day[session.on].extend(_seats(filled, session))
    return tuple(tuple(of_day[day.on]) for day in days)


def _seats(filled: Filled, session: Session) -> Iterable[Seat]:
    problem, note = filled.problem, _note(session)
    holders = filled.holders.get(session.key, ())
    for held in holders:
        person = problem.practitioner_of[held.practitioner]
        yield Seat(
            person=filled.person_numbers[person.id],
            holder=f"{person.given_name} {person.family_name}",
            place=problem.practice_of[held.practice].name,
            note=note,
            gap=None,
            why=filled.whys.get(held, ""),
        )
    hosts = {held.practice for held in holders} or session.hosts
    for _ in range(session.template.seats - len(holders)):
        yield Seat(
            person=None,
            holder="",
            place=" ou ".join(problem.practice_of[host].name for host in hosts),
            note=note,
            gap=filled.gap_numbers.get(session.key),
        )


def _note(session: Session) -> str:
    """How patients come, where it is not by appointment at the practice."""
    walk_in = "sans rendez-vous" if session.template.mode is Mode.WALK_IN else ""
    return ", ".join(part for part in (walk_in, _MODALITIES.get(session.template.modality, "")) if part)

"""How far the inhabitants of each commune are from the nearest session that is held, before and after a change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from service.domain.directory import Commune, Insee
from service.domain.geography import Point
from service.domain.goals import FARTHEST_MINUTES, HalfDayOf, half_days_asked, places_open
from service.domain.rosters import Assignment
from service.domain.solving import Problem

Roster = Sequence[Assignment]
Open = Mapping[HalfDayOf, set[Point]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Minutes by road to sessions held in person: `nearest` of all the roster's, None when there is none.

    `average`: over the half-days with sessions, to the nearest of each; 60 at most, 60 where none is held.
    """

    nearest: int | None
    average: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityRow:
    """A commune's reach before and after."""

    commune: Insee
    population: int
    before: Reach
    after: Reach


def equity(before: Problem, roster: Roster, after: Problem, changed: Roster) -> tuple[EquityRow, ...]:
    """A row for every commune; both sides over the half-days that either problem has sessions on."""
    half_days = half_days_asked(before) | half_days_asked(after)
    open_before, open_after = places_open(before, roster), places_open(after, changed)
    return tuple(
        EquityRow(
            commune=commune.insee,
            population=commune.population,
            before=_reach(before, commune, open_before, half_days),
            after=_reach(after, commune, open_after, half_days),
        )
        for commune in after.file.communes
    )


def _reach(problem: Problem, commune: Commune, open_at: Open, half_days: Collection[HalfDayOf]) -> Reach:
    nearest = {
        half_day: min(problem.travel_minutes(commune.point, point) for point in points)
        for half_day, points in open_at.items()
    }
    each = [min(FARTHEST_MINUTES, nearest.get(half_day, FARTHEST_MINUTES)) for half_day in half_days]
    return Reach(
        nearest=round(min(nearest.values())) if nearest else None,
        average=round(sum(each) / len(each)) if each else FARTHEST_MINUTES,
    )

"""Patients who call, drawn from a law: when, from where, and how long they can wait."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from benchmarks.routing_week import Flags, Indices, Numbers, Week
from service.domain.ranking import cost_of

DAY, HOUR = 1440, 60
FIRST_HOUR = 8
OF_HOURS = np.array([3, 6, 9, 9, 7, 5, 6, 7, 8, 8, 6, 4])
"""Calls by the hour from eight on: most of them in the morning, a second rise before the evening."""
OF_DAYS = np.array([10, 24, 20, 20, 20, 21, 12])
"""Calls by the day, from the Sunday before on: Monday has most."""
WINDOW_HOURS, OF_WINDOWS = np.array([6, 24, 48]), np.array([25, 35, 40])
TELE_SHARE = 0.3
"""Of the patients, for whom a teleconsultation will do as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """In the order in which they come: minutes of the week, communes by number, minutes until care must begin."""

    at: Numbers
    commune: Indices
    window: Numbers
    or_tele: Flags

    def __len__(self) -> int:
        return len(self.at)

    def chosen(self, which: Indices | Flags) -> "Calls":
        return Calls(
            at=self.at[which], commune=self.commune[which], window=self.window[which], or_tele=self.or_tele[which]
        )

    def then(self, later: "Calls") -> "Calls":
        return Calls(
            at=np.concatenate([self.at, later.at]),
            commune=np.concatenate([self.commune, later.commune]),
            window=np.concatenate([self.window, later.window]),
            or_tele=np.concatenate([self.or_tele, later.or_tele]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Every call with every place that would do, both by number, in the order of the calls."""

    call: Indices
    place: Indices
    waiting: Numbers
    travel: Numbers

    def __len__(self) -> int:
        return len(self.call)


def draw(week: Week, load: float, random: np.random.Generator) -> Calls:
    """A Poisson process: so many calls per place of the week on average, communes by their population."""
    count = random.poisson(load * len(week.slots))
    hour = FIRST_HOUR + _drawn(OF_HOURS, count, random) + random.random(count)
    at = _drawn(OF_DAYS, count, random) * DAY + hour * HOUR
    people = np.array([commune.population for commune in week.communes])
    return Calls(
        at=np.sort(at),
        commune=_drawn(people, count, random),
        window=WINDOW_HOURS[_drawn(OF_WINDOWS, count, random)] * float(HOUR),
        or_tele=random.random(count) < TELE_SHARE,
    )


def _drawn(weights: Indices, count: int, random: np.random.Generator) -> Indices:
    return random.choice(len(weights), count, p=weights / weights.sum())


def ways_of(week: Week, calls: Calls, places: Indices | None = None) -> Ways:
    """Among all places, or among these."""
    among = np.arange(len(week.slots)) if places is None else places
    starts, at = week.starts[among][None, :], calls.at[:, None]
    is_in_time = (starts > at) & (starts < at + calls.window[:, None])
    is_possible = week.is_in_reach[np.ix_(calls.commune, among)] & (~week.is_tele[among] | calls.or_tele[:, None])
    call, column = np.nonzero(is_in_time & is_possible)
    place = among[column]
    travel = week.road_minutes[calls.commune[call], place]
    return Ways(call=call, place=place, waiting=week.starts[place] - calls.at[call], travel=travel)


def costs_of(week: Week, ways: Ways, kept: Flags | None = None) -> Numbers:
    """By the product's own formula; without the charge for what is kept, unless it is told."""
    search = week.policy.search
    is_kept = np.zeros(len(ways), dtype=bool) if kept is None else kept
    columns = (ways.waiting, ways.travel, is_kept, week.is_tele[ways.place])
    each = zip(*(column.tolist() for column in columns), strict=True)
    return np.array(
        [
            cost_of(search, waiting_minutes=waiting, travel_minutes=travel, is_kept=is_kept, is_tele_instead=is_tele)
            for waiting, travel, is_kept, is_tele in each
        ]
    )


def kept_from_callers(week: Week, calls: Calls, ways: Ways) -> Flags:
    """Whether the place is kept for others when the call comes, as the product sees it."""
    now = [week.midnight + timedelta(minutes=at) for at in calls.at.tolist()]
    homes = [[week.homes[commune]] for commune in calls.commune.tolist()]
    return np.array(
        [
            (slot := week.slots[place]).kept is not None
            and slot.kept.is_from(homes[call], slot.territory, now=now[call])
            for call, place in zip(ways.call.tolist(), ways.place.tolist(), strict=True)
        ],
        dtype=bool,
    )

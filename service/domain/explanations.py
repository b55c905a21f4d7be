"""Why a need finds no free place: one function for each reason, facts only, and when the next place opens."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from service.domain.calendar import Interval, Weekday, interval_on, is_public_holiday
from service.domain.directory import Audience, Territory
from service.domain.geography import Point
from service.domain.needs import Need
from service.domain.rosters import Modality, Mode


class Reason(StrEnum):
    """`next_opening` is no reason, but the way out."""

    IN_THE_PAST = "in_the_past"
    PUBLIC_HOLIDAY = "public_holiday"
    OUTSIDE_HOURS = "outside_hours"
    NOTHING_PUBLISHED = "nothing_published"
    ALL_TAKEN = "all_taken"
    WALK_IN_CLOSED = "walk_in_closed"
    WALK_IN_ONLY = "walk_in_only"
    WRONG_AUDIENCE = "wrong_audience"
    WRONG_MODALITY = "wrong_modality"
    TOO_FAR = "too_far"
    NOTHING_PLANNED = "nothing_planned"
    NEXT_OPENING = "next_opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A reason and its facts, JSON-ready."""

    code: Reason
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Locality:
    """Where a need is: the territory whose commune it is, or the nearest one's, and the point.

    `published_until`: the last day of the territory's published rosters.
    """

    territory: Territory
    point: Point
    published_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Published places alike that have yet to begin in the window. `retry_at`: when the first hold on one ends.

    `closed`: how many of the places are those of walk-in sessions that were closed by hand.
    """

    mode: Mode
    modality: Modality
    audiences: frozenset[Audience]
    distance_km: float
    radius_km: float
    places: int
    free: int
    closed: int = 0
    retry_at: datetime | None = None

    @property
    def is_in_reach(self) -> bool:
        """Nobody travels to a teleconsultation."""
        return self.modality is Modality.TELE or self.distance_km <= self.radius_km


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known when nothing was found. `published_until`: as in `Locality`.

    `supplies`: those within reach, and the nearest free one beyond.
    `to_book`: walk-in sessions do not count. `next_opening_at`: the first free place after the window that would do.
    """

    now: datetime
    territory: Territory
    published_until: date | None
    supplies: tuple[Supply, ...]
    next_opening_at: datetime | None
    to_book: bool = False


def explain(need: Need, known: Circumstances) -> tuple[Explanation, ...]:
    """Every reason that holds, then the next opening if there is one."""
    reasons = tuple(reason for why in WHY for reason in why(need, known))
    if known.next_opening_at is None:
        return reasons or (Explanation(code=Reason.NOTHING_PLANNED),)
    at = known.next_opening_at.astimezone(known.territory.zone).isoformat()
    opening = Explanation(code=Reason.NEXT_OPENING, facts={"at": at})
    return (*(reasons or (Explanation(code=Reason.NOTHING_PLANNED),)), opening)


def in_the_past(need: Need, known: Circumstances) -> Iterator[Explanation]:
    if need.window.end <= known.now:
        yield Explanation(code=Reason.IN_THE_PAST)


def public_holiday(need: Need, known: Circumstances) -> Iterator[Explanation]:
    for on in _open_days(need, known):
        if is_public_holiday(on, known.territory.holiday_zone):
            yield Explanation(code=Reason.PUBLIC_HOLIDAY, facts={"date": on.isoformat()})


def outside_hours(need: Need, known: Circumstances) -> Iterator[Explanation]:
    """The hours of unscheduled care; later, at night and on Sundays care is out-of-hours care (PDSA)."""
    if not any(_open_days(need, known)):
        window, saturday_end = known.territory.policy.snp_window, _closes(Weekday.SAT, known.territory)
        facts = {"opens": window.start, "closes": window.end, "closes_on_saturday": saturday_end}
        yield Explanation(
            code=Reason.OUTSIDE_HOURS, facts={name: f"{at:%H:%M}" for name, at in facts.items() if at is not None}
        )


def nothing_published(need: Need, known: Circumstances) -> Iterator[Explanation]:
    begins_on = need.window.start.astimezone(known.territory.zone).date()
    if not known.supplies and (known.published_until is None or known.published_until < begins_on):
        until = {"published_until": known.published_until.isoformat()} if known.published_until else {}
        yield Explanation(code=Reason.NOTHING_PUBLISHED, facts=until)


def all_taken(need: Need, known: Circumstances) -> Iterator[Explanation]:
    right = _right(need, known)
    open_ones = sum(supply.places - supply.closed for supply in right)
    if open_ones and not any(supply.free for supply in right):
        ends = [supply.retry_at for supply in right if supply.retry_at]
        retry_at = {"retry_at": min(ends).astimezone(known.territory.zone).isoformat()} if ends else {}
        yield Explanation(code=Reason.ALL_TAKEN, facts={"places": open_ones, **retry_at})


def walk_in_closed(need: Need, known: Circumstances) -> Iterator[Explanation]:
    """Closed by hand: whoever closed them may open them again."""
    right = _right(need, known)
    closed = sum(supply.closed for supply in right)
    if closed and not any(supply.free for supply in right):
        yield Explanation(code=Reason.WALK_IN_CLOSED, facts={"places": closed})


def walk_in_only(need: Need, known: Circumstances) -> Iterator[Explanation]:
    free = [supply for supply in _free_in_reach(known) if _suits(supply, need) and supply.mode is Mode.WALK_IN]
    if known.to_book and free:
        yield Explanation(code=Reason.WALK_IN_ONLY, facts={"places": sum(supply.free for supply in free)})


def wrong_audience(need: Need, known: Circumstances) -> Iterator[Explanation]:
    others = {
        audience
        for supply in _free_in_reach(known)
        if need.accepts(supply.modality) and need.audience not in supply.audiences
        for audience in supply.audiences
    }
    if others:
        yield Explanation(code=Reason.WRONG_AUDIENCE, facts={"audiences": sorted(others)})


def wrong_modality(need: Need, known: Circumstances) -> Iterator[Explanation]:
    others = {
        supply.modality
        for supply in _free_in_reach(known)
        if not need.accepts(supply.modality) and need.audience in supply.audiences
    }
    if others:
        yield Explanation(code=Reason.WRONG_MODALITY, facts={"modalities": sorted(others)})


def too_far(need: Need, known: Circumstances) -> Iterator[Explanation]:
    far = [supply for supply in known.supplies if supply.free and _suits(supply, need) and not supply.is_in_reach]
    if far:
        nearest = min(far, key=lambda supply: supply.distance_km)
        facts = {"nearest_km": round(nearest.distance_km, 1), "radius_km": nearest.radius_km}
        yield Explanation(code=Reason.TOO_FAR, facts=facts)


WHY: tuple[Callable[[Need, Circumstances], Iterator[Explanation]], ...] = (
    in_the_past,
    public_holiday,
    outside_hours,
    nothing_published,
    all_taken,
    walk_in_closed,
    walk_in_only,
    wrong_audience,
    wrong_modality,
    too_far,
)


def _right(need: Need, known: Circumstances) -> Sequence[Supply]:
    """All that would do if it were free."""
    right = [supply for supply in known.supplies if _suits(supply, need) and supply.is_in_reach]
    return [supply for supply in right if supply.mode is Mode.BOOKABLE] if known.to_book else right


def _suits(supply: Supply, need: Need) -> bool:
    return need.accepts(supply.modality) and need.audience in supply.audiences


def _free_in_reach(known: Circumstances) -> Iterator[Supply]:
    return (supply for supply in known.supplies if supply.free and supply.is_in_reach)


def _open_days(need: Need, known: Circumstances) -> Iterator[date]:
    """The local days of whose usual hours, holiday or not, the window has a part."""
    zone = known.territory.zone
    on = need.window.start.astimezone(zone).date()
    while on <= need.window.end.astimezone(zone).date():
        hours = _usual_hours(on, known.territory)
        if hours and hours.overlaps(need.window):
            yield on
        on += timedelta(days=1)


def _usual_hours(on: date, territory: Territory) -> Interval | None:
    opens, closes = territory.policy.snp_window.start, _closes(Weekday.of(on), territory)
    return interval_on(on, opens, closes, territory.zone) if closes is not None and opens < closes else None


def _closes(weekday: Weekday, territory: Territory) -> time | None:
    window = territory.policy.snp_window
    if weekday is Weekday.SUN:
        return None
    return (window.saturday_end or territory.pdsa_saturday_start) if weekday is Weekday.SAT else window.end

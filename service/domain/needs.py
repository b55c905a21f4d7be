"""What a caller asks for a patient, and the need it states: where, when, which kind of place."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.bookings import BookingStatus, HoldId, Origin, SlotId, checked_case_ref
from service.domain.calendar import Interval, instant_of
from service.domain.directory import Audience, Insee, TerritoryId
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.geography import Point
from service.domain.identifiers import checked_rpps
from service.domain.rosters import Modality

WITHIN_HOURS = range(1, 169)
"""An hour to a week."""
DEFAULT_WITHIN_HOURS = 48
"""Unscheduled care is care that cannot wait longer."""
LONGEST_WINDOW = timedelta(days=32)
"""Any calendar month, clock change included."""
YEARS = range(2000, 2100)


class Tele(StrEnum):
    """Whether a need may be met by a teleconsultation."""

    NEVER = "never"
    TOO = "too"
    ALONE = "alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A place of this modality, open to this audience, beginning in this window, near a point or a commune's centre.

    `or_tele`: a teleconsultation will do as well. `usual_gp_rpps`: the patient's own GP is tried first; such a place
    earns no unscheduled-care supplement.
    """

    near: Point | Insee
    window: Interval
    modality: Modality = Modality.IN_PERSON
    audience: Audience = Audience.SNP
    or_tele: bool = False
    usual_gp_rpps: str | None = None

    @property
    def tele(self) -> Tele:
        if self.modality is Modality.TELE:
            return Tele.ALONE
        return Tele.TOO if self.or_tele else Tele.NEVER

    def accepts(self, modality: Modality) -> bool:
        return modality is self.modality or (self.or_tele and modality is Modality.TELE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRequest:
    """A need as it is asked for: `start_at` and `end_at` may lack an offset, and are then the wall time of the place.

    Without `start_at` the window opens now; without `end_at` it is `within_hours` long, 48 when that is absent too.
    """

    near: Point | Insee
    start_at: datetime | None = None
    end_at: datetime | None = None
    within_hours: int | None = None
    modality: Modality = Modality.IN_PERSON
    audience: Audience = Audience.SNP
    or_tele: bool = False
    usual_gp_rpps: str | None = None

    def __post_init__(self) -> None:
        _check_usual_gp(self.usual_gp_rpps)

    @property
    def is_in_wall_time(self) -> bool:
        """Whether a clock must be known to understand it."""
        return any(time is not None and time.tzinfo is None for time in (self.start_at, self.end_at))

    def need(self, *, now: datetime, zone: ZoneInfo) -> Need:
        """Raises Invalid: `within_hours.out_of_bounds`, `window.twice`, `window.too_long` and `time.…`."""
        return Need(
            near=self.near,
            window=self._window(now, zone),
            modality=self.modality,
            audience=self.audience,
            or_tele=self.or_tele,
            usual_gp_rpps=self.usual_gp_rpps,
        )

    def _window(self, now: datetime, zone: ZoneInfo) -> Interval:
        start = _instant(self.start_at, zone, "from") if self.start_at else now
        hours = _checked_hours(DEFAULT_WITHIN_HOURS if self.within_hours is None else self.within_hours)
        if self.end_at is None:
            return Interval(start=start, end=start + timedelta(hours=hours))
        end = _instant(self.end_at, zone, "until")
        if self.within_hours is not None:
            raise _refused("within_hours", "window.twice", "the window ends `until` or `within_hours` later, not both")
        if end <= start:
            raise _refused("until", "time.order", "the window ends before it begins")
        if end - start > LONGEST_WINDOW:
            raise _refused("until", "window.too_long", f"a window is {LONGEST_WINDOW.days} days long at most")
        return Interval(start=start, end=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNamed:
    """Book this place."""

    slot: SlotId
    case_ref: str
    origin: Origin
    usual_gp_rpps: str | None = None

    def __post_init__(self) -> None:
        checked_case_ref(self.case_ref)
        _check_usual_gp(self.usual_gp_rpps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHeld:
    """Book the place held, for the case it is held for; `case_ref` may name that case again, or names it first."""

    hold: HoldId
    origin: Origin
    case_ref: str | None = None
    usual_gp_rpps: str | None = None

    def __post_init__(self) -> None:
        if self.case_ref is not None:
            checked_case_ref(self.case_ref)
        _check_usual_gp(self.usual_gp_rpps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNeeded:
    """Book the best free place that meets what is asked for."""

    request: CareRequest
    case_ref: str
    origin: Origin

    def __post_init__(self) -> None:
        checked_case_ref(self.case_ref)


BookingRequest = PlaceNamed | PlaceHeld | PlaceNeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilter:
    """Bookings that meet all that is given; their places begin from `start_at` until `end_at`."""

    case_ref: str | None = None
    territory: TerritoryId | None = None
    status: BookingStatus | None = None
    start_at: datetime | None = None
    end_at: datetime | None = None


def _check_usual_gp(rpps: str | None) -> None:
    if rpps is not None:
        checked_rpps(rpps, path="usual_gp_rpps")


def _checked_hours(hours: int) -> int:
    if hours not in WITHIN_HOURS:
        bounds = f"{WITHIN_HOURS[0]} to {WITHIN_HOURS[-1]} hours"
        raise _refused("within_hours", "within_hours.out_of_bounds", f"{hours} hours, where {bounds} are due", bounds)
    return hours


def _instant(time: datetime, zone: ZoneInfo, path: str) -> datetime:
    if time.year not in YEARS:
        raise _refused(
            path, "time.out_of_bounds", f"the year {time.year} is out of bounds", f"{YEARS[0]} to {YEARS[-1]}"
        )
    return instant_of(time.date(), time.time(), zone, path=path) if time.tzinfo is None else time.astimezone(UTC)


def _refused(path: str, code: str, message: str, hint: str | None = None) -> Invalid:
    return Invalid(Fault(path=path, code=code, message=message, hint=hint))

"""What a search asks and answers."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, WithJsonSchema

from service.application.territory_file.fields import LocalDate, Rpps, refusal, shown
from service.domain.directory import Audience, Insee
from service.domain.errors import Invalid
from service.domain.explanations import Explanation, Reason
from service.domain.faults import Fault
from service.domain.geography import Point
from service.domain.identifiers import checked_insee
from service.domain.keeping import Keeping
from service.domain.needs import DEFAULT_WITHIN_HOURS, LONGEST_WINDOW, WITHIN_HOURS, YEARS, CareRequest
from service.domain.offers import Found, Offer
from service.domain.rosters import Modality
from service.domain.wording import Language, keeping_in_words
from service.domain.wording_search import explanation_in_words
from service.web.rest.slot_shapes import SlotOut, slot_told


def _point_in_time(given: object) -> object:
    """ISO 8601, with an offset or in wall time. A `+` that a URL turned into a blank is a `+`."""
    if not isinstance(given, str):
        return given
    try:
        if "T" in given:
            return datetime.fromisoformat(given.replace(" ", "+"))
    except ValueError:
        pass
    raise refusal("time.malformed", f"{shown(given)} is no date and time", "for example 2026-11-23T14:05:00+01:00")


def _in_our_years(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise refusal("time.out_of_bounds", f"the year {at.year} is out of bounds", f"{YEARS[0]} to {YEARS[-1]}")
    return at


def _with_offset(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise refusal("time.without_offset", "the time has no offset", "for example 2026-11-23T14:05:00+01:00")
    return at


_DESCRIBED = WithJsonSchema({"type": "string", "examples": ["2026-11-23T14:05:00+01:00", "2026-11-23T14:05"]})
PointInTime = Annotated[datetime, BeforeValidator(_point_in_time), AfterValidator(_in_our_years), _DESCRIBED]
"""With an offset, or in wall time."""
Instant = Annotated[
    datetime,
    BeforeValidator(_point_in_time),
    AfterValidator(_in_our_years),
    AfterValidator(_with_offset),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T14:05:00+01:00"]}),
]


class NeedIn(BaseModel, extra="forbid", frozen=True):
    """Where, when, and which kind of place. One of `near` and `insee`."""

    near: str | None = Field(
        default=None,
        pattern=r"^-?\d{1,2}(\.\d{1,15})?, ?-?\d{1,3}(\.\d{1,15})?$",
        description="Latitude and longitude where the patient is, in degrees (WGS 84)",
        examples=["47.9044,-1.0588"],
    )
    insee: str | None = Field(
        default=None,
        description="INSEE code of the commune where the patient is, today's or a former one; never a postal code",
        examples=["53018"],
    )
    start_at: PointInTime | None = Field(
        default=None,
        alias="from",
        description="The window opens; now by default. Without an offset: wall time where the patient is.",
    )
    end_at: PointInTime | None = Field(
        default=None,
        alias="until",
        description=f"The window ends, {LONGEST_WINDOW.days} days later at most: places begin before.",
    )
    within_hours: int | None = Field(
        default=None,
        description=f"Length of the window when `until` is absent; {DEFAULT_WITHIN_HOURS} by default",
        examples=[24],
        json_schema_extra={"minimum": WITHIN_HOURS[0], "maximum": WITHIN_HOURS[-1]},
    )
    modality: Modality = Field(
        default=Modality.IN_PERSON,
        description="Where the patient is seen. A teleconsultation takes no travel, so none is too far.",
    )
    audience: Audience = Field(default=Audience.SNP, description="To whom the place is shown")
    or_tele: bool = Field(
        default=False, description="Whether a teleconsultation will do as well", examples=[True], strict=False
    )
    usual_gp_rpps: Rpps | None = Field(
        default=None,
        description="RPPS of the patient's own GP: his or her places come first, then those of the same practice.",
    )

    def request(self) -> CareRequest:
        """Raises Invalid."""
        return CareRequest(
            near=self._place(),
            start_at=self.start_at,
            end_at=self.end_at,
            within_hours=self.within_hours,
            modality=self.modality,
            audience=self.audience,
            or_tele=self.or_tele,
            usual_gp_rpps=self.usual_gp_rpps,
        )

    def _place(self) -> Point | Insee:
        if self.insee is not None and self.near is None:
            return checked_insee(self.insee, path="insee")
        if self.near is None or self.insee is not None:
            message = "say where the patient is: either `near` or `insee`"
            raise Invalid(Fault(path="near", code="place.one_of", message=message))
        lat, lon = map(float, self.near.split(","))
        if abs(lat) > 90 or abs(lon) > 180:
            raise Invalid(Fault(path="near", code="point.off_the_map", message="±90 and ±180 degrees", hint="lat,lon"))
        return Point(lat, lon)


class SearchIn(NeedIn):
    """A need, and how many answers."""

    limit: int = Field(default=20, ge=1, le=100, description="Results, at most")


class KeptOut(BaseModel):
    """Why a place ranks after others that are no better: its sector's inhabitants come first for a while."""

    sector: str = Field(description="As the territory names it", examples=["CR"])
    until: datetime = Field(description="With the offset of the place", examples=["2026-11-23T12:45:00+01:00"])
    reason: str = Field(
        description="In the language asked for",
        examples=["kept for the inhabitants of sector CR until Monday 23/11, 12:45"],
    )

    @classmethod
    def of(cls, kept: Keeping, zone: ZoneInfo, language: Language) -> "KeptOut":
        until = kept.until.astimezone(zone)
        return cls(sector=kept.sector, until=until, reason=keeping_in_words(kept.sector, until, language))


class OfferOut(SlotOut):
    """A free place as the patient would reach it."""

    distance_km: float = Field(description="By road, estimated", examples=[14.2])
    travel_minutes: int = Field(description="By road, estimated; 0 for a teleconsultation", examples=[17])
    waiting_minutes: int = Field(description="From now until it begins; 0 when it runs", examples=[10])
    cost: int = Field(
        description="What the results are ranked by: the territory's weights × minutes of waiting and of travel, and"
        " its charges for a place that is kept and for a teleconsultation in place of a visit",
        examples=[44],
    )
    kept: KeptOut | None = Field(
        default=None, description="Where the cost has a charge, as the place is kept for the inhabitants of a sector"
    )
    supplement_eligible: bool = Field(
        description="False with the patient's own GP, or at his or her practice: no unscheduled-care supplement"
    )

    @classmethod
    def from_offer(cls, offer: Offer, language: Language) -> "OfferOut":
        return cls(
            **slot_told(offer.slot, offer.venue),
            distance_km=round(offer.distance_km, 1),
            travel_minutes=round(offer.travel_minutes),
            waiting_minutes=round(offer.waiting_minutes),
            cost=round(offer.cost),
            supplement_eligible=offer.supplement_eligible,
            kept=offer.kept and KeptOut.of(offer.kept, offer.venue.zone, language),
        )


class ExplanationOut(BaseModel):
    """Why there is no result, or when the next place opens; facts stand where they apply."""

    code: Reason = Field(examples=["public_holiday"])
    text: str = Field(
        description="In words, French or English (`Accept-Language`)",
        examples=["Wednesday 11/11/2026 is a public holiday: out-of-hours care is on duty."],
    )
    date: LocalDate | None = Field(default=None, description="`public_holiday`: which day")
    opens: str | None = Field(default=None, description="`outside_hours`: local time", examples=["08:00"])
    closes: str | None = Field(default=None, description="`outside_hours`: Monday to Friday", examples=["20:00"])
    closes_on_saturday: str | None = Field(default=None, description="`outside_hours`", examples=["12:00"])
    published_until: LocalDate | None = Field(default=None, description="`nothing_published`: the last day that is")
    places: int | None = Field(default=None, description="How many, of what is taken, closed or walk-in", examples=[8])
    retry_at: datetime | None = Field(default=None, description="`all_taken`: when the first hold ends")
    audiences: list[Audience] | None = Field(default=None, description="`wrong_audience`: those that would find one")
    modalities: list[Modality] | None = Field(default=None, description="`wrong_modality`: those that would find one")
    nearest_km: float | None = Field(default=None, description="`too_far`: by road", examples=[46.1])
    radius_km: float | None = Field(default=None, description="`too_far`: the policy's limit", examples=[40])
    at: datetime | None = Field(
        default=None,
        description="`next_opening`: when the first free place after the window begins",
        examples=["2026-11-12T10:00:00+01:00"],
    )

    @classmethod
    def of(cls, explanation: Explanation, language: Language) -> "ExplanationOut":
        text = explanation_in_words(explanation, language)
        return cls.model_validate({"code": explanation.code, "text": text, **explanation.facts})


class SearchOut(BaseModel):
    """The best free places, best first; when there is none, why."""

    results: list[OfferOut]
    explanations: list[ExplanationOut]

    @classmethod
    def of(cls, found: Found, language: Language) -> "SearchOut":
        return cls(
            results=[OfferOut.from_offer(offer, language) for offer in found.offers],
            explanations=[ExplanationOut.of(explanation, language) for explanation in found.explanations],
        )

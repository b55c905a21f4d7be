"""The shapes of practitioners and their pledges."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from service.application.territory_file.fields import Audiences, Id, Name, Rpps, Shape, Text, each_once, refusal
from service.application.territory_file.periods import FromDay, UntilDay
from service.application.territory_file.references import KnownPractice, known_to
from service.domain.directory import (
    Audience,
    Pledge,
    PledgePeriod,
    PracticeId,
    Practitioner,
    PractitionerId,
    PractitionerStatus,
)


class PledgeIn(Shape):
    """Time promised, of one's own will."""

    minutes: int = Field(ge=0, le=44_640, description="Minutes of unscheduled care", examples=[120])
    per: PledgePeriod = Field(strict=False, description="What the minutes are promised for", examples=["week"])
    audiences: Audiences

    @field_validator("minutes")
    @classmethod
    def promises_something(cls, minutes: int) -> int:
        if minutes == 0:
            raise refusal("pledge.zero", "a pledge of 0 minutes promises nothing", "say null for no pledge")
        return minutes

    def value(self) -> Pledge:
        return Pledge(minutes=self.minutes, per=self.per, audiences=frozenset(self.audiences))

    @classmethod
    def of(cls, pledge: Pledge) -> "PledgeIn":
        return cls(minutes=pledge.minutes, per=pledge.per, audiences=sorted(pledge.audiences, key=list(Audience).index))


class PractitionerIn(Shape):
    """Who holds sessions. Validity: `from` and `until`, both included."""

    id: Id = Field(description="Of the file's own choosing", examples=["gp-01"])
    given_name: Name = Field(description="As in practice", examples=["Aline"])
    family_name: Name = Field(description="As in practice", examples=["Morvan"])
    rpps: Rpps
    specialty: Text = Field(description="Code of the know-how (TRE_R38)", examples=["SM54"])
    status: PractitionerStatus = Field(strict=False, description="How he or she works", examples=["self_employed"])
    home_practice: KnownPractice = Field(description="Reach is measured from its point, so it does not move")
    pledge: PledgeIn | None = Field(
        description="Null: none made yet, so never rostered",
        examples=[{"minutes": 120, "per": "week", "audiences": ["snp", "cpts"]}],
    )
    max_sessions_per_week: int = Field(ge=0, le=21, description="Per ISO week", examples=[2])
    max_travel_km: float | None = Field(
        default=None, ge=0, le=500, description="Kilometres of road; null: the policy's", examples=[20]
    )
    capacity_uplift: int = Field(ge=0, le=50, description="Further patients a session", examples=[0])
    min_sessions_per_week: int | None = Field(default=0, ge=0, le=21, description="Per ISO week")
    may_work_at: Annotated[list[KnownPractice], AfterValidator(each_once)] | None = Field(
        default=None, description="Within reach whatever the distance"
    )
    from_on: FromDay = None
    until_on: UntilDay = None

    @field_validator("home_practice")
    @classmethod
    def home_stands_still(cls, home: str, info: ValidationInfo) -> str:
        if home in (known_to(info).stop_weekdays or ()):
            hint = "name a fixed practice, and the mobile unit in may_work_at"
            raise refusal("practitioner.home_moves", "a mobile unit is nobody's home practice: it has no point", hint)
        return home

    @field_validator("min_sessions_per_week")
    @classmethod
    def within_the_maximum(cls, minimum: int | None, info: ValidationInfo) -> int | None:
        maximum = info.data.get("max_sessions_per_week")
        if maximum is not None and (minimum or 0) > maximum:
            raise refusal("number.too_large", f"the minimum is above the maximum of {maximum}")
        return minimum

    def value(self) -> Practitioner:
        return Practitioner(
            id=PractitionerId(self.id),
            given_name=self.given_name,
            family_name=self.family_name,
            rpps=self.rpps,
            specialty=self.specialty,
            status=self.status,
            home_practice=PracticeId(self.home_practice),
            pledge=self.pledge.value() if self.pledge else None,
            max_sessions_per_week=self.max_sessions_per_week,
            max_travel_km=self.max_travel_km,
            capacity_uplift=self.capacity_uplift,
            min_sessions_per_week=self.min_sessions_per_week or 0,
            may_work_at=tuple(PracticeId(id) for id in self.may_work_at or ()),
            from_on=self.from_on,
            until_on=self.until_on,
        )

    @classmethod
    def of(cls, practitioner: Practitioner) -> "PractitionerIn":
        given = {
            "id": practitioner.id,
            "given_name": practitioner.given_name,
            "family_name": practitioner.family_name,
            "rpps": practitioner.rpps,
            "specialty": practitioner.specialty,
            "status": practitioner.status,
            "home_practice": practitioner.home_practice,
            "pledge": PledgeIn.of(practitioner.pledge) if practitioner.pledge else None,
            "max_sessions_per_week": practitioner.max_sessions_per_week,
            "max_travel_km": practitioner.max_travel_km,
            "capacity_uplift": practitioner.capacity_uplift,
            "min_sessions_per_week": practitioner.min_sessions_per_week,
            "may_work_at": list(practitioner.may_work_at) or None,
            "from_on": practitioner.from_on,
            "until_on": practitioner.until_on,
        }
        return cls.model_validate(given, by_name=True)

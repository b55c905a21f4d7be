"""The shapes of what rosters are made from: session templates, pins, burden history."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from service.application.territory_file.fields import (
    AnySchoolHolidays,
    AnyWeekday,
    Audiences,
    Id,
    LocalDate,
    Shape,
    each_once,
    refusal,
)
from service.application.territory_file.periods import End, FromDay, Start, UntilDay
from service.application.territory_file.references import (
    KnownPractice,
    KnownPractitioner,
    KnownSector,
    KnownTemplate,
    known_to,
)
from service.domain.availability import SchoolHolidays
from service.domain.calendar import Weekday
from service.domain.directory import Audience, PracticeId, PractitionerId
from service.domain.rosters import BurdenClass, Modality, Mode, SessionTemplate, TemplateId
from service.domain.territory_file import Burden, Pin

SHORTEST_PLACE_MINUTES = 5
"""Places begin on multiples of 5 minutes (TERRITORY-FILE, places)."""


class SessionTemplateIn(Shape):
    """One session a week in local wall time. With several hosts it rotates between them."""

    id: Id = Field(description="Of the file's own choosing", examples=["t01"])
    weekday: AnyWeekday
    start: Start
    end: End
    sector: KnownSector
    hosts: Annotated[list[KnownPractice], AfterValidator(each_once)] = Field(
        min_length=1, description="Practices that host it in turn", examples=[["cab-quai", "msp-tilleuls"]]
    )
    seats: int = Field(ge=1, le=50, description="Practitioners holding it at once", examples=[1])
    mode: Mode = Field(strict=False, description="By appointment, or as people come", examples=["bookable"])
    capacity: int = Field(ge=1, le=500, description="Patients per seat", examples=[8])
    slot_minutes: int = Field(
        ge=SHORTEST_PLACE_MINUTES, le=720, description="Usual length of a consultation, minutes", examples=[15]
    )
    modality: Modality = Field(strict=False, description="How the patient is seen", examples=["in_person"])
    audiences: Audiences
    priority: int = Field(ge=1, le=10_000, description="What an empty seat costs: higher is filled first", examples=[1])
    from_on: FromDay = None
    until_on: UntilDay = None
    on_public_holidays: bool | None = Field(default=False, description="Whether it takes place on public holidays")
    school_holidays: AnySchoolHolidays | None = Field(
        default=SchoolHolidays.ALWAYS, description="Also in school holidays, only then, or never then"
    )
    crisis_only: bool | None = Field(default=False, description="Whether it takes place under the crisis plan alone")

    @field_validator("weekday")
    @classmethod
    def never_on_sunday(cls, weekday: Weekday) -> Weekday:
        if weekday is Weekday.SUN:
            raise refusal("template.outside_snp_window", "Sunday belongs to out-of-hours care (PDSA)")
        return weekday

    @field_validator("start", "end")
    @classmethod
    def within_the_window(cls, at: time, info: ValidationInfo) -> time:
        window = known_to(info).window
        if window is None or "weekday" not in info.data:
            return at
        last = window.saturday_end or window.end if info.data["weekday"] is Weekday.SAT else window.end
        if (info.field_name == "start" and at < window.start) or (info.field_name == "end" and at > last):
            hint = f"{window.start:%H:%M} to {last:%H:%M}; `policy.snp_window` sets it"
            raise refusal("template.outside_snp_window", f"{at:%H:%M} is outside the hours of unscheduled care", hint)
        return at

    @field_validator("hosts")
    @classmethod
    def stop_on_the_weekday(cls, hosts: list[str], info: ValidationInfo) -> list[str]:
        weekday = info.data.get("weekday")
        for host, stops in (known_to(info).stop_weekdays or {}).items():
            if host in hosts and weekday and weekday not in stops:
                hint = f"it stands somewhere on {', '.join(day for day in Weekday if day in stops)}"
                raise refusal("template.no_stop", f"{host} has no stop on {weekday}", hint)
        return hosts

    @field_validator("capacity")
    @classmethod
    def places_of_five_minutes(cls, capacity: int, info: ValidationInfo) -> int:
        if not {"start", "end", "mode"} <= info.data.keys():
            return capacity
        minutes = _minutes_between(info.data["start"], info.data["end"])
        places = capacity if info.data["mode"] is Mode.BOOKABLE else 1
        if minutes < SHORTEST_PLACE_MINUTES * places:
            hint = f"at most {minutes // SHORTEST_PLACE_MINUTES} places"
            raise refusal("template.too_short", f"{places} places in {minutes} minutes are under 5 minutes each", hint)
        return capacity

    def value(self) -> SessionTemplate:
        return SessionTemplate(
            id=TemplateId(self.id),
            weekday=self.weekday,
            start=self.start,
            end=self.end,
            sector=self.sector,
            hosts=tuple(PracticeId(host) for host in self.hosts),
            seats=self.seats,
            capacity=self.capacity,
            slot_minutes=self.slot_minutes,
            mode=self.mode,
            modality=self.modality,
            audiences=frozenset(self.audiences),
            priority=self.priority,
            from_on=self.from_on,
            until_on=self.until_on,
            on_public_holidays=self.on_public_holidays or False,
            school_holidays=self.school_holidays or SchoolHolidays.ALWAYS,
            crisis_only=self.crisis_only or False,
        )

    @classmethod
    def of(cls, template: SessionTemplate) -> "SessionTemplateIn":
        given = {
            "id": template.id,
            "weekday": template.weekday,
            "start": template.start,
            "end": template.end,
            "sector": template.sector,
            "hosts": list(template.hosts),
            "seats": template.seats,
            "mode": template.mode,
            "capacity": template.capacity,
            "slot_minutes": template.slot_minutes,
            "modality": template.modality,
            "audiences": sorted(template.audiences, key=list(Audience).index),
            "priority": template.priority,
            "from_on": template.from_on,
            "until_on": template.until_on,
            "on_public_holidays": template.on_public_holidays,
            "school_holidays": template.school_holidays,
            "crisis_only": template.crisis_only,
        }
        return cls.model_validate(given, by_name=True)


def _minutes_between(start: time, end: time) -> int:
    return 60 * (end.hour - start.hour) + end.minute - start.minute


class PinIn(Shape):
    """An assignment that must stand. Without `practice` any lawful host will do."""

    template: KnownTemplate
    on: LocalDate = Field(alias="date", description="A day of the template's weekday")
    practitioner: KnownPractitioner
    practice: KnownPractice | None = Field(default=None, description="Null: at any lawful host")

    @field_validator("on")
    @classmethod
    def on_the_weekday(cls, on: LocalDate, info: ValidationInfo) -> LocalDate:
        weekday = (known_to(info).template_weekdays or {}).get(info.data.get("template", ""))
        if weekday and Weekday.of(on) is not weekday:
            raise refusal("pin.wrong_weekday", f"{on} is no {weekday}, the weekday of this template")
        return on

    def value(self) -> Pin:
        return Pin(
            template=TemplateId(self.template),
            on=self.on,
            practitioner=PractitionerId(self.practitioner),
            practice=PracticeId(self.practice) if self.practice else None,
        )

    @classmethod
    def of(cls, pin: Pin) -> "PinIn":
        given = {"template": pin.template, "on": pin.on, "practitioner": pin.practitioner, "practice": pin.practice}
        return cls.model_validate(given, by_name=True)


class BurdenIn(Shape):
    """Minutes done before the first week, relative to the fair share: positive = did more."""

    practitioner: KnownPractitioner
    burden_class: BurdenClass = Field(strict=False, description="What the hours weigh", examples=["evening"])
    minutes: int = Field(
        ge=-1_000_000, le=1_000_000, description="Minutes beyond the fair share, negative below it", examples=[-30]
    )

    def value(self) -> Burden:
        return Burden(
            practitioner=PractitionerId(self.practitioner), burden_class=self.burden_class, minutes=self.minutes
        )

    @classmethod
    def of(cls, burden: Burden) -> "BurdenIn":
        return cls(practitioner=burden.practitioner, burden_class=burden.burden_class, minutes=burden.minutes)

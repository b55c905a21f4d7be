"""The shapes of practices and of the stops of mobile units."""

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from service.application.territory_file.fields import (
    AnyWeekday,
    Finess,
    Id,
    Latitude,
    LocalDate,
    Longitude,
    Name,
    Phone,
    RppsRank,
    Shape,
    Siret,
    Text,
    each_once,
    refusal,
)
from service.application.territory_file.references import KnownCommune
from service.domain.calendar import Weekday
from service.domain.directory import Insee, Practice, PracticeId, PracticeKind, Stop
from service.domain.geography import Point


class StopIn(Shape):
    """Where a mobile unit stands on a weekday: on every one, or only on `dates`."""

    weekday: AnyWeekday
    insee: KnownCommune
    lat: Latitude
    lon: Longitude
    address_line: Text = Field(description="Where patients come", examples=["Parking de la salle des fêtes"])
    dates: Annotated[list[LocalDate], Field(min_length=1), AfterValidator(each_once)] | None = Field(
        default=None, description="Null: every week", examples=[["2026-11-24"]]
    )

    @field_validator("dates")
    @classmethod
    def on_that_weekday(cls, dates: list[LocalDate] | None, info: ValidationInfo) -> list[LocalDate] | None:
        weekday = info.data.get("weekday")
        for on in dates or ():
            if weekday and Weekday.of(on) is not weekday:
                raise refusal("stop.wrong_weekday", f"{on} is no {weekday}")
        return dates

    def value(self) -> Stop:
        return Stop(
            weekday=self.weekday,
            insee=Insee(self.insee),
            point=Point(self.lat, self.lon),
            address_line=self.address_line,
            dates=tuple(self.dates or ()),
        )

    @classmethod
    def of(cls, stop: Stop) -> "StopIn":
        return cls(
            weekday=stop.weekday,
            insee=stop.insee,
            lat=stop.point.lat,
            lon=stop.point.lon,
            address_line=stop.address_line,
            dates=list(stop.dates) or None,
        )


class PracticeIn(Shape):
    """A place where patients are seen. A mobile unit has `stops` in place of `insee`, `lat` and `lon`."""

    id: Id = Field(description="Of the file's own choosing", examples=["msp-tilleuls"])
    name: Name = Field(description="As patients know it", examples=["MSP des Tilleuls"])
    kind: PracticeKind = Field(strict=False, description="What kind of place it is", examples=["health_house"])
    insee: KnownCommune | None = Field(default=None, validate_default=True, description="INSEE code of its commune")
    finess: Finess | None = Field(default=None, description="Of the establishment: 9 digits, Luhn")
    siret: Siret | None = Field(default=None, description="Of the business's site: 14 digits, Luhn")
    rpps_rank: RppsRank | None = Field(default=None, description="Of a practitioner's own practice: RPPS and 3 digits")
    address_line: Text = Field(description="Number and street", examples=["4 rue de l'Exemple"])
    phone: Phone = Field(description="Read as French without a country code; empty when none is known")
    rooms: int = Field(ge=1, le=200, description="Seats at once", examples=[2])
    lat: Latitude | None = Field(default=None, validate_default=True, description="Degrees, WGS 84")
    lon: Longitude | None = Field(default=None, validate_default=True, description="Degrees, WGS 84")
    stops: list[StopIn] | None = Field(default=None, validate_default=True, description="Of a mobile unit alone")

    @field_validator("insee", "lat", "lon")
    @classmethod
    def fixed_or_mobile(cls, given: object, info: ValidationInfo) -> object:
        kind = info.data.get("kind")
        if kind is PracticeKind.MOBILE_UNIT and given is not None:
            raise refusal("practice.mobile_has_no_place", "a mobile unit has no place of its own", "give its stops")
        if kind not in (None, PracticeKind.MOBILE_UNIT) and given is None and info.field_name != "insee":
            raise refusal("key.missing", "a practice that does not move has a point")
        return given

    @field_validator("stops")
    @classmethod
    def stops_of_a_mobile_unit(cls, stops: list[StopIn] | None, info: ValidationInfo) -> list[StopIn] | None:
        kind = info.data.get("kind")
        if kind is PracticeKind.MOBILE_UNIT and not stops:
            raise refusal("practice.no_stop", "a mobile unit has stops", "weekday, insee, lat, lon, address_line")
        if kind not in (None, PracticeKind.MOBILE_UNIT) and stops:
            raise refusal("practice.stop_elsewhere", f"a {kind} does not move: it has no stops")
        for weekday in Weekday:
            if _collide([stop for stop in stops or () if stop.weekday is weekday]):
                raise refusal("stop.collision", f"two stops on the same {weekday}", "give each its dates")
        return stops

    def value(self) -> Practice:
        return Practice(
            id=PracticeId(self.id),
            name=self.name,
            kind=self.kind,
            insee=Insee(self.insee) if self.insee else None,
            point=Point(self.lat, self.lon) if self.lat is not None and self.lon is not None else None,
            address_line=self.address_line,
            phone=self.phone,
            rooms=self.rooms,
            finess=self.finess,
            siret=self.siret,
            rpps_rank=self.rpps_rank,
            stops=tuple(stop.value() for stop in self.stops or ()),
        )

    @classmethod
    def of(cls, practice: Practice) -> "PracticeIn":
        return cls(
            id=practice.id,
            name=practice.name,
            kind=practice.kind,
            insee=practice.insee,
            finess=practice.finess,
            siret=practice.siret,
            rpps_rank=practice.rpps_rank,
            address_line=practice.address_line,
            phone=practice.phone,
            rooms=practice.rooms,
            lat=practice.point.lat if practice.point else None,
            lon=practice.point.lon if practice.point else None,
            stops=[StopIn.of(stop) for stop in practice.stops] or None,
        )


def _collide(stops: list[StopIn]) -> bool:
    """Whether a mobile unit would be at two of these, all of one weekday, on one day; without dates it is weekly."""
    dates = [on for stop in stops for on in stop.dates or ()]
    return len(stops) > 1 and (len(set(dates)) < len(dates) or any(not stop.dates for stop in stops))

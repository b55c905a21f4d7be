"""The shapes of a territory and its communes."""

from pydantic import Field

from service.application.territory_file.fields import (
    CommuneCode,
    Count,
    Finess,
    HolidayZone,
    Id,
    Latitude,
    LocalTime,
    Longitude,
    Name,
    Phone,
    SchoolZone,
    Sector,
    Shape,
    TimeZone,
)
from service.application.territory_file.policy import PolicyIn
from service.domain.directory import Commune, Insee, Territory, TerritoryId
from service.domain.geography import Point
from service.domain.policy import Policy


class TerritoryIn(Shape):
    """A health community (CPTS): who it is and by which clock and calendar it lives."""

    id: Id = Field(description="Of the file's own choosing", examples=["cpts-haut-anjou-fictive"])
    name: Name = Field(description="As people know it", examples=["CPTS du Haut-Anjou mayennais (fictive)"])
    department: str = Field(pattern="^([0-9]{2}|2[AB]|9[78][0-9])$", description="INSEE code", examples=["53"])
    finess: Finess = Field(description="Category 604")
    aci_size: int = Field(ge=1, le=4, description="Size class of the national agreement (ACI)", examples=[2])
    population: Count = Field(description="Inhabitants", examples=[72881])
    timezone: TimeZone
    school_zone: SchoolZone = Field(description="A, B or C; `none` where the library has no calendar")
    holiday_zone: HolidayZone = Field(description="Of the national calendar of public holidays")
    pdsa_saturday_start: LocalTime = Field(description="When out-of-hours care begins on Saturday")
    phone: Phone | None = Field(default=None, description="Of its coordination; the national interface tells it")
    policy: PolicyIn | None = Field(default=None, description="Null: the defaults")

    def value(self) -> Territory:
        return Territory(
            id=TerritoryId(self.id),
            name=self.name,
            department=self.department,
            finess=self.finess,
            aci_size=self.aci_size,
            population=self.population,
            timezone=self.timezone,
            school_zone=self.school_zone,
            holiday_zone=self.holiday_zone,
            pdsa_saturday_start=self.pdsa_saturday_start,
            phone=self.phone or None,
            policy=self.policy.value() if self.policy else Policy(),
        )

    @classmethod
    def of(cls, territory: Territory) -> "TerritoryIn":
        return cls(
            id=territory.id,
            name=territory.name,
            department=territory.department,
            finess=territory.finess,
            aci_size=territory.aci_size,
            population=territory.population,
            timezone=territory.timezone,
            school_zone=territory.school_zone,
            holiday_zone=territory.holiday_zone,
            pdsa_saturday_start=territory.pdsa_saturday_start,
            phone=territory.phone,
            policy=PolicyIn.of(territory.policy) if territory.policy != Policy() else None,
        )


class CommuneIn(Shape):
    """A municipality of the territory, by its INSEE code; a merged one is read as the commune of today."""

    insee: CommuneCode
    name: Name = Field(description="In full", examples=["Château-Gontier-sur-Mayenne"])
    postal_code: str = Field(pattern="^[0-9]{5}$", description="Several communes may share it", examples=["53200"])
    population: Count = Field(description="Inhabitants", examples=[16950])
    lat: Latitude
    lon: Longitude
    sector: Sector = Field(description="Part of the territory, by its name", examples=["CG"])

    def value(self) -> Commune:
        return Commune(
            insee=Insee(self.insee),
            name=self.name,
            postal_code=self.postal_code,
            population=self.population,
            point=Point(self.lat, self.lon),
            sector=self.sector,
        )

    @classmethod
    def of(cls, commune: Commune) -> "CommuneIn":
        return cls(
            insee=commune.insee,
            name=commune.name,
            postal_code=commune.postal_code,
            population=commune.population,
            lat=commune.point.lat,
            lon=commune.point.lon,
            sector=commune.sector,
        )

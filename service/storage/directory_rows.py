"""The directory's rows and its values: how each becomes the other."""

from pydantic import TypeAdapter

from service.domain.availability import SchoolHolidays
from service.domain.calendar import Weekday
from service.domain.directory import (
    Audience,
    Commune,
    Insee,
    Pledge,
    PledgePeriod,
    Practice,
    PracticeId,
    PracticeKind,
    Practitioner,
    PractitionerId,
    PractitionerStatus,
    Stop,
    Territory,
    TerritoryId,
)
from service.domain.geography import Point
from service.domain.policy import Policy
from service.domain.rosters import Modality, Mode, SessionTemplate, TemplateId
from service.storage.tables.directory import CommuneRow, PracticeRow, PractitionerRow, SessionTemplateRow, TerritoryRow

Columns = dict[str, object]
_POLICY = TypeAdapter(Policy)
_STOPS = TypeAdapter(tuple[Stop, ...])


def in_order(audiences: frozenset[Audience]) -> list[str]:
    """A set as the same list every time."""
    return [audience.value for audience in Audience if audience in audiences]


def territory_columns(territory: Territory) -> Columns:
    return {
        "id": territory.id,
        "name": territory.name,
        "department": territory.department,
        "finess": territory.finess,
        "aci_size": territory.aci_size,
        "population": territory.population,
        "timezone": territory.timezone,
        "school_zone": territory.school_zone,
        "holiday_zone": territory.holiday_zone,
        "pdsa_saturday_start": territory.pdsa_saturday_start,
        "phone": territory.phone,
        "policy": _POLICY.dump_python(territory.policy, mode="json", exclude_defaults=True),
    }


def territory_of(row: TerritoryRow) -> Territory:
    return Territory(
        id=TerritoryId(row.id),
        name=row.name,
        department=row.department,
        finess=row.finess,
        aci_size=row.aci_size,
        population=row.population,
        timezone=row.timezone,
        school_zone=row.school_zone,
        holiday_zone=row.holiday_zone,
        pdsa_saturday_start=row.pdsa_saturday_start,
        phone=row.phone,
        policy=_POLICY.validate_python(row.policy),
    )


def commune_columns(commune: Commune) -> Columns:
    return {
        "insee": commune.insee,
        "name": commune.name,
        "postal_code": commune.postal_code,
        "population": commune.population,
        "lat": commune.point.lat,
        "lon": commune.point.lon,
        "sector": commune.sector,
    }


def commune_of(row: CommuneRow) -> Commune:
    return Commune(
        insee=Insee(row.insee),
        name=row.name,
        postal_code=row.postal_code,
        population=row.population,
        point=Point(row.lat, row.lon),
        sector=row.sector,
    )


def practice_columns(practice: Practice) -> Columns:
    return {
        "name": practice.name,
        "kind": practice.kind.value,
        "insee": practice.insee,
        "finess": practice.finess,
        "siret": practice.siret,
        "rpps_rank": practice.rpps_rank,
        "address_line": practice.address_line,
        "phone": practice.phone,
        "rooms": practice.rooms,
        "lat": practice.point.lat if practice.point else None,
        "lon": practice.point.lon if practice.point else None,
        "stops": _STOPS.dump_python(practice.stops, mode="json"),
    }


def practice_of(row: PracticeRow) -> Practice:
    return Practice(
        id=PracticeId(row.id),
        name=row.name,
        kind=PracticeKind(row.kind),
        insee=Insee(row.insee) if row.insee else None,
        point=Point(row.lat, row.lon) if row.lat is not None and row.lon is not None else None,
        address_line=row.address_line,
        phone=row.phone,
        rooms=row.rooms,
        finess=row.finess,
        siret=row.siret,
        rpps_rank=row.rpps_rank,
        stops=_STOPS.validate_python(row.stops),
    )


def pledge_columns(pledge: Pledge | None) -> Columns:
    return {
        "pledge_minutes": pledge.minutes if pledge else None,
        "pledge_per": pledge.per.value if pledge else None,
        "pledge_audiences": in_order(pledge.audiences) if pledge else None,
    }


def pledge_of(row: PractitionerRow) -> Pledge | None:
    if row.pledge_minutes is None or row.pledge_per is None or row.pledge_audiences is None:
        return None
    return Pledge(
        minutes=row.pledge_minutes,
        per=PledgePeriod(row.pledge_per),
        audiences=frozenset(Audience(audience) for audience in row.pledge_audiences),
    )


def practitioner_columns(practitioner: Practitioner) -> Columns:
    return {
        "given_name": practitioner.given_name,
        "family_name": practitioner.family_name,
        "rpps": practitioner.rpps,
        "specialty": practitioner.specialty,
        "status": practitioner.status.value,
        "home_practice": practitioner.home_practice,
        **pledge_columns(practitioner.pledge),
        "max_sessions_per_week": practitioner.max_sessions_per_week,
        "min_sessions_per_week": practitioner.min_sessions_per_week,
        "max_travel_km": practitioner.max_travel_km,
        "capacity_uplift": practitioner.capacity_uplift,
        "may_work_at": list(practitioner.may_work_at),
        "from_on": practitioner.from_on,
        "until_on": practitioner.until_on,
    }


def practitioner_of(row: PractitionerRow) -> Practitioner:
    return Practitioner(
        id=PractitionerId(row.id),
        given_name=row.given_name,
        family_name=row.family_name,
        rpps=row.rpps,
        specialty=row.specialty,
        status=PractitionerStatus(row.status),
        home_practice=PracticeId(row.home_practice),
        pledge=pledge_of(row),
        max_sessions_per_week=row.max_sessions_per_week,
        max_travel_km=row.max_travel_km,
        capacity_uplift=row.capacity_uplift,
        min_sessions_per_week=row.min_sessions_per_week,
        may_work_at=tuple(PracticeId(practice) for practice in row.may_work_at),
        from_on=row.from_on,
        until_on=row.until_on,
    )


def template_columns(template: SessionTemplate) -> Columns:
    return {
        "weekday": template.weekday.value,
        "start_local": template.start,
        "end_local": template.end,
        "sector": template.sector,
        "hosts": list(template.hosts),
        "seats": template.seats,
        "capacity": template.capacity,
        "slot_minutes": template.slot_minutes,
        "mode": template.mode.value,
        "modality": template.modality.value,
        "audiences": in_order(template.audiences),
        "priority": template.priority,
        "from_on": template.from_on,
        "until_on": template.until_on,
        "on_public_holidays": template.on_public_holidays,
        "school_holidays": template.school_holidays.value,
        "crisis_only": template.crisis_only,
    }


def template_of(row: SessionTemplateRow) -> SessionTemplate:
    return SessionTemplate(
        id=TemplateId(row.id),
        weekday=Weekday(row.weekday),
        start=row.start_local,
        end=row.end_local,
        sector=row.sector,
        hosts=tuple(PracticeId(host) for host in row.hosts),
        seats=row.seats,
        capacity=row.capacity,
        slot_minutes=row.slot_minutes,
        mode=Mode(row.mode),
        modality=Modality(row.modality),
        audiences=frozenset(Audience(audience) for audience in row.audiences),
        priority=row.priority,
        from_on=row.from_on,
        until_on=row.until_on,
        on_public_holidays=row.on_public_holidays,
        school_holidays=SchoolHolidays(row.school_holidays),
        crisis_only=row.crisis_only,
    )

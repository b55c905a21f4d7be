"""Agendas as resources: one pure function for each, in plain dicts, of which nothing is ever empty.

The places of an agenda that are of one kind share all but their id and times: a bundle of a thousand takes little time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.domain.agendas import Agenda, AgendaPlace, Community, Site
from service.domain.directory import Audience
from service.domain.national import (
    APPOINTMENT_REASON,
    CONSULTATION,
    CPTS,
    INTERNAL_LOCATION,
    NATIONAL_PERSON,
    NATIONAL_STRUCTURE,
    ORGANIZATION_STRUCTURE,
    VISIBILITY,
    Coding,
    Extension,
    Profile,
    System,
    establishment_id,
    person_id,
    phone,
)

Resource = dict[str, Any]

_SPECIALTY = re.compile(r"S[A-Z]{1,2}[0-9]{2}")
"""Of TRE_R38, to which the profiles bind; another code is left out."""


def instant(at: datetime, zone: ZoneInfo) -> str:
    """https://hl7.org/fhir/R4/datatypes.html#instant with the offset that the zone has then; `Z` would be refused."""
    return at.astimezone(zone).isoformat(timespec="milliseconds")


def slot(place: AgendaPlace, zone: ZoneInfo, kind: Mapping[str, Any]) -> Resource:
    """https://hl7.org/fhir/R4/slot.html; `kind` is what `kind_of` says of it."""
    return {
        "resourceType": "Slot",
        "id": str(place.id),
        **kind,
        "status": "free",
        "start": instant(place.time.start, zone),
        "end": instant(place.time.end, zone),
    }


def kind_of(place: AgendaPlace, agenda: Agenda, *, profile: Profile, page: str) -> Resource:
    """What a place has in common with others of the agenda. `page`: where one books; all codes that apply are sent."""
    security = [_coding(VISIBILITY[audience]) for audience in Audience if audience in place.audiences]
    return {
        "meta": _meta(profile) | {"security": security},
        "serviceType": [_concept(CONSULTATION[place.modality]), *map(_of_community, place.communities)],
        **_specialty(agenda.specialty),
        "appointmentType": _concept(APPOINTMENT_REASON[place.mode]),
        "schedule": {"reference": f"Schedule/{agenda.id}"},
        "comment": f"{page}/{agenda.rpps}?lieu={agenda.id}",
    }


def schedule(agenda: Agenda) -> Resource:
    """https://hl7.org/fhir/R4/schedule.html"""
    actors = (f"Practitioner/{agenda.rpps}", f"PractitionerRole/{agenda.id}")
    return {
        "resourceType": "Schedule",
        "id": str(agenda.id),
        "meta": _meta(Profile.SCHEDULE),
        "actor": [{"reference": actor} for actor in actors],
    }


def practitioner(agenda: Agenda) -> Resource:
    """https://hl7.org/fhir/R4/practitioner.html with the one identifier that the profile takes."""
    return {
        "resourceType": "Practitioner",
        "id": agenda.rpps,
        "meta": _meta(Profile.PRACTITIONER),
        "identifier": [_identifier(System.PERSON, person_id(agenda.rpps), NATIONAL_PERSON)],
        "name": [{"family": agenda.family_name, "given": [agenda.given_name]}],
    }


def practitioner_role(agenda: Agenda, *, editor: str) -> Resource:
    """https://hl7.org/fhir/R4/practitionerrole.html; the structure is that of the site, whoever works there."""
    site = agenda.site
    structure = site.structure and _identifier(System.STRUCTURE, site.structure, NATIONAL_STRUCTURE)
    return {
        "resourceType": "PractitionerRole",
        "id": str(agenda.id),
        "meta": _meta(Profile.PRACTITIONER_ROLE),
        "contained": [location(site, editor=editor)],
        "practitioner": {"reference": f"Practitioner/{agenda.rpps}"},
        **({"organization": {"identifier": structure}} if structure else {}),
        **_specialty(agenda.specialty),
        "location": [{"reference": f"#{site.id}"}],
        **_telecom(site.phone),
    }


def location(site: Site, *, editor: str) -> Resource:
    """https://hl7.org/fhir/R4/location.html, contained. `editor`: the address of who names places so."""
    return {
        "resourceType": "Location",
        "id": str(site.id),
        "meta": _meta(Profile.LOCATION),
        "identifier": [_identifier(editor, str(site.id), INTERNAL_LOCATION)],
        "name": site.name,
        "address": {"line": [site.address_line or site.name], "city": site.city, "postalCode": site.postal_code},
        "position": {"longitude": site.point.lon, "latitude": site.point.lat},
    }


def healthcare_service(community: Community) -> Resource:
    """https://hl7.org/fhir/R4/healthcareservice.html, by which a place names a CPTS."""
    return {
        "resourceType": "HealthcareService",
        "id": str(community.id),
        "meta": _meta(Profile.CPTS_HEALTHCARE_SERVICE),
        "providedBy": {"reference": f"Organization/{community.id}"},
    }


def organization(community: Community) -> Resource:
    """https://hl7.org/fhir/R4/organization.html of a CPTS."""
    finess = establishment_id(community.finess)
    return {
        "resourceType": "Organization",
        "id": str(community.id),
        "meta": _meta(Profile.CPTS_ORGANIZATION),
        "identifier": [_identifier(System.STRUCTURE, finess, *ORGANIZATION_STRUCTURE)],
        "name": community.name,
        **_telecom(community.phone),
    }


def bundle(
    agendas: Iterable[Agenda],
    *,
    id: str,
    public_url: str,
    fhir_url: str,
    self_link: str,
    with_communities: bool = False,
) -> Resource:
    """https://hl7.org/fhir/R4/bundle.html: the places in the order of time, then once each what they refer to."""
    told = tuple(agendas)
    places = list(_slots(told, Profile.CPTS_SLOT if with_communities else Profile.SLOT, f"{public_url}/rdv"))
    included = _included(told, editor=f"{public_url}/lieux")
    entries = [_entry(fhir_url, each, "match") for each in places]
    entries += [_entry(fhir_url, each, "include") for each in included]
    is_of_cpts = with_communities and bool(places)  # which no empty bundle can be
    return {
        "resourceType": "Bundle",
        "id": id,
        "meta": _meta(Profile.CPTS_BUNDLE if is_of_cpts else Profile.BUNDLE),
        "type": "searchset",
        "total": len(places),
        "link": [{"relation": "self", "url": self_link}],
        **({"entry": entries} if entries else {}),
    }


def _slots(agendas: Iterable[Agenda], profile: Profile, page: str) -> Iterator[Resource]:
    kinds: dict[Any, Resource] = {}
    ordered = [(place.time.start, place.id, place, agenda) for agenda in agendas for place in agenda.places]
    for _, _, place, agenda in sorted(ordered, key=lambda each: each[:2]):
        key = (id(agenda), place.mode, place.modality, place.audiences, id(place.communities))
        if key not in kinds:
            kinds[key] = kind_of(place, agenda, profile=profile, page=page)
        yield slot(place, agenda.zone, kinds[key])


def _included(agendas: tuple[Agenda, ...], *, editor: str) -> Iterator[Resource]:
    yield from map(schedule, agendas)
    yield from {agenda.rpps: practitioner(agenda) for agenda in reversed(agendas)}.values()
    yield from (practitioner_role(agenda, editor=editor) for agenda in agendas)
    shared = {id(place.communities): place.communities for agenda in agendas for place in agenda.places}
    told = {community.id: community for communities in shared.values() for community in communities}
    yield from map(healthcare_service, told.values())
    yield from map(organization, told.values())


def _entry(base: str, resource: Resource, mode: str) -> Resource:
    full_url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": full_url, "resource": resource, "search": {"mode": mode}}


def _meta(profile: Profile) -> Resource:
    return {"profile": [profile.value]}


def _coding(coding: Coding) -> Resource:
    """Plain texts: a member of an enumeration takes ten times as long to write."""
    return {"system": coding.system.value, "code": coding.code}


def _concept(*codings: Coding) -> Resource:
    return {"coding": [_coding(coding) for coding in codings]}


def _of_community(community: Community) -> Resource:
    """A place is shared with one CPTS for each such type: the extension takes one reference."""
    service = {"reference": f"HealthcareService/{community.id}"}
    return {"extension": [{"url": Extension.SLOT_SERVICE.value, "valueReference": service}], **_concept(CPTS)}


def _identifier(system: str, value: str, *types: Coding) -> Resource:
    return {"type": _concept(*types), "system": str(system), "value": value}


def _specialty(code: str) -> Resource:
    if not _SPECIALTY.fullmatch(code):
        return {}
    return {"specialty": [_concept(Coding(system=System.SPECIALTY, code=code))]}


def _telecom(number: str | None) -> Resource:
    known = phone(number)
    return {"telecom": [{"system": "phone", "value": known}]} if known else {}

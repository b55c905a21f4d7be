"""What the national interface can do, as each of its routes declares it, and the statement made of all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from service.web.fhir.media import MEDIA_TYPE

_KEY = "x-fhir"
GUIDE = "https://interop.esante.gouv.fr/ig/fhir/sas"
FHIR_VERSION = "4.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchParameter:
    """`type` as in https://hl7.org/fhir/R4/valueset-search-param-type.html; `definition`: its canonical, if any."""

    name: str
    type: str
    definition: str | None = None
    documentation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What a route does to a type of resource; `code` as in http://hl7.org/fhir/R4/valueset-type-restful-interaction.html.

    A route says so in its `openapi_extra`, so that neither document has a list of its own.
    """

    resource: str
    code: str
    profiles: tuple[str, ...] = ()
    search_includes: tuple[str, ...] = ()
    search_parameters: tuple[SearchParameter, ...] = ()
    conditional_update: bool = False
    update_create: bool = False

    def declared(self) -> dict[str, Any]:
        return {_KEY: _INTERACTION.dump_python(self, mode="json", exclude_defaults=True)}


_INTERACTION = TypeAdapter(Interaction)


def interactions_of(routers: Iterable[APIRouter]) -> tuple[Interaction, ...]:
    """By type of resource, in the order of the routes."""
    routes = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    declared = (route.openapi_extra[_KEY] for route in routes if route.openapi_extra and _KEY in route.openapi_extra)
    found = dict.fromkeys(_INTERACTION.validate_python(each) for each in declared)
    return tuple(sorted(found, key=lambda each: each.resource))


def statement(interactions: Iterable[Interaction], *, base: str, now: datetime) -> dict[str, Any]:
    """https://hl7.org/fhir/R4/capabilitystatement.html"""
    by_resource = groupby(interactions, key=lambda each: each.resource)
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": now.isoformat(timespec="seconds"),
        "kind": "instance",
        "software": {"name": "tourderole"},
        "implementation": {"description": "Places for unscheduled care, told to the SAS platform", "url": base},
        "fhirVersion": FHIR_VERSION,
        "format": [MEDIA_TYPE],
        "implementationGuide": [GUIDE],
        "rest": [{"mode": "server", "resource": [_resource(kind, tuple(each)) for kind, each in by_resource]}],
    }


def _resource(kind: str, interactions: tuple[Interaction, ...]) -> dict[str, Any]:
    """What the routes of one type do together; nothing is said of what none of them does."""
    told: Mapping[str, Any] = {
        "supportedProfile": _all(each.profiles for each in interactions),
        "interaction": [{"code": code} for code in _all((each.code,) for each in interactions)],
        "updateCreate": any(each.update_create for each in interactions),
        "conditionalUpdate": any(each.conditional_update for each in interactions),
        "searchInclude": _all(each.search_includes for each in interactions),
        "searchParam": [_parameter(each) for each in _all(each.search_parameters for each in interactions)],
    }
    return {"type": kind} | {name: value for name, value in told.items() if value}


def _all(each: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Once each, in order."""
    return list(dict.fromkeys(value for values in each for value in values))


def _parameter(parameter: SearchParameter) -> dict[str, str]:
    told = {
        "name": parameter.name,
        "definition": parameter.definition,
        "type": parameter.type,
        "documentation": parameter.documentation,
    }
    return {name: value for name, value in told.items() if value}

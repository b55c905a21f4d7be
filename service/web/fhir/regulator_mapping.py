"""A regulator as FHIR's Practitioner, read and written; lenient about what is not ours, exact about what is.

https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition-FrPractitionerRegul.html
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.application.territory_file.faults import faults_of
from service.domain.account_errors import AccountRefused
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.domain.national import INTERNAL_PERSON, NATIONAL_PERSON, Coding, Profile, System
from service.domain.regulators import Account, IdentifierSystem, Regulator, RegulatorIdentifier, checked_text

ROOT = "Practitioner"
TYPES: Mapping[IdentifierSystem, Coding] = {
    IdentifierSystem.NATIONAL: NATIONAL_PERSON,
    IdentifierSystem.SAS: INTERNAL_PERSON,
}
_SYSTEMS = " or ".join(IdentifierSystem)


class _Element(BaseModel):
    """FHIR's JSON, of which only what is looked at is typed: a wrong type is malformed, an absence breaks a rule."""

    model_config = ConfigDict(strict=True, extra="ignore")


class CodingIn(_Element):
    system: str | None = None
    code: str | None = None


class TypeIn(_Element):
    coding: list[CodingIn] = []


class IdentifierIn(_Element):
    type: TypeIn | None = None
    system: str | None = None
    value: str | None = None


class NameIn(_Element):
    family: str | None = None
    given: list[str] = []


class TelecomIn(_Element):
    system: str | None = None
    value: str | None = None


class PractitionerIn(_Element):
    resource_type: Literal["Practitioner"] = Field(alias="resourceType")
    identifier: list[IdentifierIn] = []
    active: bool | None = None
    name: list[NameIn] = []
    telecom: list[TelecomIn] = []


def account_of(body: bytes) -> Account:
    """What the SAS says; its `id` is nothing to us. Raises Invalid for what cannot be read, else AccountRefused."""
    sent = _read(body)
    faults: list[Fault] = []
    named = _identifiers(sent, faults)
    names = [_name(name, f"{ROOT}.name[{number}]", faults) for number, name in enumerate(sent.name)]
    emails = [_email(each, f"{ROOT}.telecom[{number}]", faults) for number, each in enumerate(sent.telecom)]
    for element, count in (("identifier", sent.identifier), ("name", sent.name), ("telecom", sent.telecom)):
        if not count:
            faults.append(_missing(f"{ROOT}.{element}", "at least one is needed"))
    if sent.active is None:
        faults.append(_missing(f"{ROOT}.active", "true, or false to take the account away"))
    if faults:
        raise AccountRefused(*faults)
    family_name, given_name = names[0]
    return Account(
        national=named.get(IdentifierSystem.NATIONAL),
        technical=named.get(IdentifierSystem.SAS),
        family_name=family_name,
        given_name=given_name,
        emails=tuple({each.casefold(): each for each in reversed(emails)}.values())[::-1],
        is_active=bool(sent.active),
    )


def _read(body: bytes) -> PractitionerIn:
    try:
        return PractitionerIn.model_validate_json(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    if details[0]["type"] == "json_invalid":
        raise Invalid(Fault(path="", code="json.malformed", message=details[0]["msg"], hint="a Practitioner in JSON"))
    raise Invalid(*faults_of(details, at=ROOT, hinted=False))


def _identifiers(sent: PractitionerIn, faults: list[Fault]) -> dict[IdentifierSystem, str]:
    """By system; those of systems that are nothing to us are passed over, if one is there that is."""
    found: dict[IdentifierSystem, str] = {}
    for number, each in enumerate(sent.identifier):
        path = f"{ROOT}.identifier[{number}]"
        if each.system not in tuple(IdentifierSystem):
            continue
        system = IdentifierSystem(each.system)
        _refuse_wrong_type(each, system, path, faults)
        if system in found:
            faults.append(Fault(path=path, code="list.duplicate", message=f"a second identifier of {system}"))
        found[system] = _text(each.value, f"{path}.value", faults)
    if sent.identifier and not found:
        message = "none of them is of a system that regulators are named in"
        faults.append(
            Fault(path=f"{ROOT}.identifier", code="identifier.unknown_system", message=message, hint=_SYSTEMS)
        )
    return found


def _refuse_wrong_type(each: IdentifierIn, system: IdentifierSystem, path: str, faults: list[Fault]) -> None:
    due = TYPES[system]
    coded = each.type.coding if each.type else []
    if not any((coding.system, coding.code) == (due.system, due.code) for coding in coded):
        message = f"with the system {system} goes the type {due.code}"
        hint = f"{due.system}#{due.code}"
        faults.append(Fault(path=f"{path}.type", code="identifier.wrong_type", message=message, hint=hint))


def _name(name: NameIn, path: str, faults: list[Fault]) -> tuple[str, str]:
    given = name.given[0] if name.given else None
    if len(name.given) > 1:
        faults.append(
            Fault(path=f"{path}.given", code="list.too_long", message="exactly one is due", hint="join them into one")
        )
    return _text(name.family, f"{path}.family", faults), _text(given, f"{path}.given", faults)


def _email(telecom: TelecomIn, path: str, faults: list[Fault]) -> str:
    if telecom.system != "email":
        message = "only e-mail addresses are kept"
        faults.append(Fault(path=f"{path}.system", code="telecom.not_email", message=message, hint="email"))
    return _text(telecom.value, f"{path}.value", faults)


def _text(text: str | None, path: str, faults: list[Fault]) -> str:
    """Without the spaces around it."""
    if text is None:
        faults.append(_missing(path, "it is needed"))
        return ""
    try:
        return checked_text(text.strip(), path=path)
    except Invalid as error:
        faults.extend(error.faults)
        return ""


def _missing(path: str, hint: str) -> Fault:
    return Fault(path=path, code="key.missing", message="it is missing", hint=hint)


def named_by(query: str) -> RegulatorIdentifier:
    """The `identifier` that a conditional update names, `system|value`. Raises Invalid."""
    system, separator, value = (part.strip() for part in query.partition("|"))
    if not separator:
        raise Invalid(
            Fault(path="identifier", code="identifier.no_system", message="no system is named", hint="system|value")
        )
    if system not in tuple(IdentifierSystem):
        message = f"regulators are not named in {system[:100]!r}"
        raise Invalid(Fault(path="identifier", code="identifier.unknown_system", message=message, hint=_SYSTEMS))
    return RegulatorIdentifier(system=IdentifierSystem(system), value=value)


def regulator_resource(regulator: Regulator) -> dict[str, Any]:
    """https://hl7.org/fhir/R4/practitioner.html"""
    account = regulator.account
    return {
        "resourceType": ROOT,
        "id": str(regulator.id),
        "meta": {
            "versionId": str(regulator.version),
            "lastUpdated": regulator.changed_at.isoformat(timespec="milliseconds"),
            "source": System.SAS.value,
            "profile": [Profile.REGULATOR.value],
        },
        "identifier": list(map(identifier_element, account.identifiers)),
        "active": account.is_active,
        "name": [{"family": account.family_name, "given": [account.given_name]}],
        "telecom": [{"system": "email", "value": email} for email in account.emails],
    }


def identifier_element(named: RegulatorIdentifier) -> dict[str, Any]:
    due = TYPES[named.system]
    return {
        "type": {"coding": [{"system": due.system.value, "code": due.code}]},
        "system": named.system.value,
        "value": named.value,
    }

"""The names of the national interface (SAS): its systems, codes and profiles, each written here and nowhere else.

Source: the implementation guide `ans.fhir.fr.sas`, https://interop.esante.gouv.fr/ig/fhir/sas, in versions 1.1.0 (which
the official test kit validates against) and 1.2.0.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.domain.directory import Audience
from service.domain.rosters import Modality, Mode

_SAS = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition"
_NOS = "https://mos.esante.gouv.fr/NOS"


class Profile(StrEnum):
    """The canonical that a resource bears in `meta.profile`, exactly one each. The guide itself mixes two bases."""

    BUNDLE = "http://sas.fr/fhir/StructureDefinition/BundleAgregateur"
    SLOT = "http://sas.fr/fhir/StructureDefinition/FrSlotAgregateur"
    SCHEDULE = "http://sas.fr/fhir/StructureDefinition/FrScheduleAgregateur"
    PRACTITIONER = "http://sas.fr/fhir/StructureDefinition/FrPractitionerAgregateur"
    PRACTITIONER_ROLE = "http://sas.fr/fhir/StructureDefinition/FrPractitionerRoleExerciceAgregateur"
    LOCATION = "http://sas.fr/fhir/StructureDefinition/FrLocationAgregateur"
    CPTS_BUNDLE = f"{_SAS}/sas-cpts-bundle-aggregator"
    CPTS_SLOT = f"{_SAS}/sas-cpts-slot-aggregator"
    CPTS_HEALTHCARE_SERVICE = f"{_SAS}/sas-cpts-healthcareservice-aggregator"
    CPTS_ORGANIZATION = f"{_SAS}/sas-cpts-organization-aggregator"
    REGULATOR = f"{_SAS}/FrPractitionerRegul"
    APPOINTMENT = "http://sas.fr/fhir/StructureDefinition/FrAppointmentSAS"


class System(StrEnum):
    """Whose identifier, or which list of codes."""

    PERSON = "urn:oid:1.2.250.1.71.4.2.1"
    STRUCTURE = "urn:oid:1.2.250.1.71.4.2.2"
    SAS = "urn:oid:1.2.250.1.213.3.6"
    """The platform's own: technical ids of regulators, and `meta.source` of what it sends."""
    IDENTIFIER_TYPE = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
    IDENTIFIER_TYPE_2 = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
    """Of an Organization since 1.2.0."""
    LOCATION_IDENTIFIER_TYPE = "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type"
    VISIBILITY = f"{_NOS}/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
    ESTABLISHMENT = f"{_NOS}/TRE_R66-CategorieEtablissement/FHIR/TRE-R66-CategorieEtablissement"
    SPECIALTY = f"{_NOS}/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
    ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    APPOINTMENT_REASON = "http://terminology.hl7.org/CodeSystem/v2-0276"


class Extension(StrEnum):
    SLOT_SERVICE = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType"
    APPOINTMENT_OPERATOR = "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    system: System
    code: str


NATIONAL_PERSON = Coding(system=System.IDENTIFIER_TYPE, code="IDNPS")
INTERNAL_PERSON = Coding(system=System.IDENTIFIER_TYPE, code="INTRN")
"""Of a regulator: goes with `System.SAS`."""
NATIONAL_STRUCTURE = Coding(system=System.IDENTIFIER_TYPE, code="IDNST")
ORGANIZATION_STRUCTURE = (
    Coding(system=System.LOCATION_IDENTIFIER_TYPE, code="IDNST"),
    Coding(system=System.IDENTIFIER_TYPE_2, code="IDNST"),
)
"""The type of a CPTS's identifier as 1.1.0 wants it, and as 1.2.0 does: with both, it satisfies either."""
INTERNAL_LOCATION = Coding(system=System.LOCATION_IDENTIFIER_TYPE, code="INTRN")
CPTS = Coding(system=System.ESTABLISHMENT, code="604")

VISIBILITY: Mapping[Audience, Coding] = {
    Audience.PUBLIC: Coding(system=System.VISIBILITY, code="PUBLIC"),
    Audience.PROFESSIONAL: Coding(system=System.VISIBILITY, code="PRO"),
    Audience.SNP: Coding(system=System.VISIBILITY, code="SNP"),
    Audience.CPTS: Coding(system=System.VISIBILITY, code="CPTS"),
}
CONSULTATION: Mapping[Modality, Coding] = {
    Modality.IN_PERSON: Coding(system=System.ACT, code="AMB"),
    Modality.HOME_VISIT: Coding(system=System.ACT, code="HH"),
    Modality.TELE: Coding(system=System.ACT, code="VR"),
}
APPOINTMENT_REASON: Mapping[Mode, Coding] = {
    Mode.BOOKABLE: Coding(system=System.APPOINTMENT_REASON, code="ROUTINE"),
    Mode.WALK_IN: Coding(system=System.APPOINTMENT_REASON, code="WALKIN"),
}

_PHONE = re.compile(r"\+(?:33|262|590|594|596)\d{9}")
_STRUCTURE = re.compile(r"1\d{9}|3\d{14}|4\d{14}")


def person_id(rpps: str) -> str:
    """An RPPS number as the interface writes it: with its prefix."""
    return f"8{rpps}"


def establishment_id(finess: str) -> str:
    """A FINESS number with its prefix."""
    return f"1{finess}"


def structure_id(*, finess: str | None, siret: str | None, rpps_rank: str | None) -> str | None:
    """A practice's national number with its prefix: FINESS, else SIRET, else the rank of an RPPS; None without one.

    A Corsican FINESS, which holds a letter, does not fit the interface's form: the next number stands in for it.
    """
    numbers = (("1", finess), ("3", siret), ("4", rpps_rank))
    prefixed = (prefix + number for prefix, number in numbers if number)
    return next((number for number in prefixed if _STRUCTURE.fullmatch(number)), None)


def phone(number: str | None) -> str | None:
    """The number when the interface can say it: E.164, of the mainland or of an overseas department; else None."""
    return number if number and _PHONE.fullmatch(number) else None

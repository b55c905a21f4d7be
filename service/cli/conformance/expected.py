"""The addresses and codes of the national interface, written here a second time.

A check that took them from the code that writes the answers could never find one of them wrong.
"""

import re

SAS_OLD = "http://sas.fr/fhir/StructureDefinition/"
SAS = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/"

PERSONS = "urn:oid:1.2.250.1.71.4.2.1"
STRUCTURES = "urn:oid:1.2.250.1.71.4.2.2"
PLATFORM = "urn:oid:1.2.250.1.213.3.6"

IDENTIFIER_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
PLACE_IDENTIFIER_TYPES = "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type"
IDENTIFIER_TYPES_OF_CORE = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203"
VISIBILITY = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
ESTABLISHMENTS = "https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement/FHIR/TRE-R66-CategorieEtablissement"
SPECIALTIES = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
CONSULTATION = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
APPOINTMENT_REASONS = "http://terminology.hl7.org/CodeSystem/v2-0276"
SERVICE_EXTENSION = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType"
OPERATOR_EXTENSION = "http://interopsante.org/fhir/StructureDefinition/FrAppointmentOperator"

AUDIENCES = frozenset({"PUBLIC", "PRO", "SNP", "CPTS"})
MODALITIES = frozenset({"AMB", "HH", "VR"})
REASONS = frozenset({"ROUTINE", "WALKIN"})
OUTCOMES = frozenset({"booked", "fulfilled", "noshow", "cancelled"})

RPPS_OR_ADELI = re.compile(r"8[0-9]{11}|0[0-9]{9}")
STRUCTURE = re.compile(r"1[0-9]{9}|3[0-9]{14}|4[0-9]{14}")
FINESS = re.compile(r"1[0-9]{9}")
PHONE = re.compile(r"\+(33|262|590|594|596)[0-9]{9}")
POSTCODE = re.compile(r"[0-9]{5}")
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}[+-][0-9]{2}:[0-9]{2}")

PS_BUNDLE = SAS_OLD + "BundleAgregateur"
CPTS_BUNDLE = SAS + "sas-cpts-bundle-aggregator"
PS_SLOT = SAS_OLD + "FrSlotAgregateur"
CPTS_SLOT = SAS + "sas-cpts-slot-aggregator"
REGULATOR = SAS + "FrPractitionerRegul"
PRACTITIONER = SAS_OLD + "FrPractitionerAgregateur"
IN_BOTH = {
    "Schedule": SAS_OLD + "FrScheduleAgregateur",
    "Practitioner": PRACTITIONER,
    "PractitionerRole": SAS_OLD + "FrPractitionerRoleExerciceAgregateur",
    "Location": SAS_OLD + "FrLocationAgregateur",
    "HealthcareService": SAS + "sas-cpts-healthcareservice-aggregator",
    "Organization": SAS + "sas-cpts-organization-aggregator",
    "Appointment": SAS_OLD + "FrAppointmentSAS",
}

"""The guide's own examples, where they lie beside the repository: nothing is found in them but what is known."""

import json

import pytest

from service.cli.conformance.checking import check
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.validating import check_profiles
from tests.cli.conformance.answers import answered
from tests.left_out import OFFICIAL, needs_official

pytestmark = needs_official

UNTYPED_STRUCTURE = {("ROL-8", "organization.identifier.system"), ("ROL-8", "organization.identifier.type")}
"""GUIDE §5.3: the guide's example 1 gives the structure's value alone, the FAQ wants system and type."""

KNOWN = {
    "Bundle-ExampleBundlePSIndiv": {
        ("SPE-1", "specialty[1]"),  # GUIDE §13: an error by the guide's own QA
        ("SLOT-16", "comment"),  # GUIDE §13: WALKIN examples without an address
        ("BUN-6", "search.mode"),  # GUIDE §13: one is missing
    },
    "Slot-ExampleSlotPSIndiv2": {("SLOT-16", "comment")},
    "Slot-ExampleSlotPSIndiv3": {("SPE-1", "specialty[1]")},
    "Slot-ExampleSlotPSIndiv5": {("SPE-1", "specialty[0]"), ("SLOT-16", "comment")},
    "Bundle-ExampleBundleCPTS1": UNTYPED_STRUCTURE,
    "Bundle-ExampleBundleCPTS2": UNTYPED_STRUCTURE | {("SLOT-4b", "serviceType[0]")},  # GUIDE §9: the old style
    "Slot-ExampleSlotCPTS2": {("SLOT-4b", "serviceType[0]")},
    "PractitionerRole-ExamplePractitionerRoleAgregateur": UNTYPED_STRUCTURE,
    # GUIDE §13: an appointment of SOS Médecins is not one of a practitioner
    "Appointment-12345678": {
        ("GEN-1", "meta.profile"),
        ("APP-5", "status"),
        ("APP-10", "participant[0].actor.identifier"),
        ("APP-11", "participant[0].status"),
    },
}
BY_PROFILE = {
    "Bundle-ExampleBundlePSIndiv": {("profile: binding", "specialty[1]")},
    "Slot-ExampleSlotPSIndiv3": {("profile: binding", "specialty[1]")},
    "Slot-ExampleSlotPSIndiv5": {("profile: binding", "specialty[0]")},
}
"""GUIDE §12.3: what the guide's own QA calls errors, and nothing more."""


def examples():
    files = sorted((OFFICIAL / "examples").rglob("*.json"))
    read = {file.stem: json.loads(file.read_text()) for file in files}
    return {
        name: resource for name, resource in read.items() if isinstance(resource, dict) and "resourceType" in resource
    }


def told(findings, known):
    """Each by its rule and the end of its path, as the known ones are written."""
    ends = sorted((end for _, end in known), key=len, reverse=True)
    return {(each.rule, next((end for end in ends if each.where.endswith(end)), each.where)) for each in findings}


@pytest.mark.parametrize("name", examples())
def test_nothing_is_found_in_an_official_example_but_its_known_defects(name):
    known = KNOWN.get(name, set())
    assert told(check(answered(examples()[name])), known) == known


@pytest.mark.parametrize("name", examples())
def test_the_profiles_find_what_the_guides_own_quality_report_does(name):
    known = BY_PROFILE.get(name, set())
    found, _ = check_profiles(answered(examples()[name]), Definitions(OFFICIAL / "conformance" / "StructureDefinition"))
    assert told(found, known) == known


def test_all_examples_were_read():
    assert len(examples()) > 30
    assert set(KNOWN) | set(BY_PROFILE) <= set(examples())

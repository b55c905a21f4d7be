"""Official snapshots, where they lie beside the repository: sown faults are found by them alone, and nothing else."""

from functools import cache
from pathlib import Path

import pytest

from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.validating import check_profiles
from tests.cli.conformance.answers import answered
from tests.cli.conformance.faults import FAULTS, SOWN_IN
from tests.left_out import needs_official

SNAPSHOTS = Path(__file__).parents[4] / "shared" / "sas" / "conformance" / "StructureDefinition"
pytestmark = needs_official


@cache
def definitions() -> Definitions:
    return Definitions(SNAPSHOTS)


@pytest.mark.parametrize("into", SOWN_IN)
def test_in_what_conforms_no_profile_finds_anything(into):
    make, kind = SOWN_IN[into]
    assert check_profiles(answered(make(), kind), definitions())[0] == []


@pytest.mark.parametrize("sown", [sown for sown in FAULTS if sown.profiled], ids=str)
def test_a_sown_fault_is_found_by_the_profiles_alone(sown):
    found, _ = check_profiles(sown.answer(), definitions())
    assert found
    assert all(finding.where and finding.found and finding.expected and finding.source for finding in found)


@pytest.mark.parametrize("sown", [sown for sown in FAULTS if not sown.profiled], ids=str)
def test_what_the_profiles_find_beyond_is_known(sown):
    """No profile forbids these: were one found, the fault should be marked."""
    found, _ = check_profiles(sown.answer(), definitions())
    assert found == []

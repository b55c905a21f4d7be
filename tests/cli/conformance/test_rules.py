"""The rules of the national interface: each sown fault is found by its rule, and in what conforms nothing is."""

import pytest

from service.cli.conformance.checking import RULES, check
from tests.cli.conformance.answers import answered
from tests.cli.conformance.faults import FAULTS, SOWN_IN

NEVER_SOWN: set[str] = set()


@pytest.mark.parametrize("into", SOWN_IN)
def test_in_what_conforms_nothing_is_found(into):
    make, kind = SOWN_IN[into]
    assert list(check(answered(make(), kind))) == []
    assert list(check(answered(make()))) == []


@pytest.mark.parametrize("sown", FAULTS, ids=str)
def test_a_sown_fault_is_found_by_its_rule(sown):
    found = list(check(sown.answer()))
    assert sown.rule in {finding.rule for finding in found}
    assert all(finding.where and finding.found and finding.expected and finding.source for finding in found)


def test_every_rule_has_a_fault_that_it_finds():
    assert {rule.id for rule in RULES} - {sown.rule for sown in FAULTS} == NEVER_SOWN
    assert len(FAULTS) > 150

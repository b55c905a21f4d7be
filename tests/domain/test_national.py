"""Numbers as the national interface writes them."""

import pytest

from service.domain.directory import Audience
from service.domain.national import APPOINTMENT_REASON, CONSULTATION, VISIBILITY, phone, structure_id
from service.domain.rosters import Modality, Mode

FINESS, SIRET, RANK = "530000013", "73282932000074", "99900000011001"


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((FINESS, SIRET, RANK), "1" + FINESS),
        ((None, SIRET, RANK), "3" + SIRET),
        ((None, None, RANK), "4" + RANK),
        ((None, None, None), None),
        (("2A0000014", SIRET, None), "3" + SIRET),
        (("2B0000020", None, None), None),
    ],
)
def test_a_structure_is_named_by_finess_else_siret_else_rank(numbers, told):
    finess, siret, rpps_rank = numbers
    assert structure_id(finess=finess, siret=siret, rpps_rank=rpps_rank) == told


@pytest.mark.parametrize(
    ("number", "is_told"),
    [
        ("+33243900000", True),
        ("+262262123456", True),
        ("+590590123456", True),
        ("+687272727", False),
        ("+3224390000", False),
        ("02 43 90 00 00", False),
        ("", False),
        (None, False),
    ],
)
def test_a_phone_number_is_told_in_the_form_that_is_asked_for_or_not_at_all(number, is_told):
    assert phone(number) == (number if is_told else None)


def test_every_audience_modality_and_mode_has_its_code():
    assert (set(VISIBILITY), set(CONSULTATION), set(APPOINTMENT_REASON)) == (set(Audience), set(Modality), set(Mode))

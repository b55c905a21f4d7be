"""National identifiers: what is accepted, in which form, and what is refused by which code."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.communes import current_commune
from service.domain.errors import Invalid
from service.domain.identifiers import (
    checked_finess,
    checked_insee,
    checked_phone,
    checked_rpps,
    checked_rpps_rank,
    checked_siret,
)

ALL_CHECKS = (checked_finess, checked_insee, checked_phone, checked_rpps, checked_rpps_rank, checked_siret)


@pytest.mark.parametrize(
    ("check", "text", "form"),
    [
        (checked_rpps, "99900000011", "99900000011"),
        (checked_rpps_rank, "99900000011001", "99900000011001"),
        (checked_finess, "539900019", "539900019"),
        (checked_finess, "2A0000014", "2A0000014"),
        (checked_finess, "2B0000020", "2B0000020"),
        (checked_siret, "73282932000074", "73282932000074"),
        (checked_siret, "35600000049837", "35600000049837"),  # La Poste has a rule of its own
        (checked_insee, "53084", "53084"),
        (checked_insee, "2A004", "2A004"),
        (checked_insee, "97411", "97411"),
        (checked_insee, "99001", "99001"),
        (checked_insee, "53014", "53062"),
        (checked_phone, "06 12 34 56 78", "+33612345678"),
        (checked_phone, "02.43.90.00.00", "+33243900000"),
        (checked_phone, "+33 (0)2 43 90 00 00", "+33243900000"),
        (checked_phone, "0033243900000", "+33243900000"),
        (checked_phone, "0590 81 23 45", "+590590812345"),
        (checked_phone, "0692 12 34 56", "+262692123456"),
        (checked_phone, "0696 12 34 56", "+596696123456"),
        (checked_phone, "0594 39 50 50", "+594594395050"),
        (checked_phone, "+687 26 00 00", "+687260000"),
        (checked_phone, "+32 2 555 12 12", "+3225551212"),
    ],
)
def test_a_sound_identifier_is_put_in_one_form(check, text, form):
    assert check(text) == form


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (checked_rpps, "99900000012", "rpps.check_digit"),
        (checked_rpps, "9990000001", "rpps.length"),
        (checked_rpps, "", "rpps.malformed"),
        (checked_rpps, "9990000001X", "rpps.malformed"),
        (checked_rpps, "٩٩٩٠٠٠٠٠٠١١", "rpps.malformed"),
        (checked_rpps_rank, "99900000012001", "rpps_rank.check_digit"),
        (checked_rpps_rank, "99900000011", "rpps_rank.length"),
        (checked_finess, "539900018", "finess.check_digit"),
        (checked_finess, "2A0000020", "finess.check_digit"),
        (checked_finess, "53990001", "finess.length"),
        (checked_finess, "5A9900019", "finess.malformed"),
        (checked_finess, "2C0000014", "finess.malformed"),
        (checked_siret, "73282932000075", "siret.check_digit"),
        (checked_siret, "732829320", "siret.length"),
        (checked_siret, "7328293200007X", "siret.malformed"),
        (checked_insee, "5308", "commune.malformed"),
        (checked_insee, "2C004", "commune.malformed"),
        (checked_insee, "A2004", "commune.malformed"),
        (checked_phone, "0612", "phone.malformed"),
        (checked_phone, "06 12 34 56 7", "phone.malformed"),
        (checked_phone, "26 00 00", "phone.malformed"),
        (checked_phone, "0800 FLOWERS", "phone.malformed"),
        (checked_phone, "", "phone.malformed"),
    ],
)
def test_an_unsound_identifier_is_refused_by_its_code(check, text, code):
    with pytest.raises(Invalid) as refused:
        check(text, path="here")
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [("here", code)]


@given(position=st.integers(0, 10), digit=st.integers(0, 9))
def test_one_digit_mistyped_is_always_found(position, digit):
    sound = "99900000011"
    typed = sound[:position] + str(digit) + sound[position + 1 :]
    if typed != sound:
        with pytest.raises(Invalid):
            checked_rpps(typed)


@given(text=st.text(st.characters(), max_size=20) | st.from_regex(r"[0-9+ ()]{0,20}", fullmatch=True))
def test_any_text_is_accepted_or_refused(text):
    for check in ALL_CHECKS:
        with suppress(Invalid):
            assert check(text)


def test_former_communes_lead_to_the_commune_of_today():
    assert [current_commune(insee) for insee in ("53014", "53215", "53062", "53084")] == ["53062"] * 3 + ["53084"]

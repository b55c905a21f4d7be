"""The territory file: what it reads to, and that it is written back the same."""

import json
from typing import Any

import pytest

from service.application.territory_file.reading import read_territory_file
from service.application.territory_file.writing import territory_file_json, write_territory_file
from service.domain.directory import Insee, PracticeKind
from tests.left_out import LARGE, needs_large
from tests.territory_documents import REFERENCE, add, changed, everything, put


def test_the_reference_territory_reads():
    file = read_territory_file(REFERENCE)
    lists = (file.communes, file.practices, file.practitioners, file.session_templates, file.availability_rules)
    assert [len(rows) for rows in lists] == [15, 12, 22, 29, 249]
    assert [practice.id for practice in file.practices if practice.kind is PracticeKind.MOBILE_UNIT] == ["medicobus-1"]


@pytest.mark.parametrize("text", [REFERENCE.decode(), b"\xef\xbb\xbf" + REFERENCE, "\ufeff" + REFERENCE.decode()])
def test_text_and_bytes_read_alike_with_and_without_a_byte_order_mark(text):
    assert read_territory_file(text) == read_territory_file(REFERENCE)


@pytest.mark.parametrize(
    "change",
    [
        put("communes.0.population_source", {"any": ["thing"]}),
        put("remarks_note", "ignored"),
        put("pins", None),
        put("territory.policy", None),
        put("territory.policy", {}),
        put("session_templates.0.on_public_holidays", None),
        put("session_templates.0.school_holidays", "always"),
        put("practitioners.0.may_work_at", None),
        put("practices.0.siret", None),
        put("availability_rules.0.school_holidays", None),
    ],
)
def test_remarks_are_ignored_and_what_may_be_absent_may_be_null(change):
    assert read_territory_file(changed(change)) == read_territory_file(REFERENCE)


def test_a_merged_commune_is_read_as_the_commune_of_today():
    file = read_territory_file(changed(put("practices.0.insee", "53014"), put("practices.1.insee", "53215")))
    assert [practice.insee for practice in file.practices[:2]] == [Insee("53062"), Insee("53062")]


def test_phones_are_put_in_the_form_of_e164_and_may_be_unknown():
    file = read_territory_file(changed(put("practices.0.phone", "06 12 34 56 78"), put("practices.1.phone", "")))
    assert [practice.phone for practice in file.practices[:2]] == ["+33612345678", ""]


def test_own_rules_may_overlap_for_the_worst_level_counts():
    rule = json.loads(REFERENCE)["availability_rules"][0]
    file = read_territory_file(changed(add("availability_rules", rule | {"level": "avoid"})))
    assert len(file.availability_rules) == 250


def without_remarks_and_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {k: without_remarks_and_nulls(v) for k, v in value.items() if v is not None and not k.endswith("_note")}
        return {key: inner for key, inner in kept.items() if key != "pledge" or inner}
    return [without_remarks_and_nulls(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("text", [REFERENCE.decode(), everything()], ids=["reference", "everything"])
def test_what_is_written_says_what_was_read(text):
    file = read_territory_file(text)
    assert without_remarks_and_nulls(territory_file_json(file)) == without_remarks_and_nulls(json.loads(text))
    assert read_territory_file(write_territory_file(file)) == file


@needs_large
def test_the_large_territory_reads_and_is_written_back_the_same():
    file = read_territory_file(LARGE.read_bytes())
    assert (len(file.practitioners), len(file.practices), len(file.session_templates)) == (160, 45, 209)
    assert read_territory_file(write_territory_file(file)) == file

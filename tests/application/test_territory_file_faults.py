"""The faults of a territory file: each by its path and code, all of them at once, and never a crash."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.application.territory_file.reading import read_territory_file
from service.domain.errors import Invalid
from service.domain.faults import Fault
from tests.territory_documents import (
    BUS_TEMPLATE,
    DUTY,
    EXTRA,
    OF_BUS,
    PIN,
    PLEDGE,
    REFERENCE,
    STOP,
    Document,
    add,
    changed,
    drop,
    everything,
    put,
    twice,
)


def faults_of(text: str | bytes) -> list[Fault]:
    with pytest.raises(Invalid) as refused:
        read_territory_file(text)
    return list(refused.value.faults)


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (put("format", "tourderole/territory@2"), "format", "format.unknown"),
        (drop("format"), "format", "key.missing"),
        (drop("absences"), "absences", "key.missing"),
        (put("absences", None), "absences", "type.mismatch"),
        (put("practises", []), "practises", "key.unknown"),
        (put("absences.0", 7), "absences[0]", "type.mismatch"),
        (put("territory", []), "territory", "type.mismatch"),
        (put("territory.finess", "539900018"), "territory.finess", "finess.check_digit"),
        (put("territory.timezone", "Europe/Laval"), "territory.timezone", "timezone.unknown"),
        (put("territory.timezone", "../etc/passwd"), "territory.timezone", "timezone.unknown"),
        (put("territory.holiday_zone", "metropol"), "territory.holiday_zone", "holiday_zone.unknown"),
        (put("territory.school_zone", "D"), "territory.school_zone", "school_zone.unknown"),
        (put("territory.aci_size", 5), "territory.aci_size", "number.too_large"),
        (put("territory.aci_size", True), "territory.aci_size", "type.mismatch"),
        (put("territory.population", -1), "territory.population", "number.too_small"),
        (put("territory.population", 10**400), "territory.population", "number.too_large"),
        (put("territory.pdsa_saturday_start", "12h"), "territory.pdsa_saturday_start", "time.malformed"),
        (put("territory.policy", {"speed": 50}), "territory.policy.speed", "key.unknown"),
        (put("territory.policy", {"speed_kmh": 0}), "territory.policy.speed_kmh", "number.too_small"),
        (put("territory.policy", {"goal_order": ["beauty"]}), "territory.policy.goal_order[0]", "choice.unknown"),
        (put("territory.policy", {"goal_order": ["wishes"] * 2}), "territory.policy.goal_order", "list.duplicate"),
        (
            put("territory.policy", {"changes": [{"from": "2027-01-04", "policy": {}}] * 2}),
            "territory.policy.changes",
            "policy.order",
        ),
        (
            put(
                "territory.policy",
                {"changes": [{"from": "2027-01-04", "policy": {"changes": [{"from": "2028-01-03", "policy": {}}]}}]},
            ),
            "territory.policy.changes[0].policy",
            "policy.nested",
        ),
        (put("territory.policy", {"search": {"kept_percent": 101}}), "territory.policy.search.kept_percent",
         "number.too_large"),
        (put("territory.policy", {"search": {"kept_charge": -1}}), "territory.policy.search.kept_charge",
         "number.too_small"),
        (put("territory.policy", {"search": {"kept_sectors": ["CG", "CX"]}}), "territory.policy.search.kept_sectors[1]",
         "reference.unknown"),
        (put("territory.policy", {"search": {"release_minutes": 1.5}}), "territory.policy.search.release_minutes",
         "type.mismatch"),
        (put("territory.policy", {"snp_window": {"end": "07:00"}}), "territory.policy.snp_window.end", "time.order"),
        (put("communes.1.insee", "53062"), "communes[1].insee", "id.duplicate"),
        (put("communes.1.insee", "53014"), "communes[1].insee", "id.duplicate"),
        (put("communes.1.postal_code", "532"), "communes[1].postal_code", "text.malformed"),
        (put("communes.1.lat", 91), "communes[1].lat", "number.too_large"),
        (put("communes.1.lat", 10**400), "communes[1].lat", "type.mismatch"),
        (put("practices.0.insee", "5306"), "practices[0].insee", "commune.malformed"),
        (put("practices.0.insee", "99123"), "practices[0].insee", "commune.unknown"),
        (twice("practices", 0), "practices[12].id", "id.duplicate"),
        (put("practices.0.kind", "castle"), "practices[0].kind", "choice.unknown"),
        (put("practices.0.siret", "73282932000075"), "practices[0].siret", "siret.check_digit"),
        (put("practices.0.rpps_rank", "99900000012001"), "practices[0].rpps_rank", "rpps_rank.check_digit"),
        (put("practices.0.phone", "0612"), "practices[0].phone", "phone.malformed"),
        (put("practices.0.rooms", 0), "practices[0].rooms", "number.too_small"),
        (put("practices.0.name", ""), "practices[0].name", "text.too_short"),
        (put("practices.0.name", "n" * 201), "practices[0].name", "text.too_long"),
        (put("practices.0.name", "Cabinet\x00"), "practices[0].name", "text.control_character"),
        (put("practices.0.name", "Cabinet\ud800"), "practices[0].name", "text.encoding"),
        (put("practices.0.stops", [STOP]), "practices[0].stops", "practice.stop_elsewhere"),
        (drop("practices.0.lat"), "practices[0].lat", "key.missing"),
        (put(f"{OF_BUS}.lat", 47.8), "practices[10].lat", "practice.mobile_has_no_place"),
        (put(f"{OF_BUS}.stops", []), "practices[10].stops", "practice.no_stop"),
        (put(f"{OF_BUS}.stops.1.weekday", "TUE"), "practices[10].stops", "stop.collision"),
        (put(f"{OF_BUS}.stops.0.dates", ["2026-11-25"]), "practices[10].stops[0].dates", "stop.wrong_weekday"),
        (put(f"{OF_BUS}.stops.0.insee", "53999"), "practices[10].stops[0].insee", "commune.unknown"),
        (put("practitioners.3.rpps", "99900000046"), "practitioners[3].rpps", "rpps.check_digit"),
        (put("practitioners.3.rpps", "9990000004"), "practitioners[3].rpps", "rpps.length"),
        (put("practitioners.3.rpps", "99900000011"), "practitioners[3].rpps", "rpps.duplicate"),
        (twice("session_templates", 0), "session_templates[29].id", "id.duplicate"),
        (put("territory.id", "cpts/53"), "territory.id", "id.malformed"),
        (put("practitioners.3.home_practice", "msp-tileuls"), "practitioners[3].home_practice", "reference.unknown"),
        (put("practitioners.3.home_practice", "medicobus-1"), "practitioners[3].home_practice",
         "practitioner.home_moves"),
        (put("practitioners.3.may_work_at", ["x"]), "practitioners[3].may_work_at[0]", "reference.unknown"),
        (put("practitioners.3.pledge", PLEDGE | {"minutes": 0}), "practitioners[3].pledge.minutes", "pledge.zero"),
        (put("practitioners.3.pledge", PLEDGE | {"audiences": []}), "practitioners[3].pledge.audiences",
         "list.too_short"),
        (put("practitioners.3.min_sessions_per_week", 3), "practitioners[3].min_sessions_per_week", "number.too_large"),
        (put("practitioners.3.until", "2026-02-30"), "practitioners[3].until", "date.malformed"),
        (put("practitioners.3.until", "9999-12-31"), "practitioners[3].until", "date.out_of_range"),
        (drop("practitioners.3.family_name"), "practitioners[3].family_name", "key.missing"),
        (put("practitioners.3.nickname", "Jo"), "practitioners[3].nickname", "key.unknown"),
        (put("session_templates.0.hosts", ["cab-quay"]), "session_templates[0].hosts[0]", "reference.unknown"),
        (put("session_templates.0.hosts", []), "session_templates[0].hosts", "list.too_short"),
        (put("session_templates.0.sector", "XX"), "session_templates[0].sector", "reference.unknown"),
        (put("session_templates.0.end", "09:00"), "session_templates[0].end", "time.order"),
        (put("session_templates.0.start", "07:59"), "session_templates[0].start", "template.outside_snp_window"),
        (put("session_templates.0.end", "20:01"), "session_templates[0].end", "template.outside_snp_window"),
        (put("session_templates.0.weekday", "SUN"), "session_templates[0].weekday", "template.outside_snp_window"),
        (put("session_templates.28.end", "12:01"), "session_templates[28].end", "template.outside_snp_window"),
        (put("session_templates.0.capacity", 25), "session_templates[0].capacity", "template.too_short"),
        (put("session_templates.0.slot_minutes", 4), "session_templates[0].slot_minutes", "number.too_small"),
        (
            put(f"session_templates.{BUS_TEMPLATE}.weekday", "WED"),
            f"session_templates[{BUS_TEMPLATE}].hosts",
            "template.no_stop",
        ),
        (put("availability_rules.0.practitioner", "gp-99"), "availability_rules[0].practitioner", "reference.unknown"),
        (put("availability_rules.0.end", "24:00"), "availability_rules[0].end", "time.malformed"),
        (put("availability_rules.0.end", "08:00"), "availability_rules[0].end", "time.order"),
        (put("availability_rules.0.until", "2026-08-31"), "availability_rules[0].until", "date.order"),
        (put("absences.0.from", None), "absences[0].from", "type.mismatch"),
        (add("availability_exceptions", EXTRA | {"kind": "open"}), "availability_exceptions[0].kind", "choice.unknown"),
        (
            add("availability_exceptions", EXTRA | {"date": "2027-03-28", "start": "02:30"}),
            "availability_exceptions[0].start",
            "time.nonexistent",
        ),
        (add("duties", DUTY | {"end": "2026-11-23T20:00"}), "duties[0].end", "time.order"),
        (add("duties", DUTY | {"start": "2027-03-28T02:30"}), "duties[0].start", "time.nonexistent"),
        (add("duties", DUTY | {"start": "2026-10-25T02:30"}), "duties[0].start", "time.ambiguous"),
        (add("duties", DUTY | {"start": "tonight"}), "duties[0].start", "time.malformed"),
        (add("pins", PIN | {"date": "2026-12-01"}), "pins[0].date", "pin.wrong_weekday"),
        (add("pins", PIN | {"template": "t99"}), "pins[0].template", "reference.unknown"),
        (add("pins", PIN | {"practice": "nowhere"}), "pins[0].practice", "reference.unknown"),
        (add("burden_history", {"practitioner": "gp-01", "burden_class": "dull", "minutes": 1}),
         "burden_history[0].burden_class", "choice.unknown"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_path_and_its_code(change, path, code):
    assert [(fault.path, fault.code) for fault in faults_of(changed(change))] == [(path, code)]


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (put("practices.3.insee", "53400"), "postal code? Craon is 53084"),
        (put("practices.3.insee", "53085"), None),
        (put("practitioners.3.home_practice", "msp-tileuls"), "did you mean msp-tilleuls?"),
        (put("practitioners.3.rppps", "1"), "did you mean rpps?"),
        (put("practises", []), "did you mean practices?"),
        (put("territory.timezone", "Europe/Pari"), "did you mean Europe/Paris?"),
        (put(f"session_templates.{BUS_TEMPLATE}.weekday", "WED"), "it stands somewhere on TUE, THU"),
    ],
)
def test_a_hint_says_what_would_mend_the_fault(change, hint):
    assert [fault.hint for fault in faults_of(changed(change))] == [hint]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "json.malformed"),
        (b"{", "json.malformed"),
        (b"[]", "type.mismatch"),
        (b"\xff\xfe{}", "text.encoding"),
        (b'{"territory": NaN}', "number.not_finite"),
        (b'{"territory": ' + b"9" * 5000 + b"}", "number.too_large"),
        (b"[" * 100_000, "json.too_deep"),
    ],
)
def test_what_is_no_json_document_is_one_fault(text, code):
    assert [fault.code for fault in faults_of(text)] == [code]


def test_a_key_that_stands_twice_in_one_object_is_a_fault():
    twice = REFERENCE.replace(b'"rooms": 1', b'"rooms": 1, "rooms": 2', 1)
    assert [(f.path, f.code) for f in faults_of(twice)] == [("practices[0].rooms", "key.duplicate")]


def test_a_number_beyond_all_floats_is_not_finite():
    fault, *others = faults_of(REFERENCE.replace(b"47.8286", b"1e999", 1))
    assert (fault.path, fault.code, others) == ("communes[0].lat", "number.not_finite", [])


def test_a_faulty_row_hides_no_fault_elsewhere_and_its_id_stays_known():
    faults = faults_of(
        changed(
            put("practitioners.0.rpps", "1"),
            put("practitioners.0.home_practice", "nowhere"),
            put("absences.0.practitioner", "nobody"),
            put("practices.1.rooms", 0),
            put("territory.finess", "1"),
        )
    )
    assert [(fault.path, fault.code) for fault in faults] == [
        ("territory.finess", "finess.length"),
        ("practices[1].rooms", "number.too_small"),
        ("practitioners[0].rpps", "rpps.length"),
        ("practitioners[0].home_practice", "reference.unknown"),
        ("absences[0].practitioner", "reference.unknown"),
    ]


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["gp-01", "53062"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def read_or_refused(text: str) -> None:
    """Any text either reads or is refused with faults that can be sent."""
    faults: tuple[Fault, ...] = ()
    try:
        read_territory_file(text)
    except Invalid as refused:
        faults = refused.faults or (Fault(path="", code="", message="\ud800"),)
    json.dumps([(fault.path, fault.code, fault.message, fault.hint) for fault in faults], ensure_ascii=False).encode()


@given(document=JSON_VALUES)
def test_any_json_reads_or_is_refused(document):
    read_or_refused(json.dumps(document))


SMALL: Document = json.loads(everything())
SMALL["availability_rules"] = SMALL["availability_rules"][:10]


def paths(value: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, part in inner for path in paths(part, (*at, key)))]


@given(
    spots=st.lists(st.sampled_from(paths(SMALL)[1:]), min_size=1, max_size=4), values=st.lists(JSON_VALUES, min_size=4)
)
def test_any_mutation_of_a_territory_reads_or_is_refused(spots, values):
    document = deepcopy(SMALL)
    for spot, value in zip(spots, values, strict=False):
        holder: Any = document
        for part in spot[:-1]:
            holder = holder[part] if isinstance(holder, dict | list) and _holds(holder, part) else {}
        if isinstance(holder, dict | list) and _holds(holder, spot[-1]):
            holder[spot[-1]] = value
    read_or_refused(json.dumps(document))


def _holds(holder: Any, part: str | int) -> bool:
    return part in holder if isinstance(holder, dict) else isinstance(part, int) and part < len(holder)

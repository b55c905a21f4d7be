"""What a profile can say and the official ones do not: slices of every kind, fixed values, aggregation, value sets."""

import json

import pytest

from service.cli.conformance.answers import Answer, Asked, Kind
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.validating import check_profiles

BASE = "http://profiles.test"


def element(path, least=0, most="1", *, of="string", base="1", **further):
    kind = {"code": of, **further.pop("type", {})}
    return {"id": path, "path": path, "min": least, "max": most, "base": {"max": base}, "type": [kind], **further}


def profile(*elements, name="Held", of="Basic"):
    root = {"id": of, "path": of, "min": 0, "max": "*", "base": {"max": "*"}}
    meta = element(f"{of}.meta", of="Meta")
    shared = [root, element(f"{of}.id", of="id"), meta, element(f"{of}.contained", most="*", base="*", of="Resource")]
    snapshot = {"element": [*shared, *elements]}
    return {"resourceType": "StructureDefinition", "url": f"{BASE}/{name}", "type": of, "snapshot": snapshot}


def found(tmp_path, profiles, resource, *, folder="profiles"):
    (tmp_path / folder).mkdir()
    for number, each in enumerate(profiles):
        (tmp_path / folder / f"{number}.json").write_text(json.dumps(each))
    held = {"resourceType": "Basic", "meta": {"profile": [f"{BASE}/Held"]}, **resource}
    answer = Answer(resource=held, asked=Asked(kind=Kind.PS))
    findings, unchecked = check_profiles(answer, Definitions(tmp_path / folder))
    return [finding.rule.removeprefix("profile: ") for finding in findings], unchecked


def sliced(kind, path, *slices, rules="closed", of="Coding"):
    slicing = {"discriminator": [{"type": kind, "path": path}], "rules": rules}
    return profile(element("Basic.code", most="*", base="*", of=of, slicing=slicing), *slices)


def one(name, **further):
    return element(f"Basic.code:{name}", 1, "1", of="Coding", base="*", sliceName=name, **further)


BY_PATTERN = sliced("pattern", "$this", one("a", patternCoding={"system": "s", "code": "a"}))
BY_VALUE = sliced("value", "system", one("a"), element("Basic.code:a.system", of="uri", fixedUri="s"))
BY_EXISTENCE = sliced("exists", "display", one("a"), element("Basic.code:a.display", 1))


@pytest.mark.parametrize(
    ("by", "codings", "broken"),
    [
        (BY_PATTERN, [{"system": "s", "code": "a", "display": "A"}], []),
        (BY_PATTERN, [{"system": "s", "code": "b"}], ["slice", "slice"]),
        (BY_PATTERN, [{"system": "s", "code": "a"}] * 2, ["slice"]),
        (BY_VALUE, [{"system": "s"}], []),
        (BY_VALUE, [{"system": "t"}], ["slice", "slice"]),
        (BY_EXISTENCE, [{"display": "A"}], []),
        (BY_EXISTENCE, [{"code": "a"}], ["slice", "slice"]),
    ],
)
def test_slices_are_told_apart_and_counted_and_closed_ones_admit_no_other(tmp_path, by, codings, broken):
    assert found(tmp_path, [by], {"code": codings})[0] == broken


def test_slices_by_the_type_of_a_resource_and_open_ones_admit_others(tmp_path):
    contained = element("Basic.contained", most="*", base="*", of="Resource")
    slicing = {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}
    place = element("Basic.contained:place", 1, "1", of="Location", base="*", sliceName="place")
    by_type = profile({**contained, "slicing": slicing}, place)
    location, practitioner = ({"resourceType": name, "id": name} for name in ("Location", "Practitioner"))
    used = {"subject": [{"reference": f"#{name}"} for name in ("Location", "Practitioner")]}
    subject = element("Basic.subject", most="*", base="*", of="Reference")
    by_type["snapshot"]["element"].append(subject)
    assert found(tmp_path, [by_type], {"contained": [location, practitioner], **used})[0] == []
    assert found(tmp_path, [by_type], {"contained": [practitioner], **used}, folder="again")[0] == ["slice"]


@pytest.mark.parametrize(
    ("reference", "broken"),
    [("#here", []), ("Location/1", ["aggregation"]), ("#elsewhere", []), ("#who", ["reference"])],
)
def test_a_reference_is_contained_when_it_must_be_and_of_the_type_that_it_must_be(tmp_path, reference, broken):
    target = {"targetProfile": ["http://hl7.org/fhir/StructureDefinition/Location"], "aggregation": ["contained"]}
    subject = element("Basic.subject", of="Reference", type=target)
    contained = [{"resourceType": "Location", "id": "here"}, {"resourceType": "Practitioner", "id": "who"}]
    assert (
        found(tmp_path, [profile(subject)], {"contained": contained, "subject": {"reference": reference}})[0] == broken
    )


def test_a_target_must_be_of_the_profile_that_the_reference_names(tmp_path):
    subject = element("Basic.subject", of="Reference", type={"targetProfile": [f"{BASE}/Named"]})
    named = profile(element("Location.name", 1), name="Named", of="Location")
    for number, (place, broken) in enumerate((({"name": "MSP"}, []), ({}, ["reference"]))):
        contained = [{"resourceType": "Location", "id": "l", **place}]
        resource = {"contained": contained, "subject": {"reference": "#l"}}
        assert found(tmp_path, [profile(subject), named], resource, folder=str(number))[0] == broken


@pytest.mark.parametrize(
    ("code", "broken"),
    [({"system": "s", "code": "a"}, []), ({"system": "s", "code": "c"}, ["binding"]), ({}, ["binding"])],
)
def test_a_required_value_set_beside_the_profiles_is_held_against_codes(tmp_path, code, broken):
    (tmp_path / "ValueSet").mkdir()
    include = [{"system": "s", "concept": [{"code": "a"}, {"code": "b"}]}]
    values = {"resourceType": "ValueSet", "url": f"{BASE}/Codes", "compose": {"include": include}}
    (tmp_path / "ValueSet" / "codes.json").write_text(json.dumps(values))
    bound = element("Basic.code", of="Coding", binding={"strength": "required", "valueSet": f"{BASE}/Codes|1.0"})
    assert found(tmp_path, [profile(bound)], {"code": code})[0] == broken


@pytest.mark.parametrize(
    ("further", "value", "broken"),
    [
        ({"fixedString": "a"}, "a", []),
        ({"fixedString": "a"}, "b", ["fixed value"]),
        ({"constraint": [{"key": "x-1", "severity": "error", "expression": "length() < 3"}]}, "abc", ["invariant x-1"]),
        ({"constraint": [{"key": "x-1", "severity": "warning", "expression": "length() < 3"}]}, "abc", []),
    ],
)
def test_fixed_values_and_invariants_are_held_against_a_text(tmp_path, further, value, broken):
    assert found(tmp_path, [profile(element("Basic.title", **further))], {"title": value})[0] == broken


def test_what_cannot_be_checked_is_told(tmp_path):
    constraint = [{"key": "x-1", "severity": "error", "expression": "nobodyKnows()"}]
    binding = {"strength": "required", "valueSet": f"{BASE}/Unknown"}
    title = element("Basic.title", of="code", constraint=constraint, binding=binding)
    extension = element("Basic.note", of="Annotation", type={"profile": [f"{BASE}/Note"]})
    broken, unchecked = found(tmp_path, [profile(title, extension)], {"title": "a", "note": {"text": "b"}})
    assert broken == []
    assert unchecked == {
        "invariant x-1: nobodyKnows()",
        f"value set {BASE}/Unknown: its codes are not known here",
        f"profile {BASE}/Note: not in the folder",
    }


def test_profiles_are_read_when_they_are_first_asked_for(tmp_path):
    for name in ("Wanted", "Other"):
        (tmp_path / f"StructureDefinition-{name}.json").write_text(json.dumps(profile(name=name)))
    (tmp_path / "StructureDefinition-Broken.json").write_text("{")
    definitions = Definitions(tmp_path)
    assert definitions.profile(f"{BASE}/Wanted") is not None
    assert set(definitions.read) == {f"{BASE}/Wanted"}
    assert definitions.profile(f"{BASE}/Absent") is None
    assert set(definitions.read) == {f"{BASE}/Wanted", f"{BASE}/Other"}

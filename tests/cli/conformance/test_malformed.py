"""Whatever a server sends, it is told what is wrong: no rule and no profile breaks on what is malformed."""

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from service.cli.conformance.checking import check
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.validating import check_profiles
from tests.cli.conformance.answers import answered
from tests.cli.conformance.faults import SOWN_IN
from tests.left_out import OFFICIAL

PROFILES = Definitions(OFFICIAL / "conformance" / "StructureDefinition")
texts = st.sampled_from(["", "x", "http://[", "#", "Slot/1", "2027-02-30T00:00:00Z", "a\x00b", "é"])
names = st.sampled_from(["coding", "reference", "extension", "contained", "meta", "url", "id", "resourceType", "foo"])
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False), texts)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2))


def places(value, path=()):
    """Every step down to every value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield (*path, step)
        yield from places(child, (*path, step))


@st.composite
def spoilt(draw):
    """A conformant resource with one or two values replaced, and the kind of request that it answers."""
    make, kind = SOWN_IN[draw(st.sampled_from(sorted(SOWN_IN)))]
    resource = deepcopy(make())
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from(list(places(resource)) or [("id",)]))
        holder = resource
        for step in way:
            holder = holder[step]
        holder[last] = draw(values)
    return resource, draw(st.sampled_from([kind, None]))


def tried(resource, kind):
    answer = answered(resource, kind)
    findings = [*check(answer), *check_profiles(answer, PROFILES)[0]]
    return all(finding.where and finding.found for finding in findings)


@settings(deadline=None, max_examples=60)
@given(spoilt())
def test_no_answer_is_too_malformed_to_be_told_of(answer):
    assert tried(*answer)


@given(values)
@settings(deadline=None, max_examples=20)
def test_nor_is_what_is_no_resource(value):
    assert tried(value, None)

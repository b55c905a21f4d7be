"""What is sent: the searches of the guide and of the kit, each parameter as they write it, and how long it may take."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from service.cli.conformance.answers import Kind
from service.cli.conformance.exchanges import RULES, Compared, Exchange
from service.cli.conformance.requests import Expected, Request, Search, searches
from tests.cli.conformance.answers import ANNE, BRUNO, ps_answer
from tests.left_out import OFFICIAL, needs_official

NOW = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
"""Half past one in Paris, before the clock goes forward."""
SEARCH = Search(
    kind=Kind.CPTS,
    identifiers=(ANNE, BRUNO),
    start=NOW,
    until=datetime(2027, 3, 30, 21, 59, 59, 999_000, UTC),
    zone=ZoneInfo("Europe/Paris"),
)


def sent(kind=Kind.CPTS, *identifiers):
    of_kind = Search(
        **{name: getattr(SEARCH, name) for name in ("start", "until", "zone")},
        kind=kind,
        identifiers=identifiers or (ANNE, BRUNO),
    )
    return {request.name: request for request in searches(of_kind, NOW)}


def bounds(request):
    return [value for name, value in parse_qsl(request.asked.query.replace("+", "%2B")) if name == "start"]


def test_every_spelling_of_the_window_tells_the_same_instants():
    requests = sent()
    assert bounds(requests["plain"]) == ["ge2027-03-28T01:30:00.000+01:00", "le2027-03-30T23:59:59.999+02:00"]
    assert bounds(requests["dates without zone"]) == ["ge2027-03-28T01:30:00.000", "le2027-03-30T23:59:59.999"]
    assert bounds(requests["dates without zone or milliseconds"]) == ["ge2027-03-28T01:30:00", "le2027-03-30T23:59:59"]
    assert bounds(requests["dates in UTC"]) == ["ge2027-03-28T00:30:00.000+00:00", "le2027-03-30T21:59:59.999+00:00"]
    assert "start=ge2027-03-28T01:30:00.000+01:00&" in requests["+ as it is"].asked.query


def test_what_else_the_guide_and_the_kit_spell_is_sent_so():
    requests = sent()
    assert f"|{ANNE},urn" in requests["| as it is"].asked.query
    assert ",%20urn:oid" in requests["a space after the comma"].asked.query
    assert requests["a slash before the ?"].target.startswith("Slot/?_include")
    assert requests["30 identifiers"].asked.query.count("urn:oid") == 30
    assert ":" not in requests["all encoded"].asked.query
    assert requests["plain"].accept == "application/json+fhir"
    assert parse_qsl(requests["all encoded"].asked.query) == parse_qsl(requests["plain"].asked.query)


def test_more_than_twenty_five_are_asked_for_in_turn_and_each_alone():
    many = [f"8{number:011d}" for number in range(60)]
    requests = sent(Kind.PS, *many)
    batches = [request for name, request in requests.items() if name.startswith("plain")]
    assert [len(batch.asked.identifiers) for batch in batches] == [25, 25, 10]
    assert sum(name.endswith(" alone") for name in requests) == 60


@needs_official
@pytest.mark.parametrize(
    ("sample", "kind", "name"),
    [("testkit-ps", Kind.PS, "local time as +00:00"), ("testkit-cpts", Kind.CPTS, "dates without zone")],
)
def test_the_kits_own_parameters_are_those_that_are_sent(sample, kind, name):
    [kit] = [
        each
        for each in json.loads((OFFICIAL / "examples" / "requests" / "requests.json").read_text())
        if each["id"] == sample
    ]
    asked = parse_qsl(sent(kind)[name].asked.query)
    for parameter, said in kit["params"].items():
        values = sorted(value for key, value in asked if key == parameter)
        if parameter in ("_include", "_include:iterate", "status"):
            assert values == sorted([said] if isinstance(said, str) else said)
        assert len(values) == (1 if isinstance(said, str) else len(said))


@pytest.mark.parametrize(
    ("identifiers", "seconds", "broken"),
    [((ANNE,), 0.9, 0), ((ANNE,), 1.1, 1), ((ANNE, BRUNO), 6.9, 0), ((ANNE, BRUNO), 7.1, 1)],
)
def test_an_answer_may_take_a_second_for_one_and_seven_for_many(identifiers, seconds, broken):
    request = sent(Kind.PS, *identifiers)["plain"]
    exchange = Exchange(
        request=request, status=200, media_type="application/fhir+json", seconds=seconds, body=ps_answer()
    )
    compared = Compared(exchange=exchange, plain=exchange)
    assert len([finding for rule in RULES for finding in rule.findings(compared)]) == broken


def test_a_request_that_was_not_answered_is_one_fault_and_no_more():
    request = Request(name="plain", asked=SEARCH.asked(SEARCH.parameters(), NOW), expected=Expected.SAME)
    exchange = Exchange(request=request, failure="ConnectError: refused")
    found = [finding for rule in RULES for finding in rule.findings(Compared(exchange=exchange, plain=exchange))]
    assert [(finding.rule, finding.found) for finding in found] == [("BUN-16", "ConnectError: refused")]

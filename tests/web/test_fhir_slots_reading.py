"""What the SAS platform sends is understood in all the ways it is sent (INT_R01, INT_R04)."""

import json
from datetime import datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import Invalid
from service.web.fhir.searching import search_of
from tests.left_out import OFFICIAL, needs_official
from tests.make_bookings import publish
from tests.national import NATIONAL, OF_CPTS, all_of, answer_to, asking, starts
from tests.rosters import LAWFUL, W49

QUAI = "99900000011"
"""gp-01, who holds the session of Monday morning."""
MORNING = [f"2026-11-30T{at}:00.000+01:00" for at in ("10:00", "10:15", "10:30", "10:45", "11:00", "11:15", "11:30")]
WINDOW = "start=ge2026-11-30T10:00:00%2B01:00&start=le2026-11-30T11:30:00%2B01:00"
IDENTIFIER = "schedule.actor:Practitioner.identifier"
PEOPLE = f"{IDENTIFIER}={NATIONAL}|8{QUAI}"
STATUS = "status=free"
PARIS = ZoneInfo("Europe/Paris")
UNKNOWN = "10002909371"


def faults_in(query):
    try:
        search_of(query)
    except Invalid as refused:
        return refused.faults
    return ()


@pytest.fixture
async def client(client, database):
    """The platform, when those sessions are published."""
    await publish(database, *LAWFUL, week=W49)
    return client


@pytest.mark.parametrize(
    "window",
    [
        pytest.param("start=ge2026-11-30T10:00:00.000+01:00&start=le2026-11-30T11:30:00.000+01:00", id="raw plus"),
        pytest.param("start=ge2026-11-30T10:00:00.000 01:00&start=le2026-11-30T11:30:00.000%2001:00", id="space"),
        pytest.param("start=ge2026-11-30T10:00:00&start=le2026-11-30T11:30:00", id="no zone"),
        pytest.param("start=ge2026-11-30T10:00:00.000&start=le2026-11-30T11:30:00.000", id="milliseconds, no zone"),
        pytest.param("start=ge2026-11-30T09:00:00Z&start=le2026-11-30T10:30:00.999Z", id="UTC"),
        pytest.param("start=le2026-11-30T11:30:00%2B01:00&start=ge2026-11-30T10:00:00%2B01:00", id="end first"),
        pytest.param("start=ge2026-11-30T10:00&start=le2026-11-30T11:30%2B0100", id="minutes"),
        pytest.param("start=gt2026-11-30T09:59:59&start=lt2026-11-30T11:30:01", id="gt and lt"),
        pytest.param("start=ge2026-11-30&start=le2026-11-30&start=lt2026-11-30T11:30:01", id="days, three bounds"),
        pytest.param("start=gt2026-11-29&start=le2026-11-30T11:30:00", id="after a day"),
    ],
)
def test_an_instant_is_read_however_it_is_written(window):
    asked = search_of(f"{window}&{PEOPLE}&{STATUS}")
    first, last = (each if each.tzinfo else each.replace(tzinfo=PARIS) for each in (asked.start_at, asked.end_at))
    early, late = datetime(2026, 11, 30, 10, tzinfo=PARIS), datetime(2026, 11, 30, 11, 30, tzinfo=PARIS)
    assert early - timedelta(hours=10) <= first <= early
    assert late <= last <= late + timedelta(seconds=1)


async def test_without_a_zone_the_clock_is_that_of_the_territory(client):
    window = "start=ge2026-11-30T10:00:00&start=le2026-11-30T11:30:00.000"
    assert starts(await answer_to(client, f"{window}&{PEOPLE}&{STATUS}")) == MORNING


async def test_a_plus_that_was_decoded_to_a_space_is_one_again(client):
    window = "start=ge2026-11-30T10:00:00.000+01:00&start=le2026-11-30T11:30:00.000+01:00"
    assert starts(await answer_to(client, f"{window}&{PEOPLE}&{STATUS}")) == MORNING


@pytest.mark.parametrize(
    "people",
    [
        f"{NATIONAL}|8{QUAI}",
        f"{NATIONAL}|{QUAI}",
        f"8{QUAI}",
        QUAI,
        f"|8{QUAI}",
        f"urn%3Aoid%3A1.2.250.1.71.4.2.1%7C8{QUAI}",
        f"{NATIONAL}|8{UNKNOWN}, {NATIONAL}|8{QUAI}",
        f"{NATIONAL}|8{UNKNOWN},+{NATIONAL}|8{QUAI}, ",
        f"{NATIONAL}|8{QUAI},{NATIONAL}|8{QUAI},{QUAI}",
        f"{NATIONAL}|0531234567,{NATIONAL}|8{QUAI}",
        f"{NATIONAL}|8{UNKNOWN}&{IDENTIFIER}={NATIONAL}|8{QUAI}",
    ],
)
def test_people_are_found_however_they_are_named(people):
    assert QUAI in search_of(f"{WINDOW}&{IDENTIFIER}={people}&{STATUS}").rpps


@pytest.mark.parametrize("people", [f"8{QUAI}", QUAI, f"{NATIONAL}%7C8{UNKNOWN}, {NATIONAL}%7C{QUAI},{QUAI}"])
async def test_the_answer_names_people_with_their_prefix_and_once(client, people):
    bundle = await answer_to(client, f"{WINDOW}&{IDENTIFIER}={people}&{STATUS}")
    assert starts(bundle) == MORNING
    [practitioner] = all_of(bundle, "Practitioner")
    assert [each["value"] for each in practitioner["identifier"]] == [f"8{QUAI}"]


def test_more_than_twenty_five_people_are_looked_for():
    people = ",".join(f"{NATIONAL}|8{10_000_000_000 + number}" for number in range(40))
    assert len(search_of(f"{WINDOW}&{IDENTIFIER}={people}&{STATUS}").rpps) == 40


async def test_the_order_of_parameters_does_not_matter(client):
    for query in (f"{STATUS}&{PEOPLE}&{WINDOW}", f"{PEOPLE}&{STATUS}&_format=application/json&{WINDOW}"):
        assert starts(await answer_to(client, query)) == MORNING


async def test_a_slash_at_the_end_is_served_and_not_redirected(client):
    query = f"{WINDOW}&{PEOPLE}&{STATUS}"
    bundle = await answer_to(client, query, path="/fhir/Slot/")
    assert starts(bundle) == MORNING
    assert bundle["link"] == [{"relation": "self", "url": f"http://test/fhir/Slot/?{query}"}]


async def test_unknown_parameters_are_ignored(client):
    query = f"__include:iterate=HealthcareService:organization&_sort=-start&nonsense&=&{WINDOW}&{PEOPLE}&{STATUS}"
    assert starts(await answer_to(client, query)) == MORNING


@pytest.mark.parametrize(
    ("count", "kept"), [("3", 3), ("1000", 7), ("0", 0), ("many", 7), ("-1", 7), ("5&_count=2", 2)]
)
async def test_a_count_keeps_the_earliest(client, count, kept):
    bundle = await answer_to(client, f"{WINDOW}&{PEOPLE}&{STATUS}&_count={count}")
    assert (starts(bundle), bundle["total"]) == (MORNING[:kept], kept)


@pytest.mark.parametrize(
    "include", ["_include=Slot:schedule" + OF_CPTS, OF_CPTS[1:], OF_CPTS[1:] + "&_include=Slot:schedule"]
)
async def test_the_answer_names_cpts_when_one_of_the_includes_asks_for_it(client, include):
    bundle = await answer_to(client, f"{include}&{WINDOW}&{PEOPLE}&{STATUS}")
    assert len(all_of(bundle, "Organization")) == 1


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(asking(UNKNOWN), id="nobody known"),
        pytest.param(asking(UNKNOWN, cpts=True), id="nobody known to a CPTS"),
        pytest.param(asking(QUAI, start="2024-01-01T00:00:00", end="2024-01-03T23:59:59"), id="past"),
        pytest.param(asking(QUAI, start="2026-12-06T00:00:00", end="2026-11-30T00:00:00"), id="ends before it begins"),
        pytest.param(f"{WINDOW}&{IDENTIFIER}=urn:oid:1.2.250.1.71.4.2.2|8{QUAI}&{STATUS}", id="another system"),
        pytest.param(f"{WINDOW}&{PEOPLE}&status=busy", id="busy"),
        pytest.param(f"{WINDOW}&{PEOPLE}&{STATUS}&_count=0", id="none wanted"),
    ],
)
async def test_nothing_found_is_an_empty_bundle(client, query):
    bundle = await answer_to(client, query)
    assert bundle.pop("id")
    assert bundle == {
        "resourceType": "Bundle",
        "meta": {"profile": ["http://sas.fr/fhir/StructureDefinition/BundleAgregateur"]},
        "type": "searchset",
        "total": 0,
        "link": [{"relation": "self", "url": f"http://test/fhir/Slot?{query}"}],
    }


@pytest.mark.parametrize("status", ["free", "FREE", "http://hl7.org/fhir/slotstatus|free", "busy,free"])
def test_free_places_are_asked_for_in_several_ways(status):
    assert search_of(f"{WINDOW}&{PEOPLE}&status={status}").rpps == {QUAI}


@pytest.mark.parametrize(
    "accept", ["application/json+fhir", "application/json", "application/fhir+json", "application/xml", "text/html;q=0"]
)
async def test_whatever_is_accepted_the_answer_is_the_same(client, accept):
    headers = {"Accept": accept, "Content-Type": "application/json"}
    answer = await client.get(f"/fhir/Slot?{WINDOW}&{PEOPLE}&{STATUS}", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")


@pytest.mark.parametrize(
    ("query", "where", "hint"),
    [
        (f"{PEOPLE}&{STATUS}", "start", "start=ge2026"),
        (f"start=ge2026-11-30T10:00:00&{PEOPLE}&{STATUS}", "start", "&start=le2026"),
        (f"{WINDOW}&{STATUS}", IDENTIFIER, "11 digits"),
        (f"{WINDOW}&{IDENTIFIER}=&{STATUS}", IDENTIFIER, "11 digits"),
        (f"{WINDOW}&{IDENTIFIER}=, ,&{STATUS}", IDENTIFIER, "11 digits"),
        (f"{WINDOW}&{PEOPLE}", "status", "status=free"),
    ],
)
def test_what_is_missing_is_named_with_a_hint(query, where, hint):
    [fault] = faults_in(query)
    assert (fault.path, fault.code) == (where, "key.missing")
    assert hint in str(fault.hint)


@pytest.mark.parametrize(
    ("query", "code", "where"),
    [
        (f"start=ge30/11/2026&start=le2026-12-01&{PEOPLE}&{STATUS}", "time.malformed", "start"),
        (f"start=2026-11-30&start=le2026-12-01&{PEOPLE}&{STATUS}", "time.malformed", "start"),
        (f"start=ge2026-02-30&start=le2026-12-01&{PEOPLE}&{STATUS}", "time.malformed", "start"),
        (f"start=ge2026-11-30T25:00:00&start=le2026-12-01&{PEOPLE}&{STATUS}", "time.malformed", "start"),
        (f"start=ge0001-01-01&start=le2026-12-01&{PEOPLE}&{STATUS}", "time.out_of_bounds", "start"),
        (f"start=ge2026-11-30&start=le9999-12-31&{PEOPLE}&{STATUS}", "time.out_of_bounds", "start"),
        (f"{WINDOW}&{IDENTIFIER}={NATIONAL}|&{STATUS}", "identifier.malformed", IDENTIFIER),
        (f"{WINDOW}&{IDENTIFIER}={NATIONAL}|8{QUAI} 8{QUAI}&{STATUS}", "identifier.malformed", IDENTIFIER),
        (f"{WINDOW}&{PEOPLE}&status=libre", "choice.unknown", "status"),
    ],
)
def test_what_cannot_be_read_is_named(query, code, where):
    assert [(fault.path, fault.code, bool(fault.hint)) for fault in faults_in(query)] == [(where, code, True)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*WINDOW.split("&"), PEOPLE, STATUS, "start=ge", IDENTIFIER + "=", "status=", "_count="]),
            st.text(max_size=12),
        ),
        max_size=8,
    )
)
def test_whatever_is_asked_is_understood_or_refused_with_hints(parts):
    query = "&".join(name + quote(value) for name, value in parts)
    faults = faults_in(query)
    assert all(fault.path and fault.hint for fault in faults)
    assert faults or all(len(rpps) == len(QUAI) for rpps in search_of(query).rpps)


async def test_all_that_is_wrong_is_told_at_once_as_an_outcome(client):
    answer = await client.get("/fhir/Slot?_include=Slot:schedule&status=libre")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/fhir+json")
    issues = answer.json()["issue"]
    assert [each["expression"] for each in issues] == [["start"], [IDENTIFIER], ["status"]]
    assert [each["code"] for each in issues] == ["required", "required", "invalid"]
    assert issues[2]["diagnostics"] == "status: 'libre' is no status of a slot (status=free)"
    assert issues[2]["details"]["coding"][0]["code"] == "choice.unknown"


async def test_who_does_not_sign_in_is_told_nothing(client):
    del client.headers["Authorization"]
    answer = await client.get("/fhir/Slot", params={"status": "free"})
    assert (answer.status_code, answer.json()["resourceType"]) == (401, "OperationOutcome")


@needs_official
async def test_every_search_of_the_guide_is_understood(client):
    samples = json.loads((OFFICIAL / "examples" / "requests" / "requests.json").read_text())
    searches = [each for each in samples if each["flow"] in ("INT_R01", "INT_R04") and "url" in each]
    assert len(searches) >= 5
    for each in searches:
        query = each["url"].partition("?")[2].replace(" ", "%20")
        assert (await answer_to(client, query))["link"][0]["url"] == f"http://test/fhir/Slot?{query}"

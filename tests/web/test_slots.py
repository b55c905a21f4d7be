"""Searching over REST: the regulator finds places, or reads why there are none (US-R1, R2, R5, R6)."""

from datetime import UTC, datetime

import pytest

from service.domain.calendar import IsoWeek
from service.domain.geography import Point, road_km
from tests.make_bookings import NOW, a_place, a_practice, a_territory, in_minutes, publish, some_slots
from tests.rosters import held, import_territory

CRAON = held("t03", "2026-11-23", "msp-oudon", "gp-12")
COSSE = held("t04", "2026-11-23", "cab-fresne", "gp-15")
RENAZE = held("t08", "2026-11-24", "msp-ardoise", "gp-13")
BUS = held("t26", "2026-11-24", "medicobus-1", "gp-11")
BALLOTS, CHATEAU_GONTIER, COSSE_LE_VIVIEN, SAINT_AIGNAN = "53018", "53062", "53077", "53197"
W46, W48 = IsoWeek(2026, 46), IsoWeek(2026, 48)


@pytest.fixture
async def published(database):
    """Craon on Monday from 14:00 to 16:00, Cossé on Monday from 16:00, Renazé on Tuesday from 14:00, and the bus."""
    await publish(database, CRAON, COSSE, RENAZE, BUS, week=W48)


@pytest.fixture
def search(client):
    async def answer(**asked):
        return await client.get("/v1/slots", params=asked)

    return answer


async def results(search, **asked):
    return (await search(**asked)).json()["results"]


async def explanations(search, **asked):
    answer = (await search(**asked)).json()
    assert answer["results"] == []
    assert all(each.pop("text") for each in answer["explanations"])
    return answer["explanations"]


async def fault(search, **asked):
    answer = await search(**asked)
    assert answer.status_code == 422
    return answer.json()["errors"][0]


async def test_the_soonest_and_nearest_places_come_first(search, published):
    answer = (await search(insee=BALLOTS, modality="in_person", within_hours=24)).json()
    found = [(each["practice"]["name"], each["start"][11:16]) for each in answer["results"]]
    craon = ["14:15", "14:30", "14:45", "15:00", "15:15", "15:30", "15:45"]
    cosse = [f"{hour}:{minute}" for hour in (16, 17) for minute in ("00", "15", "30", "45")]
    own = [("MSP de l'Oudon", at) for at in craon]
    first, kept = ([("Cabinet du Frêne", at) for at in half] for half in (cosse[:4], cosse[4:]))
    assert found == [*own, *first, ("MSP de l'Ardoise", "14:00"), *kept]
    assert answer["explanations"] == []


async def test_a_place_kept_for_others_comes_later_and_says_why(search, published):
    [*_, last] = await results(search, insee=BALLOTS, within_hours=24)
    assert last["kept"] == {
        "sector": "CQ",
        "until": "2026-11-23T16:15:00+01:00",
        "reason": "kept for the inhabitants of sector CQ until Monday 23/11, 16:15",
    }
    uncharged = last["waiting_minutes"] + 2 * last["travel_minutes"]
    assert last["cost"] == pytest.approx(uncharged + 1440, abs=2)
    own = await results(search, insee=COSSE_LE_VIVIEN, within_hours=24)
    assert all("kept" not in each for each in own if each["practice"]["id"] == "cab-fresne")


async def test_why_a_place_is_kept_is_said_in_french(client, published):
    answer = await client.get("/v1/slots", params={"insee": BALLOTS}, headers={"Accept-Language": "fr"})
    kept = [each["kept"]["reason"] for each in answer.json()["results"] if "kept" in each]
    assert "place gardée pour les habitants du secteur CQ jusqu'au lundi 23/11 à 15\u00a0h\u00a030" in kept
    assert answer.headers["content-language"] == "fr"


async def test_a_result_says_all_that_the_regulator_needs(search, published):
    [first, *_] = await results(search, insee=BALLOTS, within_hours=24)
    assert first.pop("id")
    km = road_km(Point(47.9044, -1.0588), Point(47.8473, -0.9409), detour_factor=1.3)
    assert first == {
        "territory": "cpts-haut-anjou-fictive",
        "start": "2026-11-23T14:15:00+01:00",
        "end": "2026-11-23T14:30:00+01:00",
        "mode": "bookable",
        "modality": "in_person",
        "audiences": ["cpts", "snp"],
        "places": 1,
        "places_left": 1,
        "practice": {
            "id": "msp-oudon",
            "name": "MSP de l'Oudon",
            "address_line": "6 rue de l'Exemple",
            "postal_code": "53400",
            "city": "Craon",
            "phone": "+33243900003",
        },
        "practitioner": {"id": "gp-12", "name": "Laure Pichon"},
        "distance_km": round(km, 1),
        "travel_minutes": round(km / 50 * 60),
        "waiting_minutes": 10,
        "cost": round(10 + 2 * km / 50 * 60),
        "supplement_eligible": True,
    }


async def test_nothing_on_a_public_holiday_and_the_next_opening(search, database, clock):
    await publish(database, held("t16", "2026-11-12", "cab-quai", "gp-01"), week=W46)
    expected = [
        {"code": "public_holiday", "date": "2026-11-11"},
        {"code": "next_opening", "at": "2026-11-12T10:00:00+01:00"},
    ]
    clock.now = datetime(2026, 11, 9, 9, tzinfo=UTC)
    day = {"from": "2026-11-11T00:00", "until": "2026-11-12T00:00"}
    assert await explanations(search, insee=CHATEAU_GONTIER, **day) == expected
    clock.now = datetime(2026, 11, 11, 9, tzinfo=UTC)
    assert await explanations(search, insee=CHATEAU_GONTIER, within_hours=24) == expected


async def test_a_postal_code_is_told_so(search, database):
    await import_territory(database)
    answer = await search(insee="53400")
    assert (answer.status_code, answer.json()["code"]) == (422, "commune.unknown")
    assert answer.json()["errors"][0]["hint"] == "postal code? Craon is 53084"


async def test_a_window_is_an_hour_to_a_week_long(search):
    for hours in (0, 169, 500, -1):
        found = await fault(search, insee=BALLOTS, within_hours=hours)
        assert (found["path"], found["code"]) == ("within_hours", "within_hours.out_of_bounds")
        assert found["hint"] == "1 to 168 hours"


async def test_a_wall_time_around_a_clock_change_is_refused(search, database):
    await import_territory(database)
    for place in ({"insee": BALLOTS}, {"near": "47.9,-1.0"}):
        spring = await fault(search, **place, **{"from": "2027-03-28T02:30"})
        assert (spring["path"], spring["code"]) == ("from", "time.nonexistent")
        autumn = await fault(search, **place, **{"until": "2026-10-25T02:30", "from": "2026-10-24T12:00"})
        assert (autumn["path"], autumn["code"]) == ("until", "time.ambiguous")


async def test_with_an_offset_every_instant_exists_once(search, published):
    found = await results(search, insee=BALLOTS, **{"from": "2026-11-23T14:05:00+01:00", "until": "2026-11-23T15:00Z"})
    assert {each["start"][11:13] for each in found} == {"14", "15"}


async def test_the_plus_of_an_offset_may_come_as_a_blank(client, published):
    answer = await client.get(f"/v1/slots?insee={BALLOTS}&from=2026-11-23T16:00:00+01:00&within_hours=1")
    assert {each["start"][11:13] for each in answer.json()["results"]} == {"16"}


async def test_the_patients_own_gp_comes_first_and_earns_no_supplement(search, published):
    usual = "99900000151"
    found = await results(search, insee=BALLOTS, within_hours=24, usual_gp_rpps=usual)
    own, others = found[:8], found[8:]
    assert {(each["practitioner"]["id"], each["supplement_eligible"]) for each in own} == {("gp-15", False)}
    assert others[0]["start"] == "2026-11-23T14:15:00+01:00"
    assert all(each["supplement_eligible"] for each in others)


async def test_a_colleague_of_the_patients_own_gp_comes_next(search, published):
    found = await results(search, insee=BALLOTS, within_hours=24, usual_gp_rpps="99900000102")
    assert {(each["practice"]["id"], each["supplement_eligible"]) for each in found[:7]} == {("msp-oudon", False)}


MALFORMED: tuple[tuple[dict[str, object], str, str], ...] = (
    ({}, "near", "place.one_of"),
    ({"insee": BALLOTS, "near": "47.9,-1.0"}, "near", "place.one_of"),
    ({"near": "Ballots"}, "near", "text.malformed"),
    ({"near": "91,0"}, "near", "point.off_the_map"),
    ({"insee": "5301"}, "insee", "commune.malformed"),
    ({"insee": BALLOTS, "postal_code": "53350"}, "postal_code", "key.unknown"),
    ({"insee": BALLOTS, "from": "tomorrow"}, "from", "time.malformed"),
    ({"insee": BALLOTS, "from": "1999-01-01T00:00Z"}, "from", "time.out_of_bounds"),
    ({"insee": BALLOTS, "until": "2026-11-24T00:00Z", "within_hours": 3}, "within_hours", "window.twice"),
    ({"insee": BALLOTS, "until": "2026-11-23T13:05Z"}, "until", "time.order"),
    ({"insee": BALLOTS, "until": "2026-12-26T13:05Z"}, "until", "window.too_long"),
    ({"insee": BALLOTS, "usual_gp_rpps": "99900000012"}, "usual_gp_rpps", "rpps.check_digit"),
    ({"insee": BALLOTS, "limit": 101}, "limit", "number.too_large"),
    ({"insee": BALLOTS, "modality": "phone"}, "modality", "choice.unknown"),
)


async def test_a_malformed_search_is_refused_by_name(search):
    for asked, path, code in MALFORMED:
        found = await fault(search, **asked)
        assert (found["path"], found["code"]) == (path, code)


async def test_wall_time_needs_a_territory(search):
    found = await fault(search, near="47.9,-1.0", **{"from": "2026-11-23T14:05"})
    assert found["code"] == "time.zone_unknown"


async def test_a_former_commune_is_the_one_it_merged_into(search, published):
    assert await results(search, insee="53014", within_hours=24) == await results(
        search, insee=CHATEAU_GONTIER, within_hours=24
    )


async def test_a_walk_in_session_is_found_while_it_runs_at_the_stop_of_the_day(search, published, clock):
    clock.now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    [bus] = await results(search, insee=SAINT_AIGNAN, audience="public", within_hours=1)
    assert (bus["mode"], bus["places_left"], bus["waiting_minutes"]) == ("walk_in", 10, 0)
    stop = bus["practice"]
    assert (stop["address_line"], stop["postal_code"], stop["city"]) == (
        "Parking de la salle des fêtes",
        "53390",
        "Saint-Aignan-sur-Roë",
    )


async def test_a_walk_in_session_that_has_ended_or_is_full_is_not_found(search, client, published, clock):
    clock.now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    [bus] = await results(search, insee=SAINT_AIGNAN, audience="public", within_hours=1)
    await client.post(f"/v1/slots/{bus['id']}/arrivals", json={"people": 10})
    assert (await explanations(search, insee=SAINT_AIGNAN, audience="public"))[0] == {"code": "all_taken", "places": 10}
    await client.post(f"/v1/slots/{bus['id']}/arrivals", json={"people": -1})
    clock.now = datetime(2026, 11, 24, 11, tzinfo=UTC)
    assert await explanations(search, insee=SAINT_AIGNAN, audience="public", within_hours=1) == [
        {"code": "nothing_planned"}
    ]


async def test_arrivals_are_counted_up_and_down_and_never_over_the_places(client, search, published, clock):
    clock.now = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    [bus] = await results(search, insee=SAINT_AIGNAN, audience="public", within_hours=2)
    arrivals = f"/v1/slots/{bus['id']}/arrivals"
    assert (await client.post(arrivals, json={})).json()["places_left"] == 9
    assert (await client.post(arrivals, json={"people": -1})).json()["places_left"] == 10
    refused = [(await client.post(arrivals, json={"people": people})).json()["code"] for people in (11, -1)]
    assert refused == ["session_full", "nobody_counted"]
    assert (await client.post(arrivals, json={"people": 0})).status_code == 422


async def test_a_tap_repeated_with_its_key_counts_once(client, search, published, clock):
    clock.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    [bus] = await results(search, insee=SAINT_AIGNAN, audience="public", within_hours=2)
    for _ in range(2):
        answer = await client.post(f"/v1/slots/{bus['id']}/arrivals", json={}, headers={"Idempotency-Key": "tap-1"})
        assert answer.json()["places_left"] == 9


async def test_people_are_counted_from_an_hour_before_a_walk_in_session_and_nowhere_else(client, published, search):
    found = await search(insee=SAINT_AIGNAN, audience="public", within_hours=24)
    [bus] = found.json()["results"]
    answer = await client.post(f"/v1/slots/{bus['id']}/arrivals", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "session_not_open")
    assert answer.json()["opens_at"] == "2026-11-24T07:30:00+00:00"
    [craon, *_] = await results(search, insee=BALLOTS, within_hours=24)
    answer = await client.post(f"/v1/slots/{craon['id']}/arrivals", json={})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_walk_in")
    unknown = await client.post("/v1/slots/00000000-0000-4000-8000-000000000000/arrivals", json={})
    assert unknown.status_code == 404


async def test_a_point_in_place_of_a_commune(search, database):
    await a_place(database)
    [found] = await results(search, near="47.9,-1.0")
    assert (found["distance_km"], found["travel_minutes"], found["cost"]) == (0, 0, 10)


async def test_no_more_results_than_asked_for(search, database):
    await a_place(database)
    await some_slots(database, [in_minutes(30), in_minutes(45)])
    assert [each["waiting_minutes"] for each in await results(search, near="47.9,-1.0", limit=2)] == [10, 30]


async def test_a_held_place_is_not_found_and_its_end_is_told(search, client, database):
    slot = await a_place(database)
    await client.post("/v1/holds", json={"slot": str(slot), "case_ref": "DRM-1"})
    [taken] = await explanations(search, near="47.9,-1.0")
    assert taken == {"code": "all_taken", "places": 1, "retry_at": "2026-11-23T14:10:00+01:00"}


async def test_a_place_whose_hold_has_run_out_is_found(search, client, database, clock):
    slot = await a_place(database)
    await client.post("/v1/holds", json={"slot": str(slot), "case_ref": "DRM-1"})
    clock.now = in_minutes(5)
    assert [each["id"] for each in await results(search, near="47.9,-1.0")] == [str(slot)]
    assert clock.now > NOW


async def test_a_walk_in_session_tells_how_full_it_is_and_is_closed_and_reopened_by_hand(client, database):
    slot = await a_place(database, mode="walk_in", places=10)
    attendance = []
    for people in (7, 1, 2, -1):
        counted = await client.post(f"/v1/slots/{slot}/arrivals", json={"people": people})
        attendance.append(counted.json()["attendance"])
    assert attendance == ["open", "nearly_full", "closed", "nearly_full"]
    assert (await client.post(f"/v1/slots/{slot}/close")).json()["attendance"] == "closed"
    refused = await client.post(f"/v1/slots/{slot}/arrivals", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "session_closed")
    assert (await client.post(f"/v1/slots/{slot}/arrivals", json={"people": -5})).json()["places_left"] == 6
    for _ in range(2):
        assert (await client.post(f"/v1/slots/{slot}/reopen")).json()["attendance"] == "open"


@pytest.mark.parametrize(("percent", "attendance"), [(50, "nearly_full"), (51, "open")])
async def test_the_territory_says_from_which_share_on_a_session_is_nearly_full(client, database, percent, attendance):
    await a_territory(database, nearly_full_percent=percent)
    await a_practice(database)
    [slot] = await some_slots(database, mode="walk_in", places=4)
    assert (await client.post(f"/v1/slots/{slot}/arrivals", json={"people": 2})).json()["attendance"] == attendance


async def test_a_session_closed_by_hand_is_not_found_until_it_is_reopened(client, search, database):
    slot = await a_place(database, mode="walk_in", places=10)
    [found] = await results(search, near="47.9,-1.0")
    assert found["attendance"] == "open"
    await client.post(f"/v1/slots/{slot}/close")
    assert await explanations(search, near="47.9,-1.0") == [{"code": "walk_in_closed", "places": 10}]
    await client.post(f"/v1/slots/{slot}/reopen")
    assert len(await results(search, near="47.9,-1.0")) == 1


async def test_only_a_walk_in_session_that_is_offered_is_closed_by_hand(client, database):
    slot = await a_place(database)
    for step in ("close", "reopen"):
        answer = await client.post(f"/v1/slots/{slot}/{step}")
        assert (answer.status_code, answer.json()["code"]) == (409, "not_walk_in")
        unknown = await client.post(f"/v1/slots/00000000-0000-4000-8000-000000000000/{step}")
        assert unknown.status_code == 404
        assert (await client.post(f"/v1/slots/x/{step}")).status_code == 422

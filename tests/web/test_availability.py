"""What a volunteer declares over REST: pledge, rules, exceptions, absences, and the days they make."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.territory_documents import REFERENCE

Body = dict[str, str | None]
GP = f"/v1/territories/{json.loads(REFERENCE)['territory']['id']}/practitioners/gp-01"
PLEDGE = {"minutes": 120, "per": "week", "audiences": ["snp", "cpts"]}
RULE: Body = {"weekday": "SUN", "start": "10:00", "end": "12:00", "level": "available"}
EXTRA: Body = {"date": "2026-11-28", "start": "14:00", "end": "16:00", "kind": "extra"}
AWAY: Body = {"from": "2026-12-01", "until": "2026-12-04"}
BODIES: dict[str, Body] = {
    "availability-rules": RULE,
    "availability-exceptions": EXTRA,
    "absences": AWAY,
}
FURTHER: dict[str, tuple[Body, ...]] = {
    "availability-rules": ({"weekday": "FRI"}, {"weekday": "SAT"}),
    "availability-exceptions": ({"date": "2027-03-01"}, {"date": "2027-05-01"}),
    "absences": ({"until": "2027-03-01"}, {"until": None}),
}
LISTS = pytest.mark.parametrize("entries", BODIES)


@pytest.fixture
async def gp(client):
    """The reference territory, with nothing declared by gp-01 yet."""
    document = json.loads(REFERENCE)
    document["availability_rules"] = [r for r in document["availability_rules"] if r["practitioner"] != "gp-01"]
    path = f"/v1/territories/{document['territory']['id']}/file"
    assert (await client.put(path, json=document)).status_code == 200
    return client


def fault(answer) -> tuple[int, str, str]:
    """Status, path and code of an answer with one fault."""
    [only] = answer.json()["errors"]
    assert answer.json()["code"] == only["code"]
    return answer.status_code, only["path"], only["code"]


async def days(client, first: str, last: str):
    answer = await client.get(f"{GP}/availability?from={first}&until={last}")
    assert answer.status_code == 200, answer.text
    return {day["date"]: day for day in answer.json()["days"]}


async def test_two_hours_a_week_on_monday_and_thursday_but_not_in_school_holidays(gp):
    version = (await gp.get(f"{GP}/pledge")).headers["etag"]
    pledged = await gp.put(f"{GP}/pledge", json=PLEDGE, headers={"If-Match": version})
    assert pledged.json()["pledge"] == PLEDGE
    for weekday in ("MON", "THU"):
        rule = RULE | {"weekday": weekday, "school_holidays": "never"}
        assert (await gp.post(f"{GP}/availability-rules", json=rule)).status_code == 201
    open_on = {on for on, day in (await days(gp, "2026-12-07", "2027-01-10")).items() if day["open"]}
    assert open_on == {"2026-12-07", "2026-12-10", "2026-12-14", "2026-12-17", "2027-01-04", "2027-01-07"}


async def test_exceptions_close_and_add_time_and_absences_are_told_apart(gp):
    await gp.post(f"{GP}/availability-rules", json=RULE | {"weekday": "SAT", "level": "preferred"})
    await gp.post(f"{GP}/availability-exceptions", json=EXTRA)
    await gp.post(f"{GP}/availability-exceptions", json=EXTRA | {"start": "11:00", "kind": "closed"})
    await gp.post(f"{GP}/absences", json={"from": "2026-12-05", "until": "2026-12-05"})
    found = await days(gp, "2026-11-28", "2026-12-05")
    assert found["2026-11-28"]["open"] == [
        {"start": "2026-11-28T10:00:00+01:00", "end": "2026-11-28T11:00:00+01:00", "level": "preferred"},
        {"start": "2026-11-28T14:00:00+01:00", "end": "2026-11-28T16:00:00+01:00", "level": "available"},
    ]
    away = found["2026-12-05"]
    assert (away["is_absent"], away["open"], [piece["start"] for piece in away["lost"]]) == (
        True,
        [],
        ["2026-12-05T10:00:00+01:00"],
    )


async def test_an_opening_keeps_its_local_hours_over_a_clock_change(gp, clock):
    clock.now = datetime(2026, 10, 20, tzinfo=UTC)
    await gp.post(f"{GP}/availability-rules", json=RULE)
    await gp.post(f"{GP}/availability-rules", json=RULE | {"start": "02:15", "end": "02:45"})
    found = await days(gp, "2026-10-25", "2026-10-25") | await days(gp, "2027-03-28", "2027-03-28")
    assert [(piece["start"], piece["end"]) for day in found.values() for piece in day["open"]] == [
        ("2026-10-25T02:15:00+02:00", "2026-10-25T02:45:00+01:00"),
        ("2026-10-25T10:00:00+01:00", "2026-10-25T12:00:00+01:00"),
        ("2027-03-28T10:00:00+02:00", "2027-03-28T12:00:00+02:00"),
    ]


MISTAKES: list[tuple[str, Body, str, str]] = [
    ("availability-rules", {"start": "12:00", "end": "10:00"}, "end", "time.order"),
    ("availability-rules", {"end": "10:00"}, "end", "time.order"),
    ("availability-rules", {"end": "24:00"}, "end", "time.malformed"),
    ("availability-rules", {"weekday": "MONDAY"}, "weekday", "choice.unknown"),
    ("availability-rules", {"from": "2026-11-22"}, "from", "date.past"),
    ("availability-rules", {"until": "2026-11-22"}, "until", "date.past"),
    ("availability-rules", {"from": "2026-12-02", "until": "2026-12-01"}, "until", "date.order"),
    ("availability-rules", {"practitioner": "gp-02"}, "practitioner", "key.unknown"),
    ("availability-exceptions", {"end": "14:00"}, "end", "time.order"),
    ("availability-exceptions", {"date": "2026-11-22"}, "date", "date.past"),
    ("availability-exceptions", {"date": "2026-02-30"}, "date", "date.malformed"),
    ("availability-exceptions", {"date": "2027-03-28", "start": "02:30"}, "start", "time.nonexistent"),
    ("availability-exceptions", {"date": "2027-10-31", "start": "02:30"}, "start", "time.ambiguous"),
    ("absences", {"from": "2026-12-05"}, "until", "date.order"),
    ("absences", {"from": "2026-11-20", "until": "2026-11-22"}, "until", "date.past"),
]


async def test_each_mistake_is_refused_on_its_field(gp):
    for entries, change, path, code in MISTAKES:
        assert fault(await gp.post(f"{GP}/{entries}", json=BODIES[entries] | change)) == (422, path, code), change


async def test_a_pledge_of_nothing_is_refused_on_its_field(gp):
    match = {"If-Match": '"1"'}
    zero = await gp.put(f"{GP}/pledge", json=PLEDGE | {"minutes": 0}, headers=match)
    assert fault(zero) == (422, "minutes", "pledge.zero")
    negative = await gp.put(f"{GP}/pledge", json=PLEDGE | {"minutes": -1}, headers=match)
    assert fault(negative) == (422, "minutes", "number.too_small")
    nobody = await gp.put(f"{GP}/pledge", json=PLEDGE | {"audiences": []}, headers=match)
    assert fault(nobody) == (422, "audiences", "list.too_short")


async def test_a_pledge_is_withdrawn_against_the_practitioners_version(gp):
    for method, body in (("PUT", PLEDGE), ("DELETE", None)):
        for path, version, expected in (
            ("gp-01", '"9"', (409, "stale_version")),
            ("gp-01", None, (428, "if_match.missing")),
            ("gp-01", "9", (422, "if_match.malformed")),
            ("nobody", '"1"', (404, "not_found")),
        ):
            where = f"{GP.replace('gp-01', path)}/pledge"
            answer = await gp.request(method, where, json=body, headers={"If-Match": version} if version else {})
            assert (answer.status_code, answer.json()["code"]) == expected
    assert (await gp.get(f"{GP.replace('gp-01', 'nobody')}/pledge")).status_code == 404
    assert (await gp.get(f"{GP.replace('gp-01', '%00')}/pledge")).status_code == 422
    assert (await gp.delete(f"{GP}/pledge", headers={"If-Match": '"1"'})).status_code == 204
    assert (await gp.get(f"{GP}/pledge")).json() == {"pledge": None, "version": 2}
    assert (await gp.get(GP)).headers["etag"] == '"2"'


async def test_a_rule_that_overlaps_another_own_rule_is_refused(gp):
    rules = f"{GP}/availability-rules"
    made = await gp.post(rules, json=RULE)
    overlapping = RULE | {"start": "11:59", "end": "13:00"}
    assert fault(await gp.post(rules, json=overlapping)) == (422, "start", "rule.overlap")
    touching = await gp.post(rules, json=overlapping | {"start": "12:00"})
    assert touching.status_code == 201
    grown = await gp.put(touching.headers["location"], json=overlapping, headers={"If-Match": '"1"'})
    assert fault(grown) == (422, "start", "rule.overlap")
    assert (await gp.put(made.headers["location"], json=RULE, headers={"If-Match": '"1"'})).status_code == 200
    assert (await gp.post(rules.replace("gp-01", "gp-02"), json=RULE)).status_code == 201


@LISTS
async def test_a_declaration_is_made_read_changed_and_withdrawn(gp, entries):
    made = await gp.post(f"{GP}/{entries}", json=BODIES[entries])
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    where = made.headers["location"]
    assert where == f"{GP}/{entries}/{made.json()['id']}"
    assert (await gp.get(where)).json() == made.json()
    assert (await gp.get(f"{GP}/{entries}")).json()["items"] == [made.json()]
    assert (await gp.put(where, json=BODIES[entries])).status_code == 428
    saved = await gp.put(where, json=BODIES[entries], headers={"If-Match": '"1"'})
    assert (saved.status_code, saved.json()) == (200, made.json() | {"version": 2})
    assert (await gp.delete(where)).status_code == 428
    for stale in (
        await gp.put(where, json=BODIES[entries], headers={"If-Match": '"1"'}),
        await gp.delete(where, headers={"If-Match": '"1"'}),
    ):
        assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale_version", 2)
    assert (await gp.delete(where, headers={"If-Match": '"2"'})).status_code == 204
    assert (await gp.get(where)).status_code == 404


@LISTS
async def test_a_repeated_declaration_is_one_and_lists_are_paged(gp, entries):
    key = {"Idempotency-Key": str(uuid4())}
    answers = [await gp.post(f"{GP}/{entries}", json=BODIES[entries], headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].headers["location"] == answers[1].headers["location"]
    for further in FURTHER[entries]:
        assert (await gp.post(f"{GP}/{entries}", json=BODIES[entries] | further)).status_code == 201
    first = (await gp.get(f"{GP}/{entries}?limit=2")).json()
    rest = (await gp.get(f"{GP}/{entries}?limit=2&cursor={first['next_cursor']}")).json()
    assert ([len(page["items"]) for page in (first, rest)], rest["next_cursor"]) == ([2, 1], None)


@LISTS
async def test_what_one_person_declared_is_not_found_with_another(gp, entries):
    made = await gp.post(f"{GP}/{entries}", json=BODIES[entries])
    elsewhere = made.headers["location"].replace("gp-01", "gp-02")
    match = {"If-Match": '"1"'}
    assert (await gp.get(elsewhere)).status_code == 404
    assert (await gp.put(elsewhere, json=BODIES[entries], headers=match)).status_code == 404
    assert (await gp.delete(elsewhere, headers=match)).status_code == 404


@LISTS
async def test_a_declaration_that_is_not_there_is_a_clean_refusal(gp, entries):
    nobody = f"{GP.replace('gp-01', 'nobody')}/{entries}"
    assert (await gp.get(f"{GP}/{entries}?limit=x")).status_code == 422
    match = {"If-Match": '"1"'}
    assert (await gp.get(nobody)).status_code == 404
    assert (await gp.post(nobody, json=BODIES[entries])).status_code == 404
    for id, status in ((uuid4(), 404), ("nothing", 422), ("%00", 422)):
        assert (await gp.get(f"{GP}/{entries}/{id}")).status_code == status
        assert (await gp.put(f"{GP}/{entries}/{id}", json=BODIES[entries], headers=match)).status_code == status
        assert (await gp.delete(f"{GP}/{entries}/{id}", headers=match)).status_code == status


PERIODS = (
    ("from=2026-12-02&until=2026-12-01", "until", "date.order"),
    ("from=2026-01-01&until=2026-04-11", "until", "period.too_long"),
    ("from=2026-01-01", "until", "key.missing"),
    ("from=yesterday&until=2026-12-01", "from", "date.malformed"),
    ("from=0001-01-01&until=2026-12-01", "from", "date.out_of_range"),
)


async def test_the_period_to_expand_is_bounded(gp):
    for query, path, code in PERIODS:
        assert fault(await gp.get(f"{GP}/availability?{query}")) == (422, path, code)


async def test_a_hundred_days_are_expanded(gp):
    assert len(await days(gp, "2026-01-01", "2026-04-10")) == 100
    assert (
        await gp.get(f"{GP.replace('gp-01', 'x')}/availability?from=2026-01-01&until=2026-01-01")
    ).status_code == 404

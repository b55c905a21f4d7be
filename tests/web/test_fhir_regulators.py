"""Accounts of regulators over FHIR: what the SAS platform sends, and the official test kit tries."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.application.regulators import regulator_named
from service.domain.account_errors import RegulatorDisabled
from service.storage.tables.regulators import RegulatorRow
from service.web.fhir.forwarded import Entrance
from tests.left_out import OFFICIAL, needs_official
from tests.make_bookings import rows_of
from tests.make_regulators import NUMBER, UUID_OF_SAS, national, technical

NATIONAL, SAS = "urn:oid:1.2.250.1.71.4.2.1", "urn:oid:1.2.250.1.213.3.6"
TYPES = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"
MAIL = "sebastien.loridon@test.com"


def identifier(system: str, value: str, code: str = "") -> dict[str, Any]:
    code = code or ("IDNPS" if system == NATIONAL else "INTRN")
    return {"type": {"coding": [{"system": TYPES, "code": code}]}, "system": system, "value": value}


def a_practitioner(
    system: str = SAS, value: str = UUID_OF_SAS, *, mail: str = MAIL, given: str = "Sébastien", **different: Any
) -> dict[str, Any]:
    """As the official kit sends one: its `id` is always the same."""
    usual = {
        "resourceType": "Practitioner",
        "id": "example-regulator-1",
        "meta": {"source": SAS, "profile": ["https://interop.esante.gouv.fr/ig/fhir/sas/…/FrPractitionerRegul"]},
        "identifier": [identifier(system, value)],
        "active": True,
        "name": [{"family": "Loridon", "given": [given]}],
        "telecom": [{"system": "email", "value": mail}],
    }
    return {key: value for key, value in (usual | different).items() if value is not None}


async def post(client: httpx.AsyncClient, body: Any) -> httpx.Response:
    """With the headers that the platform sends."""
    headers = {"Accept": "application/json+fhir", "Content-Type": "application/json"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post("/fhir/Practitioner", content=content, headers=headers)


async def put(client: httpx.AsyncClient, system: str, value: str, body: Any) -> httpx.Response:
    headers = {"Accept": "application/fhir+json", "Content-Type": "application/json"}
    params = {"identifier": f"{system}|{value}"}
    return await client.put("/fhir/Practitioner", params=params, json=body, headers=headers)


def issues(answer: httpx.Response, status: int) -> list[tuple[str, str | None]]:
    """The rule and the element of each."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/fhir+json")
    told = answer.json()
    assert told["resourceType"] == "OperationOutcome"
    assert all(each["diagnostics"] for each in told["issue"])
    return [(each["details"]["coding"][0]["code"], each.get("expression", [None])[0]) for each in told["issue"]]


@pytest.mark.parametrize(("system", "value"), [(NATIONAL, NUMBER), (SAS, UUID_OF_SAS), (SAS, "no uuid")])
async def test_an_account_is_made_and_has_our_id(client, database, system, value):
    answer = await post(client, a_practitioner(system, value))
    [row] = await rows_of(database, RegulatorRow)
    assert (answer.status_code, answer.headers["location"]) == (201, f"http://test/fhir/Practitioner/{row.id}")
    told = answer.json()
    assert (told["id"], told["identifier"]) == (str(row.id), [identifier(system, value)])
    assert told["telecom"] == [{"system": "email", "value": MAIL}]


async def test_an_account_is_where_the_interface_is(app, client):
    app.state.entrance = Entrance(url="https://fhir.example:8443/fhir")
    answer = await post(client, a_practitioner())
    app.state.entrance = Entrance()
    assert answer.headers["location"] == f"https://fhir.example:8443/fhir/Practitioner/{answer.json()['id']}"


async def test_who_does_not_say_who_calls_changes_no_account(client, database):
    del client.headers["Authorization"]
    for answer in (await post(client, a_practitioner()), await put(client, SAS, UUID_OF_SAS, a_practitioner())):
        assert issues(answer, 401) == [("unauthenticated", None)]
    assert await rows_of(database, RegulatorRow) == []


async def test_the_same_creation_again_is_refused_as_a_duplicate(client):
    body = a_practitioner()
    assert (await post(client, body)).status_code == 201
    assert issues(await post(client, body), 422) == [("regulator_exists", "Practitioner.identifier")]
    other = a_practitioner(value=str(uuid4()))
    assert issues(await post(client, other), 422) == [("email_taken", "Practitioner.telecom")]
    body["telecom"] = [{"system": "email", "value": "other@test.com"}]
    assert issues(await post(client, body), 422) == [("regulator_exists", "Practitioner.identifier")]


MISSING = [
    ({"identifier": None}, [("key.missing", "Practitioner.identifier")]),
    ({"name": None}, [("key.missing", "Practitioner.name")]),
    ({"telecom": None}, [("key.missing", "Practitioner.telecom")]),
    ({"active": None}, [("key.missing", "Practitioner.active")]),
]
BROKEN = [
    *MISSING,
    ({"name": [{"family": "", "given": ["S"]}]}, [("text.too_short", "Practitioner.name[0].family")]),
    ({"name": [{"given": ["S"]}]}, [("key.missing", "Practitioner.name[0].family")]),
    ({"name": [{"family": "L", "given": ["S", "T"]}]}, [("list.too_long", "Practitioner.name[0].given")]),
    ({"name": [{"family": "L"}]}, [("key.missing", "Practitioner.name[0].given")]),
    ({"telecom": [{"system": "email", "value": ""}]}, [("text.too_short", "Practitioner.telecom[0].value")]),
    ({"telecom": [{"system": "phone", "value": "+331"}]}, [("telecom.not_email", "Practitioner.telecom[0].system")]),
    (
        {"identifier": [identifier(SAS, UUID_OF_SAS, "IDNPS")]},
        [("identifier.wrong_type", "Practitioner.identifier[0].type")],
    ),
    (
        {"identifier": [identifier(NATIONAL, NUMBER, "INTRN")]},
        [("identifier.wrong_type", "Practitioner.identifier[0].type")],
    ),
    (
        {"identifier": [identifier("urn:oid:1.2.3", "X")]},
        [("identifier.unknown_system", "Practitioner.identifier")],
    ),
    (
        {"identifier": [identifier(SAS, "one"), identifier(SAS, "two")]},
        [("list.duplicate", "Practitioner.identifier[1]")],
    ),
    ({"identifier": [identifier(SAS, "\x00")]}, [("text.control_character", "Practitioner.identifier[0].value")]),
]


@pytest.mark.parametrize(("different", "expected"), BROKEN)
async def test_what_breaks_a_rule_is_refused_by_its_element_and_rule(client, database, different, expected):
    body = a_practitioner(**different)
    assert issues(await post(client, body), 422) == expected
    assert issues(await put(client, SAS, UUID_OF_SAS, body), 422) == expected
    assert await rows_of(database, RegulatorRow) == []


@pytest.mark.parametrize(("different", "expected"), MISSING)
async def test_what_lacks_something_changes_no_account(client, database, different, expected):
    await post(client, a_practitioner())
    assert issues(await put(client, SAS, UUID_OF_SAS, a_practitioner(**different)), 422) == expected
    assert [row.version for row in await rows_of(database, RegulatorRow)] == [1]


async def test_every_fault_is_named_at_once(client):
    found = issues(await post(client, {"resourceType": "Practitioner"}), 422)
    assert [element for _, element in found] == [
        f"Practitioner.{e}" for e in ("identifier", "name", "telecom", "active")
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<Practitioner/>", ("json.malformed", None)),
        (b"\xff", ("json.malformed", None)),
        (b'{"resourceType": "\\ud800"}', ("json.malformed", None)),
        (b"[" * 10_000, ("json.malformed", None)),
        (b"[]", ("type.mismatch", "Practitioner")),
        (b"{}", ("key.missing", "Practitioner.resourceType")),
        (b'{"resourceType": "Patient"}', ("choice.unknown", "Practitioner.resourceType")),
        (b'{"resourceType": "Practitioner", "active": "true"}', ("type.mismatch", "Practitioner.active")),
        (b'{"resourceType": "Practitioner", "name": {}}', ("type.mismatch", "Practitioner.name")),
        (
            b'{"resourceType": "Practitioner", "name": [{"given": "S"}]}',
            ("type.mismatch", "Practitioner.name[0].given"),
        ),
    ],
)
async def test_what_cannot_be_read_is_malformed(client, body, expected):
    assert issues(await post(client, body), 400) == [expected]


async def test_a_body_without_end_is_not_read_to_it(client):
    for call in (client.post, client.put):
        answer = await call("/fhir/Practitioner?identifier=x", content=b" " * 5_000_001)
        assert issues(answer, 413) == [("body.too_large", None)]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "key.missing"),
        ("?identifier=x", "identifier.no_system"),
        ("?identifier=|x", "identifier.unknown_system"),
        (f"?identifier={SAS}|", "text.too_short"),
    ],
)
async def test_an_update_names_its_account(client, query, code):
    answer = await client.put(f"/fhir/Practitioner{query}", json=a_practitioner())
    assert issues(answer, 400) == [(code, "identifier")]


async def test_all_that_is_known_of_a_regulator_can_change(client, database):
    first = await post(client, a_practitioner(NATIONAL, "old"))
    for named, body in (
        ("old", a_practitioner(NATIONAL, "old", mail="modif@test.com")),
        ("old", a_practitioner(NATIONAL, "new", mail="modif@test.com")),
        ("new", a_practitioner(NATIONAL, "new", mail="modif@test.com", given="Sébastien-modif")),
    ):
        answer = await put(client, NATIONAL, named, body)
        assert (answer.status_code, answer.headers["location"]) == (200, first.headers["location"])
        again = await put(client, NATIONAL, named, body)
        assert (again.status_code, again.json()) == (200, answer.json())
    assert (await regulator_named(database, national("new"))).account.given_name == "Sébastien-modif"


async def test_an_update_of_nobody_is_a_creation_of_an_inactive_account_too(client, database):
    for active in (True, False):
        value = str(uuid4())
        body = a_practitioner(NATIONAL, value, mail=f"{value}@test.com", active=active)
        assert [(await put(client, NATIONAL, value, body)).status_code for _ in range(3)] == [201, 200, 200]
    assert sorted(row.is_active for row in await rows_of(database, RegulatorRow)) == [False, True]


async def test_who_is_disabled_has_no_access_and_gets_it_back(client, database):
    body = a_practitioner(NATIONAL, NUMBER)
    await post(client, body)
    assert (await put(client, NATIONAL, NUMBER, body | {"active": False})).status_code == 200
    with pytest.raises(RegulatorDisabled):
        await regulator_named(database, national(NUMBER))
    assert (await put(client, NATIONAL, NUMBER, body)).status_code == 200
    assert (await regulator_named(database, national(NUMBER))).is_active


async def test_a_technical_name_becomes_the_national_one(client, database):
    await post(client, a_practitioner())
    changed = a_practitioner(NATIONAL, NUMBER)
    assert [(await put(client, SAS, UUID_OF_SAS, changed)).status_code for _ in range(2)] == [200, 200]
    assert (await regulator_named(database, national(NUMBER))).version == 2
    with pytest.raises(RegulatorDisabled):
        await regulator_named(database, technical())


async def test_a_name_asked_for_in_the_wrong_system_finds_who_has_that_email(client, database):
    """The kit's « typeid »: the national system with the UUID, the technical one with the national number."""
    await post(client, a_practitioner(NATIONAL, "another", mail=f"a.{MAIL}"))
    await post(client, a_practitioner())
    answer = await put(client, NATIONAL, UUID_OF_SAS, a_practitioner(SAS, NUMBER))
    assert answer.status_code == 200
    assert len(await rows_of(database, RegulatorRow)) == 2


async def test_the_number_of_a_disabled_account_is_given_to_another(client, database):
    """The kit's « réattribution », where nobody bears the number any more when it begins."""
    gone = a_practitioner(NATIONAL, NUMBER, active=False)
    assert (await put(client, NATIONAL, NUMBER, gone)).status_code == 201
    uuid = str(uuid4())
    assert (await post(client, a_practitioner(SAS, uuid, mail=f"{uuid}.{MAIL}"))).status_code == 201
    given = a_practitioner(NATIONAL, NUMBER, mail=f"{uuid}.{MAIL}")
    assert [(await put(client, SAS, uuid, given)).status_code for _ in range(2)] == [200, 200]
    assert (await regulator_named(database, national(NUMBER))).account.emails == (f"{uuid}.{MAIL}",)


async def test_the_same_message_at_the_same_time_makes_one_account(client, database):
    answers = await asyncio.gather(*(put(client, SAS, UUID_OF_SAS, a_practitioner()) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len(await rows_of(database, RegulatorRow)) == 1


async def test_what_is_nothing_to_us_is_passed_over(client):
    body = a_practitioner(gender="male", text={"status": "generated"}, language=None, meta=None)
    body["identifier"].append(identifier("urn:oid:1.2.3", "X"))
    body["telecom"].append({"system": "email", "value": MAIL.upper(), "use": "work"})
    answer = await client.post("/fhir/Practitioner/?_format=json", json=body)
    assert (answer.status_code, answer.json()["identifier"]) == (201, [identifier(SAS, UUID_OF_SAS)])
    assert answer.json()["telecom"] == [{"system": "email", "value": MAIL}]


@pytest.mark.parametrize("media_type", ["application/json", "application/json+fhir", "application/fhir+json", None])
async def test_every_name_of_the_format_is_understood(client, media_type):
    headers = {"Content-Type": media_type, "Accept": media_type} if media_type else {}
    content = json.dumps(a_practitioner()).encode()
    answer = await client.post("/fhir/Practitioner", content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "application/fhir+json")


@needs_official
@pytest.mark.parametrize("number", range(1, 5))
async def test_the_official_examples_are_understood(client, number):
    body = json.loads(
        (
            OFFICIAL / "examples" / "regulator-accounts" / f"Practitioner-ExamplePractitionerRegul{number}.json"
        ).read_text()
    )
    [named] = body["identifier"]
    answer = await put(client, named["system"], named["value"], body)
    assert (answer.status_code, answer.json()["active"]) == (201, body["active"])
    assert answer.json()["name"] == body["name"]


async def test_spaces_around_identifiers_and_emails_are_left_out(client, database):
    await post(client, a_practitioner(SAS, f" {UUID_OF_SAS} ", mail=f" {MAIL}  "))
    answer = await put(client, f" {SAS} ", f" {UUID_OF_SAS} ", a_practitioner())
    assert (answer.status_code, answer.json()["meta"]["versionId"]) == (200, "1")

"""The directory over REST: whole files, extracts, and entries one by one."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.left_out import LARGE, needs_large
from tests.standing_rosters import stand_in_a_roster
from tests.territory_documents import REFERENCE, ROOT, changed, put

DOCUMENT = json.loads(REFERENCE)
TERRITORY = f"/v1/territories/{DOCUMENT['territory']['id']}"
EXTRACT = (ROOT / "service/reference/directory-extract.txt").read_bytes()
FIRST: dict[str, dict[str, Any]] = {
    "practices": DOCUMENT["practices"][0],
    "practitioners": DOCUMENT["practitioners"][0],
    "session-templates": DOCUMENT["session_templates"][0],
}
LISTS = pytest.mark.parametrize("entries", FIRST)
RPPS = "99900000995"
NEW = {
    "practices": FIRST["practices"] | {"id": "new"},
    "practitioners": FIRST["practitioners"] | {"id": "new", "rpps": RPPS},
    "session-templates": FIRST["session-templates"] | {"id": "new", "weekday": "WED"},
}
UNKNOWN = {
    "practices": ("insee", "53999", "commune.unknown"),
    "practitioners": ("home_practice", "cab-quay", "reference.unknown"),
    "session-templates": ("end", "20:30", "template.outside_snp_window"),
}


@pytest.fixture
async def territory(client):
    answer = await client.put(f"{TERRITORY}/file", content=REFERENCE)
    assert answer.status_code == 200, answer.text
    return client


def faults(answer) -> list[tuple[str, str]]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [(fault["path"], fault["code"]) for fault in answer.json()["errors"]]


async def test_a_territory_is_imported_whole_and_exported_the_same(territory):
    exported = await territory.get(f"{TERRITORY}/file")
    again = await territory.put(f"{TERRITORY}/file", content=exported.content)
    assert again.json() == {
        "territory": DOCUMENT["territory"]["id"],
        "communes": 15,
        "practices": 12,
        "practitioners": 22,
        "session_templates": 29,
        "availability_rules": 249,
        "absences": 4,
    }
    assert (await territory.get(f"{TERRITORY}/file")).content == exported.content


@needs_large
async def test_the_large_territory_is_imported(client):
    answer = await client.put("/v1/territories/invented-7/file", content=LARGE.read_bytes())
    assert answer.json()["practitioners"] == 160


async def test_every_fault_of_a_file_is_reported_and_nothing_is_imported(client):
    faulty = changed(put("practitioners.3.rpps", "1"), put("practices.0.rooms", 0), put("absences.0.wrong", 1))
    answer = await client.put(f"{TERRITORY}/file", content=faulty)
    assert answer.status_code == 422
    assert set(faults(answer)) == {
        ("practitioners[3].rpps", "rpps.length"),
        ("practices[0].rooms", "number.too_small"),
        ("absences[0].wrong", "key.unknown"),
    }
    assert (await client.get(TERRITORY)).status_code == 404


NO_FILES = (
    (b"", "json.malformed"),
    (b"[]", "type.mismatch"),
    (b"\xff", "text.encoding"),
    (b"[" * 100_000, "json.too_deep"),
    (b'{"a": NaN}', "number.not_finite"),
)


async def test_what_is_no_territory_file_is_refused(client):
    for content, code in NO_FILES:
        answer = await client.put(f"{TERRITORY}/file", content=content)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_body_beyond_five_megabytes_is_not_read(territory):
    for method, path in (("PUT", "file"), ("POST", "directory-extracts")):
        answer = await territory.request(method, f"{TERRITORY}/{path}", content=b" " * 5_000_001)
        assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")


async def test_the_path_names_the_territory_of_the_file(client):
    answer = await client.put("/v1/territories/other/file", content=REFERENCE)
    assert (answer.status_code, faults(answer)) == (422, [("territory.id", "id.mismatch")])


async def test_an_extract_with_faults_is_reported_by_line_and_imports_nothing(territory):
    answer = await territory.post(f"{TERRITORY}/directory-extracts", content=EXTRACT)
    assert answer.status_code == 422
    assert {code for _, code in faults(answer)} == {"rpps.check_digit", "rpps.length", "commune.unknown"}
    assert all(path.startswith("line ") for path, _ in faults(answer))
    assert {line["outcome"] for line in answer.json()["lines"]} == {"known", "joined", "added", "skipped", "fault"}
    listed = await territory.get(f"{TERRITORY}/practitioners")
    assert len(listed.json()["items"]) == 22


@pytest.mark.parametrize("delimiter", ["|", ";"])
async def test_the_lawful_lines_of_an_extract_are_imported_when_asked(territory, delimiter):
    content = EXTRACT if delimiter == "|" else b"\xef\xbb\xbf" + EXTRACT.replace(b"|", b";")
    answer = await territory.post(f"{TERRITORY}/directory-extracts?skip_faults=true", content=content)
    assert (answer.status_code, answer.json()["practitioners"]) == (200, 24)
    listed = await territory.get(f"{TERRITORY}/practitioners")
    assert [item["pledge"] for item in listed.json()["items"][22:]] == [None, None]


async def test_an_extract_without_one_lawful_line_is_refused_even_when_faults_are_skipped(territory):
    for content, code in ((b"", "text.empty"), (b"a;b\n1;2\n", "header.missing_column"), (b"\xff", "text.encoding")):
        answer = await territory.post(f"{TERRITORY}/directory-extracts?skip_faults=true", content=content)
        assert (answer.status_code, faults(answer)) == (422, [("line 1", code)])


async def test_a_refusal_is_told_in_french_to_whom_reads_french(territory):
    answer = await territory.get(f"{TERRITORY}/practices?cursor=x", headers={"Accept-Language": "fr-FR"})
    assert answer.json()["title"] == "La demande est mal formée"
    answer = await territory.delete(f"{TERRITORY}/practices/cab-quai", headers={"Accept-Language": "fr"})
    assert answer.json()["detail"].startswith("Indiquez la version modifiée")


async def test_a_formula_in_a_name_does_not_run_in_a_spreadsheet(territory):
    await territory.post(f"{TERRITORY}/directory-extracts?skip_faults=true", content=EXTRACT)
    answer = await territory.get(f"{TERRITORY}/practitioners.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    cells = answer.text.removeprefix("\ufeff").replace("\r\n", ";").split(";")
    assert answer.text.startswith("\ufeffid;family_name;")
    assert [cell for cell in cells if cell.strip('"').startswith(("=", "+", "-", "@"))] == []
    assert [cell for cell in cells if cell.strip('"').startswith("'=")] != []


@LISTS
async def test_an_entry_is_added_read_changed_and_removed(territory, entries):
    made = await territory.post(f"{TERRITORY}/{entries}", json=NEW[entries])
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    where = made.headers["location"]
    read = await territory.get(where)
    assert (read.headers["etag"], read.json()) == ('"1"', made.json())
    saved = await territory.put(where, json=NEW[entries], headers={"If-Match": '"1"'})
    assert (saved.status_code, saved.headers["etag"], saved.json()["version"]) == (200, '"2"', 2)
    gone = await territory.delete(where, headers={"If-Match": '"2"'})
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await territory.get(where)).status_code == 404


@LISTS
async def test_an_edit_names_the_version_it_is_of(territory, entries):
    where = f"{TERRITORY}/{entries}/{FIRST[entries]['id']}"
    for call in (
        lambda headers: territory.put(where, json=FIRST[entries], headers=headers),
        lambda headers: territory.delete(where, headers=headers),
    ):
        missing, malformed = await call({}), await call({"If-Match": "1"})
        assert (missing.status_code, missing.json()["code"]) == (428, "if_match.missing")
        assert (malformed.status_code, malformed.json()["code"]) == (422, "if_match.malformed")
    await territory.post(f"{TERRITORY}/{entries}", json=NEW[entries])
    for stale in (
        await territory.put(where, json=FIRST[entries], headers={"If-Match": '"7"'}),
        await territory.delete(f"{TERRITORY}/{entries}/{NEW[entries]['id']}", headers={"If-Match": '"7"'}),
    ):
        assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale_version", 1)


@LISTS
async def test_what_is_not_there_is_not_found(territory, entries):
    match = {"If-Match": '"1"'}
    where = f"{TERRITORY}/{entries}/absent"
    nowhere = f"/v1/territories/nowhere/{entries}"
    for answer in (
        await territory.get(where),
        await territory.put(where, json=FIRST[entries] | {"id": "absent"}, headers=match),
        await territory.delete(where, headers=match),
        await territory.get(nowhere),
        await territory.post(nowhere, json=FIRST[entries]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert faults(await territory.get(f"{TERRITORY}/{entries}/%00"))[0][1] == "text.control_character"


@LISTS
async def test_an_entry_is_judged_by_what_the_territory_holds(territory, entries):
    field, value, code = UNKNOWN[entries]
    where = f"{TERRITORY}/{entries}"
    posted = await territory.post(where, json=NEW[entries] | {field: value})
    assert (posted.status_code, faults(posted)) == (422, [(field, code)])
    changed = FIRST[entries] | {field: value}
    edited = await territory.put(f"{where}/{changed['id']}", json=changed, headers={"If-Match": '"1"'})
    assert (edited.status_code, faults(edited)) == (422, [(field, code)])


@LISTS
async def test_malformed_entries_are_refused_by_field(territory, entries):
    where = f"{TERRITORY}/{entries}"
    unknown = await territory.post(where, json=NEW[entries] | {"favourite": 1})
    assert (unknown.status_code, faults(unknown)) == (422, [("favourite", "key.unknown")])
    missing = await territory.post(where, json={"id": "new"})
    assert ("id", "key.missing") not in faults(missing)
    assert {code for _, code in faults(missing)} == {"key.missing"}
    broken = await territory.post(where, content=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (422, "json.malformed")
    latin = await territory.post(where, content=b'{"\xe9', headers={"Content-Type": "application/json"})
    assert (latin.status_code, latin.json()["code"]) == (422, "json.malformed")
    nul = await territory.post(where, json=NEW[entries] | {"id": "a\0"})
    assert (nul.status_code, faults(nul)) == (422, [("id", "text.control_character")])
    moved = await territory.put(f"{where}/other", json=FIRST[entries], headers={"If-Match": '"1"'})
    assert (moved.status_code, faults(moved)) == (422, [("id", "id.mismatch")])


@LISTS
async def test_an_id_is_taken_once_and_a_repeated_request_is_done_once(territory, entries):
    where = f"{TERRITORY}/{entries}"
    key = {"Idempotency-Key": "k1"}
    first = await territory.post(where, json=NEW[entries], headers=key)
    again = await territory.post(where, json=NEW[entries], headers=key)
    assert (again.status_code, again.json(), again.headers["location"]) == (
        201,
        first.json(),
        first.headers["location"],
    )
    twin = await territory.post(where, json=NEW[entries])
    assert (twin.status_code, twin.json()["code"]) == (409, "already_there")
    other = await territory.post(where, json=NEW[entries] | {"id": "other"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key.reused")


@LISTS
async def test_lists_are_paged(territory, entries):
    seen, cursor = [], ""
    while cursor is not None:
        page = (await territory.get(f"{TERRITORY}/{entries}?limit=7{cursor and '&cursor=' + cursor}")).json()
        assert len(page["items"]) <= 7
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [row["id"] for row in DOCUMENT[entries.replace("-", "_")]]
    for wrong in ("limit=0", "limit=201", "limit=x", "cursor=abc", "cursor=-1", "cursor=99999999999"):
        assert (await territory.get(f"{TERRITORY}/{entries}?{wrong}")).status_code == 422


async def test_a_practice_that_is_needed_is_not_removed(territory):
    answer = await territory.delete(f"{TERRITORY}/practices/cab-quai", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "still_referred")
    assert "practitioner gp-01" in answer.json()["referred_by"]


async def test_a_phone_is_kept_in_one_form(territory):
    asked = FIRST["practices"] | {"phone": "06 12 34 56 78"}
    answer = await territory.put(f"{TERRITORY}/practices/cab-quai", json=asked, headers={"If-Match": '"1"'})
    assert answer.json()["phone"] == "+33612345678"
    wrong = asked | {"phone": "0612"}
    answer = await territory.put(f"{TERRITORY}/practices/cab-quai", json=wrong, headers={"If-Match": '"2"'})
    assert faults(answer) == [("phone", "phone.malformed")]


@pytest.mark.parametrize(
    ("phone", "kept"),
    [("02 43 90 00 99", "+33243900099"), ("+262262123456", "+262262123456"), ("", None), (None, None)],
)
async def test_a_territory_may_have_a_phone(territory, phone, kept):
    asked = {key: value for key, value in DOCUMENT["territory"].items() if not key.endswith("_note")}
    answer = await territory.put(TERRITORY, json=asked | {"phone": phone}, headers={"If-Match": '"1"'})
    assert answer.json()["phone"] == kept
    assert (await territory.get(f"{TERRITORY}/file")).json()["territory"].get("phone") == kept


async def test_a_territory_is_created_changed_and_deleted(client):
    asked = DOCUMENT["territory"] | {"id": "Pays d'Azé"}
    made = await client.post("/v1/territories", json=asked, headers={"Idempotency-Key": "k"})
    where = made.headers["location"]
    assert (made.status_code, where) == (201, f"/v1/territories/{quote(asked['id'])}")
    assert (await client.post("/v1/territories", json=asked, headers={"Idempotency-Key": "k"})).status_code == 201
    assert (await client.post("/v1/territories", json=asked)).json()["code"] == "already_there"
    policy = {"hold_seconds": 60, "snp_window": {"saturday_end": "13:00"}}
    saved = await client.put(where, json=asked | {"policy": policy}, headers={"If-Match": made.headers["etag"]})
    assert saved.json()["policy"]["hold_seconds"] == 60
    assert (await client.get(where)).json() == saved.json()
    assert (await client.get("/v1/territories")).json()["items"] == [saved.json()]
    stale = await client.delete(where, headers={"If-Match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert (await client.delete(where, headers={"If-Match": saved.headers["etag"]})).status_code == 204
    assert (await client.get(where)).status_code == 404


async def test_an_edit_of_a_territory_names_its_version_and_is_judged(territory):
    asked, match = DOCUMENT["territory"], {"If-Match": '"1"'}
    assert (await territory.put(TERRITORY, json=asked)).status_code == 428
    assert (await territory.delete(TERRITORY)).status_code == 428
    assert (await territory.delete(TERRITORY, headers={"If-Match": "x"})).status_code == 422
    stale = await territory.put(TERRITORY, json=asked, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    early = await territory.put(TERRITORY, json=asked | {"pdsa_saturday_start": "10:00"}, headers=match)
    assert {code for _, code in faults(early)} == {"template.outside_snp_window"}
    assert faults(await territory.post("/v1/territories", json=asked | {"finess": "1"})) == [
        ("finess", "finess.length")
    ]
    absent = "/v1/territories/absent"
    assert (await territory.put(absent, json=asked | {"id": "absent"}, headers=match)).status_code == 404
    assert (await territory.delete(absent, headers=match)).status_code == 404
    assert (await territory.post(f"{absent}/directory-extracts", content=EXTRACT)).status_code == 404
    assert (await territory.get("/v1/territories?limit=0")).status_code == 422


async def test_a_file_that_leaves_out_whom_a_roster_names_is_refused_with_a_hint(territory, database):
    async with database.transaction() as session:
        place = DOCUMENT["territory"]["id"]
        await stand_in_a_roster(session, place, practitioner="gp-22", practice="cab-quai", template="t01")
    smaller = changed(
        lambda document: document["practitioners"].pop(),
        lambda document: document.update(
            availability_rules=[rule for rule in document["availability_rules"] if rule["practitioner"] != "gp-22"]
        ),
    )
    answer = await territory.put(f"{TERRITORY}/file", content=smaller)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_referred")
    assert answer.json()["ids"] == ["gp-22"]
    assert "`until`" in answer.json()["hint"]


async def test_territories_are_paged_by_id(client):
    for name in ("c", "a", "b"):
        await client.post("/v1/territories", json=DOCUMENT["territory"] | {"id": name})
    first = (await client.get("/v1/territories?limit=2")).json()
    rest = (await client.get(f"/v1/territories?limit=2&cursor={first['next_cursor']}")).json()
    assert [item["id"] for page in (first, rest) for item in page["items"]] == ["a", "b", "c"]
    assert rest["next_cursor"] is None


async def test_communes_are_listed_and_former_ones_resolved(territory):
    listed = (await territory.get(f"{TERRITORY}/communes?limit=200")).json()
    assert [commune["insee"] for commune in listed["items"]] == [row["insee"] for row in DOCUMENT["communes"]]
    for code in ("53014", "53215", "53062"):
        assert (await territory.get(f"/v1/communes/{code}")).json()["insee"] == "53062"
    refused = await territory.get("/v1/communes/53400")
    assert (refused.status_code, refused.json()["errors"][0]["hint"]) == (422, "postal code? Craon is 53084")
    assert faults(refused) == [("insee", "commune.unknown")]
    assert faults(await territory.get("/v1/communes/5306")) == [("insee", "commune.malformed")]


NOWHERE = ("%00", "a" * 65, "a%0Ab", "%20", "%F0%9F%A6%A0", "%ff", "nowhere", "..%2f..")
PATHS = ("", "/file", "/communes", "/practices", "/practitioners/gp-01", "/practitioners.csv")


async def test_a_path_that_leads_nowhere_is_a_clean_refusal(client):
    for path in (f"/v1/territories/{id}{path}" for id in NOWHERE for path in PATHS):
        answer = await client.get(path)
        assert answer.status_code in (404, 422), path
        assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_is_told_or_done_without_the_token(client):
    for method in ("GET", "PUT", "POST", "DELETE"):
        for path in (*PATHS, "/directory-extracts"):
            answer = await client.request(method, f"{TERRITORY}{path}", headers={"Authorization": "Bearer wrong"})
            assert answer.status_code in (401, 405), path

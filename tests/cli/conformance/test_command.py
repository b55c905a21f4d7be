"""`tourderole conformance` over real HTTP: nothing is found in a server that conforms, and in others what is wrong."""

import json
from dataclasses import replace
from datetime import UTC

import pytest
from typer.testing import CliRunner

from service.cli.main import app
from tests.cli.conformance.accounts import Accounts
from tests.cli.conformance.agenda import Agenda, Reply, served
from tests.cli.conformance.answers import ANNE, BRUNO, ps_answer, regulator
from tests.cli.conformance.faults import FAULTS

BOTH = f"{ANNE},{BRUNO}"


def told(*words):
    """The status of the command and its report as JSON."""
    done = CliRunner().invoke(app, ["conformance", *map(str, words), "--json"])
    return done.exit_code, json.loads(done.stdout)


def broken(report):
    return {finding["rule"] for tried in report["tried"] for finding in tried["findings"]}


def against(agenda, *words):
    with served(agenda) as base:
        return told(base, "--rpps", BOTH, *words)


def trying_accounts(accounts):
    with served(Agenda(accounts=accounts)) as base:
        return told(base, "--write-accounts")


def test_nothing_is_found_in_a_server_that_conforms():
    status, report = against(Agenda())
    assert (status, broken(report), report["conforms"]) == (0, set(), True)
    assert len(report["tried"]) > 40
    tried = {rule["id"] for rule in report["rules"] if rule["is_tried"]}
    assert {"BUN-3b", "REQ-1", "REQ-3", "OUT-1", "CAP-1", "SLOT-15", "ORG-4", "LOC-3"} <= tried
    assert not {"REG-1", "APP-1", "REG-9.1"} & tried


@pytest.mark.parametrize("sown", [each for each in FAULTS if each.into == "cpts"][::6], ids=str)
def test_a_fault_that_a_server_sends_is_found(sown):
    def spoil(path, query, reply):
        if "service-type-reference" in query and reply.status == 200 and reply.body["total"] == 2:
            sown.change(reply.body)
        return reply

    status, report = against(Agenda(spoil=spoil), "--cpts")
    assert (status, sown.rule in broken(report)) == (1, True)


def of_searches(change):
    """Of answers to searches that were answered at all."""
    return lambda path, query, reply: change(query, reply) if reply.status == 200 and "Slot" in path else reply


SPOILT = {
    "another media type": (
        "BUN-16",
        of_searches(lambda _, reply: replace(reply, headers={"Content-Type": "text/json"})),
    ),
    "no JSON": ("BUN-16", of_searches(lambda _, reply: replace(reply, body=b"<html>"))),
    "a redirection": ("BUN-16", of_searches(lambda _, reply: Reply(307, {}, {"Location": "/"}))),
    "who is unknown is refused": (
        "BUN-16",
        of_searches(lambda _, reply: reply if reply.body["total"] else Reply(404, {})),
    ),
    "what is past is told": (
        "REQ-3",
        of_searches(lambda _, reply: reply if reply.body["total"] else Reply(200, ps_answer())),
    ),
    "an encoded + is not understood": (
        "BUN-16",
        lambda path, query, reply: Reply(500, {}) if "%2B" in query else reply,
    ),
    "a refusal in words": ("OUT-1", lambda path, query, reply: Reply(400, b"no") if reply.status == 400 else reply),
    "no refusal": ("OUT-1", lambda path, query, reply: Reply(200, ps_answer()) if reply.status == 400 else reply),
    "an outcome that is none": (
        "OUT-1",
        lambda path, query, reply: Reply(400, {"resourceType": "OperationOutcome"}) if reply.status == 400 else reply,
    ),
    "metadata of another FHIR": (
        "CAP-1",
        lambda path, query, reply: Reply(200, {**reply.body, "fhirVersion": "5.0.0"}) if "meta" in path else reply,
    ),
    "a link without query": (
        "BUN-3b",
        of_searches(lambda query, reply: _linked(reply, "http://agenda.test/fhir/Slot")),
    ),
}


def _linked(reply, url):
    reply.body["link"][0]["url"] = url
    return reply


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_wrong_with_an_exchange_is_found(name):
    rule, spoil = SPOILT[name]
    status, report = against(Agenda(spoil=spoil), "--ps")
    assert (status, rule in broken(report)) == (1, True)


def test_what_differs_in_one_spelling_alone_is_found_there():
    def spoil(path, query, reply):
        return _linked(reply, "http://agenda.test/fhir/Slot") if "_format" in query else reply

    status, report = against(Agenda(spoil=spoil), "--ps")
    assert status == 1
    assert {each["name"]: broken({"tried": [each]}) for each in report["tried"] if each["findings"]} == {
        "_format": {"BUN-3b"}
    }


def test_a_fault_of_every_answer_is_told_of_every_answer():
    def spoil(path, query, reply):
        if reply.status == 200 and reply.body.get("total"):
            reply.body["entry"][0]["resource"]["status"] = "busy"
        return reply

    _, report = against(Agenda(spoil=spoil), "--ps")
    assert sum(broken({"tried": [each]}) == {"SLOT-12"} for each in report["tried"]) > 15


def test_a_clock_of_another_zone_is_found():
    """Places of the next hour are in the window or not, as one reads its bounds."""
    with served(Agenda(naive_zone=UTC)) as base:
        day = ps_tomorrow()
        status, report = told(base, "--rpps", BOTH, "--from", f"{day}T09:00:00", "--until", f"{day}T13:59:59")
    assert (status, broken(report)) == (1, {"REQ-1", "SLOT-15"})


def ps_tomorrow():
    answer = Agenda().get(
        "/fhir/Slot", "start=ge2000-01-01&start=le2200-01-01&Practitioner.identifier=" + BOTH, "http://x"
    )
    return answer.body["entry"][0]["resource"]["start"][:10]


def test_that_nobody_has_places_is_no_proof_of_anything():
    with served(Agenda()) as base:
        status, report = told(base, "--rpps", "10000000999")
    assert (status, broken(report)) == (1, {"SEEN-1"})


def test_a_server_that_is_not_there_is_told_of():
    status, report = told("http://127.0.0.1:9/fhir", "--rpps", BOTH, "--ps")
    assert (status, broken(report)) == (1, {"BUN-16"})


def test_accounts_are_tried_when_they_may_be_written_and_left_disabled():
    accounts = Accounts()
    for _ in range(2):
        status, report = trying_accounts(accounts)
        assert (status, broken(report)) == (0, set())
        assert accounts.live() == []
    assert len(accounts.known) > 10


def test_no_account_is_written_without_being_told_to():
    agenda = Agenda()
    against(agenda)
    assert agenda.accounts.known == {}


@pytest.mark.parametrize(
    ("forgets", "rule"),
    [
        ("ids", "REG-9.1"),
        ("location", "REG-9.1"),
        ("uniqueness", "REG-9.2"),
        ("identifier", "REG-9.3"),
        ("name", "REG-9.3"),
        ("telecom", "REG-9.3"),
        ("active", "REG-9.3"),
        ("unknown", "REG-9.5"),
        ("typeid", "REG-9.6"),
        ("reattribution", "REG-9.7"),
    ],
)
def test_what_is_wrong_with_accounts_is_found(forgets, rule):
    status, report = trying_accounts(Accounts(forgets=forgets))
    assert (status, rule in broken(report)) == (1, True)


def test_a_stored_answer_or_a_folder_of_them_is_held_against_the_rules(tmp_path):
    (tmp_path / "answer.json").write_text(json.dumps(ps_answer()))
    (tmp_path / "regulator.json").write_text(json.dumps(regulator()))
    (tmp_path / "other.json").write_text("[]")
    status, report = told("--file", tmp_path)
    assert (status, [each["name"] for each in report["tried"]]) == (0, ["answer.json", "regulator.json"])
    (tmp_path / "answer.json").write_text(json.dumps({**ps_answer(), "type": "collection"}))
    status, report = told(tmp_path / "answer.json")
    assert (status, broken(report)) == (1, {"BUN-1"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say which server"),
        (["http://agenda.test/fhir"], "Say which server"),
        (["http://agenda.test/fhir", "--rpps", "42"], "42: no RPPS number"),
        (["http://agenda.test/fhir", "--rpps", ANNE, "--from", "soon"], "No time, or no zone"),
        (["http://agenda.test/fhir", "--rpps", ANNE, "--zone", "Europe/Craon"], "No time, or no zone"),
        (["https://agenda.test/fhir", "--rpps", ANNE, "--cert", "/nowhere.pem"], "certificates cannot be used"),
        (["http://[/fhir", "--rpps", ANNE], "no address"),
        (["nowhere.json"], "nowhere.json: No such file"),
        (["--file", __file__], "no JSON"),
        (["--file", "x", "--profiles", "/nowhere"], "no profiles there"),
    ],
)
def test_what_was_not_understood_is_said_with_a_status_of_its_own(words, said):
    done = CliRunner().invoke(app, ["conformance", *words])
    assert (done.exit_code, said in done.stderr) == (2, True)


def test_the_report_is_read_by_a_person(tmp_path):
    stored = tmp_path / "slot.json"
    slot = ps_answer()["entry"][0]["resource"]
    stored.write_text(json.dumps({**slot, "status": "busy", "start": "2027-03-02T08:00:00.000Z"}))
    done = CliRunner().invoke(app, ["conformance", str(stored)])
    lines = done.stdout.splitlines()
    assert done.exit_code == 1
    assert "  ✘ SLOT-12  status is free [P K R10]" in lines
    assert "      files, slot.json: Slot.status: busy" in lines
    assert "  ✔ SLOT-2   meta.security is PUBLIC, PRO, SNP or CPTS of TRE_R314" in lines
    assert any(line.startswith("  – nothing to try them on: BUN-*, SCH-*,") for line in lines)
    assert lines[-1] == "DOES NOT CONFORM: 2 rules broken, in 1 of 1 answer"

"""Whoever else is asked for, the same places: who is forgotten is found, and what changes meanwhile is no fault."""

import json
import re

import pytest
from typer.testing import CliRunner

from service.cli.main import app
from tests.cli.conformance.agenda import Agenda, served
from tests.cli.conformance.answers import ANNE, BRUNO

STRANGER = "899999999999"


def broken_by_request(agenda, rpps=f"{ANNE},{BRUNO}", kind="--ps"):
    """The rules that are broken, by the name of the request; only where some are."""
    with served(agenda) as base:
        done = CliRunner().invoke(app, ["conformance", base, "--rpps", rpps, kind, "--json"])
    tried = json.loads(done.stdout)["tried"]
    return {each["name"]: {finding["rule"] for finding in each["findings"]} for each in tried if each["findings"]}


def understanding(change):
    """A server that takes every query for another one, and does not let that be seen in its link."""

    def spoil(path, query, reply):
        if not path.endswith("Slot") or reply.status != 200:
            return reply
        other = Agenda().get(path, change(query), "http://agenda.test")
        other.body["link"] = reply.body["link"]
        return other

    return Agenda(spoil=spoil)


def first_alone(query):
    return re.sub(r"(identifier=[^,&]*?)(,|%2C)[^&]*", r"\1", query)


def last_alone(query):
    return re.sub(r"(identifier=)[^&]*(,|%2C)(%20)?", r"\1", query)


def up_to_the_space(query):
    return re.sub(r",%20[^&]*", "", query)


@pytest.mark.parametrize("kind", ["--ps", "--cpts"])
def test_a_server_that_answers_for_the_first_alone_is_found(kind):
    broken = broken_by_request(understanding(first_alone), f"{BRUNO},{ANNE}" if kind == "--cpts" else f"{ANNE},{BRUNO}")
    assert {"REQ-1"} == broken["identifiers in another order"]
    assert {"REQ-1"} == broken[f"{BRUNO if kind == '--ps' else ANNE} alone"]


def test_a_server_that_answers_for_the_last_alone_is_found():
    broken = broken_by_request(understanding(last_alone))
    assert {"REQ-1"} == broken["identifiers in another order"] == broken[f"{ANNE} alone"]


def test_a_server_that_forgets_somebody_who_is_asked_for_alone_is_found():
    agenda = understanding(lambda query: query if ANNE in query else query.replace(BRUNO, STRANGER))
    assert broken_by_request(agenda) == {f"{BRUNO} alone": {"REQ-1"}}


@pytest.mark.parametrize("rpps", [ANNE, f"{ANNE},{BRUNO}"])
def test_a_server_that_stops_at_a_space_is_found(rpps):
    assert broken_by_request(understanding(up_to_the_space), rpps) == {"a space after the comma": {"REQ-1"}}


def test_whoever_is_asked_for_beyond_the_first_twenty_five_is_held_against_the_answer_for_them():
    nobody = [f"8{number:011d}" for number in range(500, 524)]
    many = ",".join([ANNE, *nobody, BRUNO])
    assert broken_by_request(Agenda(), many) == {}
    agenda = understanding(lambda query: query if "," in query else query.replace(BRUNO, STRANGER))
    assert broken_by_request(agenda, f"{many},{STRANGER}") == {f"{BRUNO} alone": {"REQ-1"}}


@pytest.mark.parametrize("answers", [1, 2, 3, 8])
def test_what_is_booked_between_two_answers_is_no_fault(answers):
    seen = []

    def change(query):
        seen.append(query)
        return query if len(seen) <= answers else query.replace(BRUNO, STRANGER)

    assert broken_by_request(understanding(change)) == {}
    assert len(seen) > 20


@pytest.mark.parametrize("answers", [1, 2, 3, 8])
def test_what_is_opened_between_two_answers_is_no_fault(answers):
    seen = []

    def change(query):
        seen.append(query)
        return query if len(seen) > answers else query.replace(BRUNO, STRANGER)

    assert broken_by_request(understanding(change)) == {}

"""`tourderole repair` and `tourderole what-if`, as a script and a person run them."""

import json

import pytest
from typer.testing import CliRunner

from service.application.solving import read_roster_json
from service.cli.main import app
from tests.territory_documents import REFERENCE
from tests.whole_week import WHOLE_WEEK

EARLY = ("--as-of", "2026-11-30T08:00")
ILL = ("--absent", "gp-05:2026-12-01..2026-12-14")


@pytest.fixture
def territory(tmp_path):
    return written(tmp_path / "territory.json", REFERENCE)


@pytest.fixture
def roster(tmp_path):
    seats = [
        {"template": a.template, "date": a.on.isoformat(), "practice": a.practice, "practitioner": a.practitioner}
        for a in WHOLE_WEEK
    ]
    return written(tmp_path / "roster.json", json.dumps(seats))


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def run(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_repair_prints_the_difference_and_the_roster_as_json(territory, roster, tmp_path):
    told = run("repair", territory, roster, *ILL, *EARLY, "--json")
    assert told.exit_code == 0, told.output
    repair = json.loads(told.stdout)
    assert [seat["template"] for seat in repair["difference"]["removed"]] == ["t09", "t21"]
    assert (repair["difference"]["added"], repair["people"]) == ([], ["gp-05"])
    goals = {goal["name"]: goal for goal in repair["goals"]}
    assert goals["stability"] == {"name": "stability", "before": 0, "after": 2, "bound": 2}
    assert all("bound" in goal for goal in repair["goals"])
    kept = read_roster_json(told.stdout)
    assert kept == tuple(seat for seat in WHOLE_WEEK if seat.practitioner != "gp-05")
    again = run("repair", territory, written(tmp_path / "mended.json", told.stdout), *ILL, *EARLY, "--json")
    assert json.loads(again.stdout)["difference"] == {"added": [], "removed": [], "moved": []}


def test_repair_tells_a_person_who_comes_and_goes(territory, roster):
    said = ("--decline", "gp-01:t01:2026-11-30", "--drop", "t11:2026-12-02", "--closed", "cab-grez:2026-12-02")
    shown = run("repair", territory, roster, *said, *EARLY)
    assert shown.exit_code == 0, shown.output
    for told in ("× Wed 02/12 10:00 (t11)", "× Wed 02/12 11:00 (t15)", "- Mon 30/11 10:00 (t01)", "Morvan", "OPTIMAL"):
        assert told in shown.stdout


def test_repair_says_so_when_nothing_changes(territory, roster):
    shown = run("repair", territory, roster, "--maximum", "gp-05:2", *EARLY)
    assert "Nobody holds another seat than before." in shown.stdout


def test_what_if_solves_the_week_first_when_there_is_no_roster(territory):
    told = run("what-if", territory, "--week", "2026-W49", "--maximum", "gp-01:3", *EARLY, "--json")
    assert told.exit_code == 0, told.output
    tried = json.loads(told.stdout)
    assert [goal["name"] for goal in tried["goals"]][:2] == ["coverage", "fairness_worst"]
    assert tried["goals"][0] == {"name": "coverage", "before": 2, "after": 1, "bound": 1}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (("--absent", "gp-99:2026-12-01"), "changes[0].absence.practitioner"),
        (("--drop", "t11:2026-12-03"), "session.unknown"),
        (("--add", "t11:2026-12-02"), "session.exists"),
        (("--closed", "nowhere:2026-12-02"), "changes[0].rooms_closed.practice"),
        (("--absent", "gp-05"), "--absent"),
        (("--absent", "gp-05:yesterday"), "no date"),
        (("--maximum", "gp-05:many"), "--maximum"),
        (("--as-of", "noon"), "--as-of"),
    ],
)
def test_what_cannot_have_happened_is_refused_by_name(territory, roster, said, code):
    refused = run("repair", territory, roster, *said)
    assert refused.exit_code == 2
    assert code in refused.stderr


def test_a_session_that_has_begun_is_not_dropped(territory, roster):
    refused = run("repair", territory, roster, "--drop", "t01:2026-11-30", "--as-of", "2026-11-30T10:00")
    assert refused.exit_code == 1
    assert "t01" in refused.stderr


def test_a_repair_tells_what_would_fill_what_stays_empty_in_the_language_asked_for(territory, roster):
    told = json.loads(run("repair", territory, roster, *ILL, *EARLY, "--json").stdout)
    assert any(gap["fixes"] for gap in told["gaps"])
    assert {gap["fixes"] is None for gap in told["gaps_before"]} == {True}
    shown = run("repair", territory, roster, *ILL, *EARLY, "--language", "fr").stdout
    assert "→ Le" in shown.replace("\u00a0", " ")
    assert "postes non pourvus × priorité" in shown

"""`tourderole solve` and `tourderole check`, as a script and a person run them."""

import json
import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.application.territory_file.writing import write_territory_file
from service.cli.main import app
from tests.rosters import TANGLED, TANGLED_WEEKS
from tests.territory_documents import PIN, REFERENCE, add, changed, put

WEEK = ("--week", "2026-W49")
TOURDEROLE = str(Path(sys.executable).with_name("tourderole"))


@pytest.fixture
def territory(tmp_path):
    return written(tmp_path / "territory.json", REFERENCE)


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def run(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


@pytest.fixture
def answer(territory):
    return json.loads(run("solve", territory, *WEEK, "--json", "--deterministic").stdout)


def test_solve_prints_the_answer_as_json(answer):
    assert list(answer) == ["outcome", "goals", "assignments", "gaps", "fairness", "baseline", "timings"]
    assert answer["outcome"] == "OPTIMAL"
    proved = {"bound": 2, "gap": 0, "conditional": False, "tolerance": 0, "settled": []}
    assert answer["goals"][0] == {"name": "coverage", "value": 2, **proved}
    assert len(answer["assignments"]) == 27
    assert set(answer["assignments"][0]) == {"template", "date", "practice", "practitioner"}
    assert {(gap["seats"], len({r["practitioner"] for r in gap["reasons"]})) for gap in answer["gaps"]} == {(1, 22)}
    assert set(answer["timings"]) == {"build_s", "first_s", "solve_s", "explain_s"}


def test_the_answer_carries_the_fixes_of_every_gap_with_their_words(answer):
    for fix in (fix for gap in answer["gaps"] for fix in gap["fixes"]):
        assert fix["relaxes"] in {"reach", "consent", "maximum_per_week", "rooms", "consecutive_saturdays"}
        assert fix["added"]
        assert {goal["name"]: goal["after"] - goal["before"] for goal in fix["goals"]}["coverage"] == -1
        assert list(fix["words"]) == ["en", "fr"]
        assert fix["words"]["en"] != fix["words"]["fr"]


def test_the_answer_carries_the_baseline_to_compare_with(answer):
    baseline = answer["baseline"]
    goals = {goal["name"]: goal["value"] for goal in baseline["goals"]}
    assert goals.keys() == {goal["name"] for goal in answer["goals"]}
    assert goals["coverage"] >= answer["goals"][0]["value"]
    assert baseline["empty_seats"] >= 2
    assert len(baseline["fairness"]) == len(answer["fairness"]) == 22


def test_why_is_told_in_words_for_everybody_asked_about(territory, answer):
    [seat] = [each for each in answer["assignments"] if each["template"] == "t11"]
    gap = answer["gaps"][0]
    asked = (f"t11:{seat['date']}", f"t11:{seat['date']}:{seat['practitioner']}", f"{gap['template']}:{gap['date']}")
    why = [part for each in (*asked, f"t11:{seat['date']}:gp-22") for part in ("--why", each)]
    shown = run("solve", territory, *WEEK, "--deterministic", *why).stdout.split("Why\n")[1]
    assert shown.count("10:00-12:00") == 2
    assert f"Nobody holds {gap['template']} on {gap['date']}." in shown
    assert f"gp-22 does not hold t11 on {seat['date']}." in shown
    told = json.loads(run("solve", territory, *WEEK, "--deterministic", *why, "--json").stdout)["whys"]
    assert [each["assignment"] for each in told] == [seat, seat]
    assert told[0]["words"]["fr"].startswith("Dr")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("t11", "form"),
        ("t11:Monday", "no date"),
        ("t11:2026-12-03", "no session"),
        ("t11:2026-12-02:gp-99", "no practitioner"),
        ("t11:2026-12-02:gp-01:x", "form"),
    ],
)
def test_why_is_asked_of_a_session_that_exists(territory, asked, told):
    refused = run("solve", territory, *WEEK, "--why", asked)
    assert refused.exit_code == 2
    assert told in refused.stderr


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("1 seat empty", "of 22 practitioners", "→")),
        ("fr", ("1 poste non pourvu", "sur 22 médecins", "→ Le Dr")),
    ],
)
def test_what_is_said_in_words_follows_the_language(territory, language, told):
    shown = run("solve", territory, *WEEK, "--deterministic", "--language", language).stdout
    plain = shown.replace("\u00a0", " ").replace("\u202f", " ")
    for words in told:
        assert words in plain


def test_solve_prints_a_roster_for_a_person(territory):
    shown = run("solve", territory, *WEEK)
    assert shown.exit_code == 0
    for told in ("Sector CG", "Morvan", "2 seats stay empty", "Fairness", "greedy", "OPTIMAL"):
        assert told in shown.stdout


def test_solve_writes_the_roster_as_a_page_beside_what_it_prints(territory, tmp_path):
    page = tmp_path / "page.html"
    shown = run("solve", territory, *WEEK, "--deterministic", "--seed", "42", "--json", "--html", str(page))
    assert shown.exit_code == 0
    assert json.loads(shown.stdout)["outcome"] == "OPTIMAL"
    html = page.read_text(encoding="utf-8")
    assert "Haut-Anjou" in html
    assert "<dd>42</dd>" in html


@pytest.mark.parametrize("nowhere", ["", "missing/page.html"])
def test_a_page_that_cannot_be_written_is_refused_before_the_search(tmp_path, nowhere):
    unread = written(tmp_path / "unread.json", "{")
    refused = run("solve", unread, *WEEK, "--html", str(tmp_path / nowhere))
    assert refused.exit_code == 2
    assert refused.stderr.startswith(str(tmp_path / nowhere))
    assert "unread" not in refused.stderr


def test_a_page_that_was_there_stays_until_another_is_ready(tmp_path):
    page = tmp_path / "page.html"
    for there in (False, True):
        if there:
            page.write_text("before")
        assert run("solve", "nowhere.json", *WEEK, "--html", str(page)).exit_code == 2
        assert page.exists() == there
    assert page.read_text() == "before"


def test_check_accepts_what_solve_printed(territory, answer, tmp_path):
    roster = written(tmp_path / "roster.json", json.dumps(answer))
    checked = run("check", territory, roster, "--json")
    assert checked.exit_code == 0
    told = json.loads(checked.stdout)
    assert told["breaches"] == []
    counted = {goal["name"]: goal["value"] for goal in told["goals"]}
    assert all(counted[goal["name"]] == goal["value"] for goal in answer["goals"])
    assert len(told["gaps"]) == 2


def test_check_names_the_rules_that_a_roster_breaks_and_fails(territory, tmp_path):
    seat = {"template": "t01", "date": "2026-11-30", "practice": "cab-quai", "practitioner": "gp-01"}
    roster = written(tmp_path / "roster.json", json.dumps([seat, seat | {"practitioner": "nobody"}]))
    checked = run("check", territory, roster)
    assert checked.exit_code == 1
    assert {line.split(" ")[0] for line in checked.stdout.splitlines()} >= {"pledge", "seats", "rooms"}


def test_check_tells_in_french_what_is_broken(territory, tmp_path):
    seat = {"template": "t01", "date": "2026-11-30", "practice": "cab-quai", "practitioner": "gp-03"}
    roster = written(tmp_path / "roster.json", json.dumps([seat]))
    checked = run("check", territory, roster, "--language", "fr")
    assert checked.exit_code == 1
    assert "consent · Dr" in checked.stdout
    assert "n'a rien proposé" in checked.stdout.replace("\n", " ").replace("\u00a0", " ")


def test_a_territory_file_with_faults_is_refused_with_each_of_them(tmp_path):
    faulty = changed(put("practitioners.3.rpps", "123"), put("territory.timezone", "Europe/Craon"))
    refused = run("solve", written(tmp_path / "faulty.json", faulty), *WEEK)
    assert refused.exit_code == 2
    assert "practitioners[3].rpps" in refused.stderr
    assert "territory.timezone" in refused.stderr


@pytest.mark.parametrize("roster", ["{", "{}", '[{"template": "t01"}]', '[{"date": "2026-02-30"}]'])
def test_a_roster_that_cannot_be_read_is_refused(territory, tmp_path, roster):
    assert run("check", territory, written(tmp_path / "roster.json", roster)).exit_code == 2


def test_a_week_that_is_none_and_a_file_that_is_not_there_are_refused(territory):
    assert run("solve", territory, "--week", "2026-54").exit_code == 2
    assert run("solve", "nowhere.json", *WEEK).exit_code == 2


def test_pins_that_contradict_are_named_and_fail(tmp_path):
    pins = [PIN | {"template": template, "practitioner": "gp-02"} for template in ("t01", "t02")]
    contradicting = changed(*(add("pins", pin) for pin in pins))
    path = written(tmp_path / "pins.json", contradicting)
    told = run("solve", path, *WEEK, "--json")
    assert told.exit_code == 1
    answer = json.loads(told.stdout)
    assert (answer["outcome"], answer["assignments"]) == ("INFEASIBLE", None)
    assert {breach["practitioner"] for breach in answer["conflict"]} == {"gp-02"}
    page = tmp_path / "page.html"
    assert run("solve", path, *WEEK, "--html", str(page)).exit_code == 1
    assert "Aucun tableau n’est possible." in page.read_text(encoding="utf-8")


def test_ctrl_c_ends_the_search_and_keeps_the_best_roster_so_far(tmp_path):
    path = written(tmp_path / "tangled.json", write_territory_file(TANGLED))
    command = [TOURDEROLE, "solve", path, *WEEK, "--weeks", str(TANGLED_WEEKS), "--json"]
    seen, terminal = pty.openpty()
    with (
        (tmp_path / "answer.json").open("wb") as printed,
        subprocess.Popen(command, stdout=printed, stderr=terminal, preexec_fn=heed_ctrl_c) as solving,
    ):
        os.close(terminal)
        interrupt_when_shown(b"fairness_worst", seen, solving)
    assert solving.returncode == 0
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert answer["outcome"] == "FEASIBLE"
    assert len(answer["assignments"]) > 100


def heed_ctrl_c() -> None:
    """A shell that runs the tests in the background has them, and what they start, ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def interrupt_when_shown(text: bytes, terminal: int, process: "subprocess.Popen[bytes]") -> None:
    """Press Ctrl-C when the text is on the screen; then watch until the process closes it."""
    shown, is_interrupted = b"", False
    with suppress(OSError), os.fdopen(terminal, "rb", buffering=0) as screen:
        while read := screen.read(4096):
            shown += read
            if text in shown and not is_interrupted:
                process.send_signal(signal.SIGINT)
                is_interrupted = True


def test_who_is_listed_twice_holds_one_seat(territory, tmp_path):
    seat = {"template": "t01", "date": "2026-11-30", "practice": "cab-quai", "practitioner": "gp-01"}
    once, twice = (
        json.loads(run("check", territory, written(tmp_path / f"{n}.json", json.dumps([seat] * n)), "--json").stdout)
        for n in (1, 2)
    )
    assert {breach["rule"] for breach in twice["breaches"]} == {"seats", "rooms"}
    assert twice["goals"] == once["goals"]


def test_sessions_that_do_not_exist_break_no_rule_about_those_that_do(territory, tmp_path):
    seat = {"template": "t01", "date": "2026-11-30", "practice": "cab-quai", "practitioner": "gp-01"}
    roster = [seat, *(seat | {"template": f"x{n}"} for n in range(3))]
    told = json.loads(run("check", territory, written(tmp_path / "r.json", json.dumps(roster)), "--json").stdout)
    assert {(breach["rule"], breach["sessions"][0]["template"]) for breach in told["breaches"]} == {
        ("seats", f"x{n}") for n in range(3)
    }


def test_a_roster_over_years_is_a_wrong_date(territory, tmp_path):
    seat = {"template": "t01", "date": "2026-11-30", "practice": "cab-quai", "practitioner": "gp-01"}
    roster = written(tmp_path / "r.json", json.dumps([seat, seat | {"date": "1926-11-30"}]))
    refused = run("check", territory, roster)
    assert refused.exit_code == 2
    assert "1926-W48" in refused.stderr

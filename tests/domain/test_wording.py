"""Explanations in words: the facts are in them, in both languages, and nothing else is."""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import pytest

from service.domain.answers import Gap, Reason
from service.domain.directory import PractitionerId
from service.domain.gaps import gaps
from service.domain.policy import Goal
from service.domain.rosters import SessionKey, TemplateId
from service.domain.rules import breaches
from service.domain.solving import Breach, Rule
from service.domain.wording import (
    WORDS,
    Language,
    breach_in_words,
    conflict_in_words,
    gap_in_words,
    goal_in_words,
    headline_in_words,
    kept_away_in_words,
    reason_in_words,
    rule_in_words,
)
from service.domain.wording_facts import CASES, SHOWN
from tests import edges_of_persons, edges_of_places, edges_of_time
from tests.edge import Edge
from tests.make import W49, a_pin, a_practice, a_practitioner, a_problem, a_template, open_time

EN, FR = Language.EN, Language.FR
GP_1, GP_2 = PractitionerId("gp-1"), PractitionerId("gp-2")
NO_BREAK, NARROW_NO_BREAK = "\u00a0", "\u202f"
EDGES = (*edges_of_persons.EDGES, *edges_of_places.EDGES, *edges_of_time.EDGES)
CALVEZ = a_practitioner("gp-1", family_name="Calvez")
MORVAN = a_practitioner("gp-2", family_name="Morvan")
PROBLEM = a_problem(
    a_template("t1"),
    a_template("t2", "WED", "18:00-20:00", hosts=["here", "oudon"]),
    practitioners=[CALVEZ, MORVAN],
    practices=[a_practice(name="Cabinet du Quai"), a_practice("oudon", road_km=24, rooms=1, name="MSP de l'Oudon")],
)
MONDAY_GAP = Gap(template=TemplateId("t1"), on=W49.monday, seats=1, reasons=())

ALL_FACTS: Mapping[str, Any] = {
    "session": "10:00-12:00",
    "declared": "08:00-09:00, 14:30-18:00",
    "from": "2026-11-30",
    "until": "2027-01-05",
    "asked": "cpts, snp",
    "pledged": "public",
    "practice": "oudon",
    "practices": "here, oudon",
    "hosts": "here",
    "distance_km": 24.3,
    "maximum_km": 20.0,
    "between_minutes": 15,
    "travel_minutes": 29,
    "rest_minutes": 630,
    "minimum_minutes": 660,
    "half_day": "morning",
    "held": 3,
    "maximum": 2,
    "week": "2026-W49",
    "times": 4,
    "seats": 6,
    "seats_held": 7,
    "rooms": 5,
    "at": "09:30",
    "saturday": "2026-12-05",
    "next": "2026-12-12",
}
"""Every fact that a rule gives, once."""
SENTENCES = {
    Rule.CONSENT: ("offered 08:00-09:00 and 14:30-18:00", "a proposé 8 h – 9 h et 14 h 30 – 18 h", "10:00", "10 h"),
    Rule.ABSENCE: ("Monday 30/11 to Tuesday 05/01", "du lundi 30/11 au mardi 05/01", "away", "absence"),
    Rule.AUDIENCE: ("the health community and the regulation", "la CPTS et la régulation", "public", "public"),
    Rule.VALIDITY: ("Monday 30/11 to Tuesday 05/01/2027 only", "du lundi 30/11 au mardi 05/01", "there", "en exercice"),
    Rule.PLEDGE: ("no pledge", "aucun engagement", "", ""),
    Rule.REACH: ("MSP de l'Oudon is 24.3 km away", "MSP de l'Oudon à 24,3 km", "20 km", "20 km"),
    Rule.HOST: ("MSP de l'Oudon does not host it", "MSP de l'Oudon n'accueille pas", "Quai may", "Quai)"),
    Rule.SEATS: ("6", "6", "seat", "poste"),
    Rule.ONE_PLACE_AT_A_TIME: ("15 min between", "15 min entre", "the road takes 29 min", "la route prend 29 min"),
    Rule.ONE_PER_HALF_DAY: ("that morning", "ce matin-là", "the maximum is 2", "le maximum est 2"),
    Rule.MAXIMUM_PER_DAY: ("that day", "ce jour-là", "the maximum is 2", "le maximum est 2"),
    Rule.MAXIMUM_PER_WEEK: ("that week", "cette semaine-là", "the maximum is 2", "son maximum est 2"),
    Rule.MINIMUM_REST: ("10 h 30 min", "10 h 30 de repos", "the minimum is 11 h", "le minimum est 11 h"),
    Rule.REST_AFTER_DUTY: ("10 h 30 min after a duty", "10 h 30 de repos après une garde", "11 h", "11 h"),
    Rule.CONSECUTIVE_SATURDAYS: ("05/12 and 12/12", "05/12 et 12/12", "Saturdays in a row", "samedis de suite"),
    Rule.ROOMS: ("MSP de l'Oudon has 5 rooms", "MSP de l'Oudon compte 5 salles", "at 09:30", "à 9 h 30"),
    Rule.PINS: ("at MSP de l'Oudon", "(MSP de l'Oudon)", "pin", "épinglée"),
    Rule.FROZEN: ("MSP de l'Oudon", "MSP de l'Oudon", "when it began", "à son début"),
}
"""Of each rule: what has to stand in its sentence, English, French, English, French."""


def plain(text: str) -> str:
    """With spaces that break, to compare."""
    return text.replace(NO_BREAK, " ").replace(NARROW_NO_BREAK, " ")


def facts_of(rule: Rule) -> Mapping[str, Any]:
    """All facts but those that make the sentence one of the rule's other cases."""
    left_out = {"practices", "times"} if rule in (Rule.HOST, Rule.SEATS) else set()
    return {name: fact for name, fact in ALL_FACTS.items() if name not in left_out}


def reason(rule: Rule, practitioner: PractitionerId = GP_2, **facts: Any) -> Reason:
    return Reason(practitioner=practitioner, rule=rule, facts=facts)


def breach(rule: Rule, *keys: SessionKey, practitioner: PractitionerId | None = GP_2, **facts: Any) -> Breach:
    return Breach(rule=rule, practitioner=practitioner, sessions=keys, facts=facts)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_its_sentence_with_its_facts_in_both_languages(rule, language):
    facts = facts_of(rule)
    told = plain(reason_in_words(PROBLEM, Reason(practitioner=GP_2, rule=rule, facts=facts), language))
    broken = plain(breach_in_words(PROBLEM, Breach(rule=rule, practitioner=GP_2, sessions=(), facts=facts), language))
    for expected in SENTENCES[rule][list(Language).index(language) :: 2]:
        assert expected in told
        assert expected in broken
    assert told.startswith("Dr Morvan: " if language is EN else "Dr Morvan : ")
    assert "{" not in told


@pytest.mark.parametrize("edge", [edge for edge in EDGES if edge.breaks], ids=lambda edge: edge.what)
@pytest.mark.parametrize("language", Language)
def test_whatever_rule_is_broken_its_facts_suffice_for_its_sentence(edge: Edge, language):
    for broken in breaches(edge.problem, edge.roster):
        assert set(broken.facts) - {"week", "exists"} <= set(SHOWN)
        told = breach_in_words(edge.problem, broken, language)
        bare = f": {WORDS[language].kept_away[broken.rule]}"
        assert broken.rule is Rule.PLEDGE or not told.split(" — ")[0].endswith(bare)


@pytest.mark.parametrize("language", Language)
def test_no_table_of_a_language_leaves_anything_out(language):
    words = WORDS[language]
    cases = {*Rule, *(f"{rule}.{case}" for rule, named in CASES.items() for case in named)}
    assert set(words.reasons) == set(words.breaches) == cases
    assert set(words.rule_names) == set(words.kept_away) == set(words.fixes) == set(Rule)
    assert set(words.goal_names) == set(words.goal_costs) == set(Goal)
    assert all(getattr(words, field.name) for field in fields(words))
    assert all(rule_in_words(rule, language) for rule in Rule)
    assert all(goal_in_words(goal, language) for goal in Goal)


@pytest.mark.parametrize(
    ("rule", "facts", "english", "french"),
    [
        (Rule.CONSENT, {"session": "10:00-12:00", "declared": "nothing"}, "offered nothing", "n'a rien proposé"),
        (Rule.ABSENCE, {"from": "2026-11-30"}, "no return known", "sans date de retour"),
        (Rule.ABSENCE, {"from": "2026-11-30", "until": "2026-11-30"}, "away on Monday 30/11", "absence le lundi 30/11"),
        (Rule.VALIDITY, {"from": "2027-02-01"}, "there from Monday 01/02/2027 only", "à partir du lundi 01/02/2027"),
        (Rule.VALIDITY, {"until": "2026-10-02"}, "there until Friday 02/10 only", "jusqu'au vendredi 02/10 seulement"),
        (Rule.REACH, {"practice": "oudon", "maximum_km": 20}, "no road is known to MSP", "aucune route connue"),
        (Rule.HOST, {"practices": "here, oudon"}, "Cabinet du Quai and MSP", "Cabinet du Quai et MSP"),
        (Rule.SEATS, {"times": 2}, "already holds a seat of it", "déjà sur cette plage"),
        (Rule.ONE_PLACE_AT_A_TIME, {"between_minutes": -60, "travel_minutes": 0}, "same time", "à la même heure"),
        (Rule.REST_AFTER_DUTY, {"rest_minutes": -1}, "on duty at the same time", "de garde à la même heure"),
        (Rule.PINS, {}, "the pin is not kept", "l'affectation épinglée n'est pas respectée"),
        (Rule.PINS, {"exists": 0}, "a session that does not exist", "une plage qui n'existe pas"),
        (Rule.FROZEN, {"practice": "here", "held": 1}, "held it when it began", "était sur la plage à son début"),
    ],
)
def test_a_rule_says_what_its_facts_say_and_no_more(rule, facts, english, french):
    told = Reason(practitioner=GP_2, rule=rule, facts=facts)
    assert english in reason_in_words(PROBLEM, told, EN)
    assert french in plain(reason_in_words(PROBLEM, told, FR))


def test_a_reason_counts_what_is_held_already_and_a_breach_all_that_is_held():
    facts: Mapping[str, Any] = {"week": "2026-W49", "held": 2, "maximum": 1}
    one = reason(Rule.MAXIMUM_PER_WEEK, **facts)
    assert reason_in_words(PROBLEM, one, EN) == "Dr Morvan: 1 session that week, the maximum is 1"
    assert plain(reason_in_words(PROBLEM, one, FR)) == "Dr Morvan : 1 plage cette semaine-là, son maximum est 1"
    two = breach(Rule.MAXIMUM_PER_WEEK, SessionKey(TemplateId("t1"), W49.monday), **facts)
    assert breach_in_words(PROBLEM, two, EN) == (
        "Dr Morvan: 2 sessions that week, the maximum is 1 — Monday 30/11, 10:00-12:00, Cabinet du Quai"
    )


def test_none_is_plural_in_english_and_singular_in_french():
    none = reason(Rule.MAXIMUM_PER_DAY, held=1, maximum=0)
    assert "0 sessions that day" in reason_in_words(PROBLEM, none, EN)
    assert "0 plage ce jour-là" in reason_in_words(PROBLEM, none, FR)


def test_declared_times_that_touch_are_said_as_one():
    told = reason(Rule.CONSENT, session="18:00-20:00", declared="08:00-12:30, 12:30-18:00")
    assert reason_in_words(PROBLEM, told, EN) == "Dr Morvan: offered 08:00-18:00 that day, not 18:00-20:00"


def test_french_does_not_break_a_line_before_a_double_sign_or_within_a_measure():
    told = reason_in_words(PROBLEM, reason(Rule.REST_AFTER_DUTY, rest_minutes=90, minimum_minutes=660), FR)
    assert f"Dr{NO_BREAK}Morvan{NO_BREAK}: " in told
    assert f"1{NO_BREAK}h{NO_BREAK}30 de" in told
    conflict = [breach(Rule.PINS, *PROBLEM.session_at)]
    assert f"Quai{NARROW_NO_BREAK}; mercredi" in conflict_in_words(PROBLEM, conflict, FR)


def test_what_the_problem_does_not_know_keeps_its_id():
    nobody = reason(Rule.REACH, PractitionerId("gp-9"), practice="nowhere", distance_km=30.0, maximum_km=20)
    assert reason_in_words(PROBLEM, nobody, EN) == "gp-9: nowhere is 30 km away, the limit is 20 km"
    gap = replace(MONDAY_GAP, template=TemplateId("t9"))
    assert headline_in_words(PROBLEM, gap, EN) == "Monday 30/11, t9: 1 seat empty"


def test_a_fact_that_is_missing_is_not_made_up():
    assert reason_in_words(PROBLEM, reason(Rule.MAXIMUM_PER_WEEK), EN) == "Dr Morvan: at the maximum of the week"


@pytest.mark.parametrize(
    ("given_name", "told"),
    [("Paul", "Dr Anne Calvez: made no pledge"), ("Anne", "Dr Anne Calvez (gp-1): made no pledge")],
)
def test_namesakes_are_told_apart(given_name, told):
    namesake = replace(MORVAN, family_name="Calvez", given_name=given_name)
    problem = a_problem(practitioners=[CALVEZ, namesake])
    assert reason_in_words(problem, reason(Rule.PLEDGE, GP_1), EN) == told


def test_a_gap_says_when_and_where_and_whom_each_rule_keeps_away():
    people = [CALVEZ, MORVAN, *(a_practitioner(f"gp-{n}") for n in (3, 4, 5, 6))]
    problem = a_problem(practitioners=people, rules=[open_time("gp-1"), open_time("gp-2", hours="08:00-10:00")])
    (gap,) = gaps(problem, [])
    told = "Monday 30/11, 10:00-12:00, Cabinet here: 1 seat empty"
    assert headline_in_words(problem, gap, EN) == told
    assert gap_in_words(problem, gap, EN) == (
        f"{told}. Of 6 practitioners: 5 did not offer that time; Dr Calvez could take it as things stand."
    )
    assert plain(gap_in_words(problem, gap, FR)) == (
        "Lundi 30/11, 10 h – 12 h, Cabinet here : 1 poste non pourvu. "
        "Sur 6 médecins : 5 sans disponibilité à cet horaire ; Dr Calvez en mesure de prendre la plage en l'état."
    )


def test_whom_a_rule_keeps_away_is_said_by_name_where_they_are_few_and_once():
    twice = [reason(Rule.ABSENCE, GP_1), reason(Rule.REACH, GP_1), reason(Rule.REACH), reason(Rule.REACH)]
    assert dict(kept_away_in_words(PROBLEM, twice, EN)) == {
        Rule.REACH: "Dr Calvez and Dr Morvan too far",
        Rule.ABSENCE: "Dr Calvez away",
    }


def test_a_conflict_tells_every_rule_that_the_pins_break():
    problem = replace(PROBLEM, file=replace(PROBLEM.file, pins=(a_pin(practitioner="gp-2"),)))
    key = SessionKey(TemplateId("t1"), W49.monday)
    broken = [breach(Rule.PLEDGE, key), breach(Rule.SEATS, key, practitioner=None, seats=1, seats_held=2)]
    monday = "Monday 30/11, 10:00-12:00, Cabinet du Quai"
    assert conflict_in_words(problem, broken, EN) == (
        f"No roster keeps every pin. Dr Morvan: made no pledge — {monday}. 2 holders for 1 seat — {monday}."
    )
    assert plain(conflict_in_words(problem, broken, FR)).startswith("Aucun tour de rôle ne respecte toutes")
    assert conflict_in_words(problem, [], EN) == "Nothing is in conflict"

"""Fixes and reasons why in words: what is to be done, who moves besides, what it costs."""

from dataclasses import replace

import pytest

from service.domain.answers import Fix, Gap, GoalChange, Reason, Why
from service.domain.availability import Level
from service.domain.directory import PracticeId, PractitionerId
from service.domain.policy import Goal
from service.domain.rosters import Assignment, TemplateId
from service.domain.solving import Rule
from service.domain.wording import WORDS, Language, fix_in_words, rule_in_words, why_in_words
from tests.make import W49, a_practice, a_practitioner, a_problem, a_template, day, seat

EN, FR = Language.EN, Language.FR
WEDNESDAY = day("WED")
PROBLEM = a_problem(
    a_template("t1"),
    a_template("t2", "WED", "18:00-20:00", hosts=["here", "oudon"]),
    practitioners=[
        a_practitioner("gp-1", family_name="Calvez", max_sessions_per_week=1),
        a_practitioner("gp-2", family_name="Morvan"),
    ],
    practices=[a_practice(name="Cabinet du Quai"), a_practice("oudon", road_km=24, rooms=1, name="MSP de l'Oudon")],
)
MONDAY_GAP = Gap(template=TemplateId("t1"), on=W49.monday, seats=1, reasons=())
WEDNESDAY_GAP = Gap(template=TemplateId("t2"), on=WEDNESDAY, seats=1, reasons=())
AT_OUDON = seat("t2", WEDNESDAY, practice="oudon")
HERE_BY_MORVAN = seat("t1", practitioner="gp-2")


def changes(**goals: tuple[int, int]) -> tuple[GoalChange, ...]:
    return tuple(GoalChange(name=Goal(name), before=before, after=after) for name, (before, after) in goals.items())


def a_fix(
    relaxes: Rule,
    *added: Assignment,
    removed: tuple[Assignment, ...] = (),
    practitioner: str | None = "gp-1",
    practice: str | None = None,
    **goals: tuple[int, int],
) -> Fix:
    return Fix(
        relaxes=relaxes,
        practitioner=PractitionerId(practitioner) if practitioner else None,
        practice=PracticeId(practice) if practice else None,
        added=added,
        removed=removed,
        goals=changes(**goals),
    )


def plain(text: str) -> str:
    """With spaces that break, to compare."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("rule", Rule)
def test_every_rule_can_be_said_to_give_way(rule, language):
    by_practice = rule in (Rule.ROOMS, Rule.HOST)
    whose = {"practitioner": None, "practice": "oudon"} if by_practice else {"practitioner": "gp-1"}
    told = plain(fix_in_words(PROBLEM, WEDNESDAY_GAP, a_fix(rule, AT_OUDON, **whose), language))
    assert "{" not in told
    assert WORDS[language].relaxed_once.format(rule=rule_in_words(rule, language)) not in told
    assert told.count("Dr Calvez") == 1
    assert "MSP de l'Oudon" in told
    assert told.endswith(": no cost" if language is EN else " : sans coût")


def test_one_session_more_says_the_maximum_and_the_cost():
    one_more = a_fix(Rule.MAXIMUM_PER_WEEK, seat(), coverage=(1, 0), fairness_worst=(79, 120), wishes=(4, 3))
    assert fix_in_words(PROBLEM, MONDAY_GAP, one_more, EN) == (
        "Dr Calvez takes a second session that week (maximum 1): +41 min on the worst balance, −1 point against wishes"
    )
    assert plain(fix_in_words(PROBLEM, MONDAY_GAP, one_more, FR)) == (
        "Le Dr Calvez prend une deuxième plage cette semaine-là (maximum 1) : "
        "+41 min sur le solde le plus élevé, −1 point contre les souhaits"
    )


def test_a_room_more_says_where_and_who_is_in_it():
    room = a_fix(Rule.ROOMS, AT_OUDON, practitioner=None, practice="oudon", coverage=(1, 0))
    assert fix_in_words(PROBLEM, WEDNESDAY_GAP, room, EN) == (
        "A second room at MSP de l'Oudon on Wednesday 02/12 (held by Dr Calvez): no cost"
    )
    assert plain(fix_in_words(PROBLEM, WEDNESDAY_GAP, room, FR)) == (
        "Une deuxième salle le mercredi 02/12 (MSP de l'Oudon), occupée par le Dr Calvez : sans coût"
    )


def test_a_room_more_for_somebody_who_gives_way_too_is_said_once():
    fix = replace(a_fix(Rule.MAXIMUM_PER_WEEK, AT_OUDON, practice="oudon", fairness_worst=(0, 60)), also=(Rule.ROOMS,))
    assert plain(fix_in_words(PROBLEM, WEDNESDAY_GAP, fix, EN)) == (
        "Dr Calvez takes a second session that week (maximum 1), at MSP de l'Oudon"
        " and a second room at MSP de l'Oudon on Wednesday 02/12: +60 min on the worst balance"
    )
    assert plain(fix_in_words(PROBLEM, WEDNESDAY_GAP, fix, FR)) == (
        "Le Dr Calvez prend une deuxième plage cette semaine-là (maximum 1), MSP de l'Oudon"
        " et une deuxième salle le mercredi 02/12 (MSP de l'Oudon) : +60 min sur le solde le plus élevé"
    )


def test_going_farther_says_how_far_and_the_limit():
    farther = a_fix(Rule.REACH, AT_OUDON, travel=(0, 48))
    assert fix_in_words(PROBLEM, WEDNESDAY_GAP, farther, EN) == (
        "Dr Calvez goes to MSP de l'Oudon (24 km, limit 20 km): +48 km of travel"
    )
    assert plain(fix_in_words(PROBLEM, WEDNESDAY_GAP, farther, FR)) == (
        "Le Dr Calvez accepte 24 km de route (MSP de l'Oudon, limite 20 km) : +48 km de route"
    )


def test_time_offered_is_said_by_day_hours_and_place():
    offered = a_fix(Rule.CONSENT, seat(), wishes=(4, 3))
    assert fix_in_words(PROBLEM, MONDAY_GAP, offered, EN) == (
        "Dr Calvez offers Monday 30/11, 10:00-12:00, Cabinet du Quai: no cost (−1 point against wishes)"
    )


def test_who_moves_besides_is_said():
    moved = a_fix(Rule.MAXIMUM_PER_WEEK, seat(), seat("t2", WEDNESDAY, "gp-2", "oudon"), removed=(HERE_BY_MORVAN,))
    assert fix_in_words(PROBLEM, WEDNESDAY_GAP, moved, EN) == (
        "Dr Calvez takes a second session that week (maximum 1); "
        "Dr Morvan takes the empty seat, at MSP de l'Oudon; "
        "Dr Calvez replaces Dr Morvan on Monday 30/11, 10:00-12:00, Cabinet du Quai: no cost"
    )
    assert "le Dr Calvez remplace le Dr Morvan sur la plage du lundi" in plain(
        fix_in_words(PROBLEM, WEDNESDAY_GAP, moved, FR)
    )


@pytest.mark.parametrize(
    ("added", "removed", "told"),
    [
        ((seat(),), (), "Dr Calvez takes Monday 30/11, 10:00-12:00, Cabinet du Quai"),
        ((), (seat(),), "Dr Calvez gives up Monday 30/11, 10:00-12:00, Cabinet du Quai"),
        (
            (seat(practice="oudon"),),
            (seat(),),
            "Dr Calvez holds Monday 30/11, 10:00-12:00, MSP de l'Oudon in place of Cabinet du Quai",
        ),
    ],
)
def test_a_seat_besides_the_gap_is_taken_given_up_or_moved(added, removed, told):
    besides = a_fix(Rule.PLEDGE, seat("t2", WEDNESDAY, "gp-2", "oudon"), *added, practitioner="gp-2", removed=removed)
    assert told in fix_in_words(PROBLEM, WEDNESDAY_GAP, besides, EN)


def test_a_rule_relaxed_for_nobody_that_is_known_is_named():
    unknown = a_fix(Rule.MAXIMUM_PER_WEEK, seat(practitioner="gp-9"), practitioner="gp-9")
    assert fix_in_words(PROBLEM, MONDAY_GAP, unknown, EN) == (
        "The rule “maximum per week” is relaxed once; gp-9 takes the empty seat: no cost"
    )
    assert plain(fix_in_words(PROBLEM, MONDAY_GAP, unknown, FR)) == (
        "La règle « maximum par semaine » est assouplie une fois ; le gp-9 prend le poste vide : sans coût"
    )


@pytest.mark.parametrize(
    ("goal", "english", "french"),
    [
        (Goal.COVERAGE, "+2 on empty seats × priority", "+2 sur les postes non pourvus × priorité"),
        (Goal.FAIRNESS_WORST, "+2 min on the worst balance", "+2 min sur le solde le plus élevé"),
        (Goal.FAIRNESS_WORST_UNLOVED, "+2 min on the worst balance of unloved hours", "en heures impopulaires"),
        (Goal.FAIRNESS_SUM, "+2 min on the sum of imbalances", "+2 min sur la somme des écarts"),
        (Goal.STABILITY, "+2 changes to what was published", "+2 changements par rapport au tour publié"),
        (Goal.WISHES, "+2 points against wishes", "+2 points contre les souhaits"),
        (Goal.ACCESS, "+2 thousand person-minutes", "+2 milliers de minutes-habitants"),
        (Goal.ROTATION, "+2 hundredths of a session out of turn", "+2 centièmes de plage hors tour"),
        (Goal.TRAVEL, "+2 km of travel", "+2 km de route"),
    ],
)
def test_a_cost_is_in_the_unit_of_its_goal(goal, english, french):
    costly = replace(a_fix(Rule.CONSENT, seat()), goals=(GoalChange(name=goal, before=5, after=7),))
    assert english in fix_in_words(PROBLEM, MONDAY_GAP, costly, EN)
    assert french in plain(fix_in_words(PROBLEM, MONDAY_GAP, costly, FR))


def a_why(*goals: GoalChange, next: Assignment | None = HERE_BY_MORVAN, reasons: tuple[Reason, ...] = ()) -> Why:
    return Why(assignment=seat(), level=Level.PREFERRED, next=next, goals=goals, reasons=reasons)


@pytest.mark.parametrize(
    ("level", "english", "french"),
    [
        (Level.PREFERRED, "prefers that time", "préfère cet horaire"),
        (Level.AVAILABLE, "is available at that time", "est disponible à cet horaire"),
        (Level.AVOID, "would rather avoid that time", "préférerait éviter cet horaire"),
    ],
)
def test_who_holds_a_seat_is_said_with_how_welcome_it_is(level, english, french):
    why = replace(a_why(), level=level)
    told = (
        f"Dr Calvez, Monday 30/11, 10:00-12:00, Cabinet du Quai: {english}. Giving it to Dr Morvan would cost nothing."
    )
    assert why_in_words(PROBLEM, why, EN) == told
    assert f"Dr Calvez, lundi 30/11, 10 h – 12 h, Cabinet du Quai : {french}." in plain(why_in_words(PROBLEM, why, FR))


def test_what_the_next_would_cost_is_said_with_the_place_if_it_is_another():
    dearer = a_why(*changes(fairness_worst=(79, 120), wishes=(4, 3)))
    assert "to Dr Morvan would cost +41 min on the worst balance, −1 point" in why_in_words(PROBLEM, dearer, EN)
    assert "Confier la plage au Dr Morvan coûterait +41 min" in plain(why_in_words(PROBLEM, dearer, FR))
    cheaper = a_why(*changes(wishes=(4, 3)), next=seat("t1", practitioner="gp-2", practice="oudon"))
    assert "to Dr Morvan (MSP de l'Oudon) would cost nothing (−1 point against wishes)." in why_in_words(
        PROBLEM, cheaper, EN
    )


def test_that_nobody_else_could_take_a_seat_is_said_with_the_rules_that_forbid_it():
    away = Reason(practitioner=PractitionerId("gp-2"), rule=Rule.ABSENCE, facts={})
    assert why_in_words(PROBLEM, a_why(next=None, reasons=(away,)), EN).endswith(
        ". Nobody else could lawfully take it: of the 1 other, Dr Morvan away."
    )
    assert plain(why_in_words(PROBLEM, a_why(next=None, reasons=(away,)), FR)).endswith(
        ". Personne d'autre ne peut la prendre dans les règles : sur 1 autre médecin, Dr Morvan en absence déclarée."
    )
    assert why_in_words(PROBLEM, a_why(next=None), EN).endswith(". Nobody else could lawfully take it.")

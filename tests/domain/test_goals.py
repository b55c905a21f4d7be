"""Goal values, counted by hand."""

from dataclasses import replace

import pytest

from service.domain.calendar import Weekday
from service.domain.directory import Insee
from service.domain.goals import GOALS, goal_values
from service.domain.policy import AccessFloor, Goal, Policy, ReachWeights
from service.domain.rosters import Modality
from tests.make import (
    W49,
    a_burden,
    a_commune,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    day,
    open_time,
    seat,
)

TUESDAY = day("TUE")
PEOPLE = (a_practitioner("gp-1"), a_practitioner("gp-2"))


def value(goal, problem, *roster):
    return GOALS[goal](problem, roster)


def test_coverage_counts_empty_seats_by_priority():
    problem = a_problem(a_template("t1", seats=2, priority=3), a_template("t2", "TUE"), practitioners=PEOPLE)
    assert value(Goal.COVERAGE, problem) == 7
    assert value(Goal.COVERAGE, problem, seat("t1"), seat("t2", TUESDAY)) == 3


def test_the_worst_balance_is_the_largest_and_may_be_below_nothing():
    problem = a_problem(a_template("t1"), a_template("t2", "TUE", "18:00-20:00"), practitioners=PEOPLE)
    assert value(Goal.FAIRNESS_WORST, problem) == -120
    assert value(Goal.FAIRNESS_WORST, problem, seat("t1"), seat("t2", TUESDAY)) == 120
    assert value(Goal.FAIRNESS_WORST_UNLOVED, problem, seat("t1"), seat("t2", TUESDAY)) == 60


def test_nobody_with_a_share_means_no_worst_balance():
    assert value(Goal.FAIRNESS_WORST, a_problem(practitioners=[a_practitioner(pledge=None)])) == 0


def test_the_sum_takes_balances_above_and_below_of_all_and_of_unloved_minutes():
    problem = a_problem(
        a_template("t1", hours="18:00-20:00"), practitioners=PEOPLE, burden_history=(a_burden(10, "gp-2", "evening"),)
    )
    assert value(Goal.FAIRNESS_SUM, problem, seat("t1")) == (60 + 50) * 2


def test_stability_counts_triples_on_one_side_only_whatever_the_practice():
    published = (seat("t1", practitioner="gp-1"), seat("t2", TUESDAY, "gp-1"))
    problem = a_problem(a_template("t1"), a_template("t2", "TUE"), practitioners=PEOPLE, published=published)
    assert value(Goal.STABILITY, problem, seat("t1", practice="elsewhere"), seat("t2", TUESDAY, "gp-2")) == 2


@pytest.mark.parametrize(("level", "penalty"), [("preferred", 0), ("available", 1), ("avoid", 3)])
def test_a_wish_not_met_costs_by_its_level(level, penalty):
    assert value(Goal.WISHES, a_problem(rules=[open_time(level=level)]), seat()) == penalty


def test_each_session_short_of_a_weekly_minimum_costs_three():
    problem = a_problem(practitioners=[a_practitioner(min_sessions_per_week=2)], rules=[open_time()], weeks=2)
    assert value(Goal.WISHES, problem, seat()) == 1 + 3 + 6


def rotating(number_of_templates, hosts=("here", "near", "far")):
    templates = [
        a_template(f"t{n}", weekday, hosts=hosts)
        for n, weekday in zip(range(1, number_of_templates + 1), ("MON", "TUE", "WED", "THU"), strict=False)
    ]
    return a_problem(*templates, practices=[a_practice(), a_practice("near", road_km=1), a_practice("far", road_km=9)])


@pytest.mark.parametrize(
    ("practices", "penalty"),
    [
        ([], 0),
        (["here"], 67 + 33 + 33),
        (["here", "near"], 33 + 33 + 67),
        (["here", "near", "far"], 0),
        (["here", "here", "near"], 100 + 0 + 100),
        (["here", "here", "here", "here"], 267 + 133 + 133),
    ],
)
def test_rotation_is_the_distance_of_hosts_from_their_turn_in_hundredths(practices, penalty):
    days = [day(weekday) for weekday in ("MON", "TUE", "WED", "THU")]
    roster = [seat(f"t{n}", days[n - 1], practice=practice) for n, practice in enumerate(practices, start=1)]
    assert value(Goal.ROTATION, rotating(4), *roster) == penalty


def test_halves_of_hundredths_go_up_and_templates_with_the_same_set_of_hosts_are_one_group():
    hosts = [f"p{n}" for n in range(8)]
    templates = (a_template("t1", hosts=hosts), a_template("t2", "TUE", hosts=hosts[::-1]))
    problem = a_problem(*templates, practices=[a_practice(), *(a_practice(host) for host in hosts)])
    assert value(Goal.ROTATION, problem, seat(practice="p0")) == 88 + 7 * 13
    assert value(Goal.ROTATION, problem, seat(practice="p0"), seat("t2", TUESDAY, practice="p1")) == 2 * 75 + 6 * 25


def test_two_seats_of_a_session_are_one_turn():
    problem = a_problem(
        a_template(hosts=["here", "near"], seats=2), practices=[a_practice(), a_practice("near")], practitioners=PEOPLE
    )
    assert value(Goal.ROTATION, problem, seat(), seat(practitioner="gp-2")) == 50 + 50


def access(*roster, modality=Modality.IN_PERSON):
    """Two half-days asked; 1 000 people here and 2 000 people 25 km, half an hour, away."""
    templates = (a_template("t1", modality=modality), a_template("t2", hours="14:00-16:00", hosts=["far"]))
    communes = (a_commune(population=1000), a_commune(road_km=25, population=2000))
    practices = [a_practice(), a_practice("far", road_km=500)]
    return value(Goal.ACCESS, a_problem(*templates, communes=communes, practices=practices), *roster)


def test_access_is_the_way_to_the_nearest_session_in_person_an_hour_at_most():
    assert access() == 2 * (60 + 2 * 60)
    assert access(seat("t1")) == 0 + 2 * 30 + 60 + 2 * 60
    assert access(seat("t1"), seat("t2", practice="far")) == 0 + 2 * 30 + 60 + 2 * 60
    assert access(seat("t1"), modality=Modality.TELE) == 2 * (60 + 2 * 60)


def test_travel_is_there_and_back_rounded_once():
    templates = (a_template("t1", hosts=["near"]), a_template("t2", "TUE", hosts=["near"]))
    problem = a_problem(*templates, practices=[a_practice(), a_practice("near", road_km=0.6)])
    roster = seat("t1", practice="near"), seat("t2", TUESDAY, practice="near")
    assert value(Goal.TRAVEL, problem, *roster[:1]) == 1
    assert value(Goal.TRAVEL, problem, *roster) == 2


def test_values_come_in_the_order_of_the_policy():
    policy = Policy(access_floor=AccessFloor(minutes=20, half_days_per_week=1))
    assert list(goal_values(a_problem(week=W49, policy=policy, published=[seat("t1")]), [])) == list(Goal)


def test_where_nothing_is_published_and_no_floor_is_set_neither_is_counted():
    assert set(Goal) - set(goal_values(a_problem(week=W49), [seat("t1")])) == {Goal.STABILITY, Goal.ACCESS_FLOOR}


@pytest.mark.parametrize(("road_km", "half_days", "missing"), [(16.6, 2, 1), (16.7, 2, 2), (16.6, 1, 0)])
def test_a_half_day_counts_for_a_commune_from_which_the_road_is_short_enough(road_km, half_days, missing):
    policy = Policy(access_floor=AccessFloor(minutes=20, half_days_per_week=half_days))
    problem = a_problem(communes=(a_commune(road_km=road_km),), policy=policy)
    assert GOALS[Goal.ACCESS_FLOOR](problem, [seat("t1")]) == missing


def two_sectors(near_sessions, **policy):
    """Everybody has one session of two hours at hand, those of sector S some more."""
    communes = (a_commune(), replace(a_commune(road_km=60), insee=Insee("53002"), sector="F"))
    near = [a_template(f"t{number}", weekday) for number, weekday in zip(range(near_sessions), Weekday, strict=False)]
    far = a_template("far", "SAT", hosts=["far"], sector="F")
    places = [a_practice(), a_practice("far", road_km=60)]
    return a_problem(*near, far, communes=communes, practices=places, policy=Policy(**policy))


@pytest.mark.parametrize(("near_sessions", "weight"), [(1, 1), (2, 2), (6, 5)])
def test_an_empty_seat_weighs_more_where_inhabitants_have_less_within_reach(near_sessions, weight):
    problem = two_sectors(near_sessions, coverage_by_reach=ReachWeights(most=5))
    assert value(Goal.COVERAGE, problem) == near_sessions + weight


def test_sectors_weigh_the_same_unless_the_policy_says_otherwise():
    assert value(Goal.COVERAGE, two_sectors(6)) == 7

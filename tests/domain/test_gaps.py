"""Empty seats: for everybody the rules in the way, and nobody without a reason who cannot."""

from service.domain.gaps import gaps
from service.domain.solving import Rule
from tests.make import a_practice, a_practitioner, a_problem, a_template, an_absence, day, open_time, seat


def reasons(problem, *roster):
    (gap,) = gaps(problem, roster)
    return [(reason.practitioner, reason.rule) for reason in gap.reasons]


def test_a_filled_session_is_no_gap_and_missing_seats_are_counted():
    problem = a_problem(a_template(seats=3), practitioners=[a_practitioner(f"gp-{n}") for n in (1, 2, 3)])
    (gap,) = gaps(problem, [seat()])
    assert (gap.template, gap.on, gap.seats) == ("t1", day("MON"), 2)
    assert gaps(problem, [seat(practitioner=f"gp-{n}") for n in (1, 2, 3)]) == ()


def test_who_could_take_the_seat_has_no_reason_not_to():
    assert reasons(a_problem()) == []


def test_everybody_else_has_each_rule_in_the_way():
    problem = a_problem(
        practitioners=[a_practitioner("gp-1"), a_practitioner("gp-2"), a_practitioner("gp-3", pledge=None)],
        rules=[open_time("gp-1"), open_time("gp-3")],
        absences=(an_absence(day("MON"), None, "gp-1"), an_absence(day("MON"), None, "gp-2")),
    )
    assert reasons(problem) == [
        ("gp-1", Rule.ABSENCE),
        ("gp-2", Rule.CONSENT),
        ("gp-2", Rule.ABSENCE),
        ("gp-3", Rule.PLEDGE),
    ]


def test_reasons_come_with_the_facts_and_from_the_roster_as_it_stands():
    templates = (a_template("t1"), a_template("t2", "TUE"))
    problem = a_problem(*templates, practitioners=[a_practitioner(max_sessions_per_week=1)])
    (gap,) = gaps(problem, [seat("t1")])
    (reason,) = gap.reasons
    assert (reason.rule, reason.facts) == (
        Rule.MAXIMUM_PER_WEEK,
        {"week": "2026-W49", "held": 2, "maximum": 1},
    )


def test_of_several_hosts_the_one_with_least_against_it_counts():
    practices = [a_practice(rooms=1), a_practice("far", road_km=90), a_practice("full", road_km=1, rooms=1)]
    templates = (a_template("t1", hosts=["far", "full"]), a_template("t2", hosts=["full"]))
    problem = a_problem(*templates, practitioners=[a_practitioner(), a_practitioner("gp-2")], practices=practices)
    assert reasons(problem, seat("t2", practitioner="gp-2", practice="full")) == [
        ("gp-1", Rule.REACH),
        ("gp-2", Rule.REACH),
        ("gp-2", Rule.ONE_PLACE_AT_A_TIME),
        ("gp-2", Rule.ONE_PER_HALF_DAY),
    ]


def test_a_session_that_has_its_host_stays_there():
    practices = [a_practice(), a_practice("far", road_km=90)]
    people = [a_practitioner(), a_practitioner("gp-2", home_practice="far")]
    problem = a_problem(a_template(hosts=["here", "far"], seats=2), practitioners=people, practices=practices)
    assert reasons(problem, seat()) == [("gp-1", Rule.SEATS), ("gp-2", Rule.REACH)]


def test_what_was_broken_before_is_nobodys_reason():
    problem = a_problem(a_template("t1"), a_template("t2", "TUE"), practitioners=[a_practitioner(pledge=None)])
    broken = seat("t1", practitioner="nobody")
    assert [gap.template for gap in gaps(problem, [broken])] == ["t2"]
    assert reasons(problem, broken) == [("gp-1", Rule.PLEDGE)]

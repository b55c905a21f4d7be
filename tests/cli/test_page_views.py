"""What the page of a roster shows, before it is written as HTML: true to the answer, part by part."""

from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import pi

import pytest

from service.cli.page.empty_seats import empty_seats
from service.cli.page.fairness_bars import Scale
from service.cli.page.grid import Filled, week_grids
from service.cli.page.heading import heading
from service.cli.page.people_grid import people_grids
from service.cli.page.proof import proof_rows
from service.cli.page.territory_map import TerritoryMap, sessions_at, territory_map, travels
from service.domain.answers import GoalValue, Outcome
from service.domain.calendar import IsoWeek
from service.domain.directory import PractitionerId
from service.domain.french import balance, clock, duration, number, span
from service.domain.gaps import gaps
from service.domain.goals import access, half_days_asked
from service.domain.policy import Goal
from service.domain.rosters import Modality
from service.domain.rounding import half_up
from service.domain.solving import Rule
from service.domain.wording import Language, rule_in_words
from tests.answers import CHRISTMAS, answered, solved
from tests.make import a_commune, a_practice, a_practitioner, a_problem, a_template, seat


def drawn_map(problem, roster) -> TerritoryMap:
    drawn = territory_map(problem, roster)
    assert drawn is not None
    return drawn


def test_a_week_by_sector_seats_everybody_in_the_right_cell():
    problem, answer = solved()
    assert answer.assignments is not None
    seats: Counter[tuple[str, date, str, int | None]] = Counter()
    for week in week_grids(Filled(problem=problem, roster=answer.assignments, gap_numbers={})):
        for sector in week.sectors:
            for row in sector.rows:
                for day, cell in zip(week.days, row.cells, strict=True):
                    seats.update((sector.name, day.on, row.label, held.person) for held in cell if held.holder)
    assert seats.total() == len(answer.assignments)
    assert {day for _, day, _, _ in seats} == {assignment.on for assignment in answer.assignments}


def test_a_week_by_practitioner_counts_the_week_and_the_period():
    week, next_week = CHRISTMAS.following(2)
    problem = a_problem(a_template(), week=week, weeks=2)
    roster = (seat(on=week.monday), seat(on=next_week.monday))
    grid = people_grids(Filled(problem=problem, roster=roster, gap_numbers={}))[str(week)]
    (row,) = grid.rows
    assert ([len(cell) for cell in row.cells], row.week, row.period) == (
        [1, 0, 0, 0, 0, 0],
        "2\N{NO-BREAK SPACE}h",
        "4\N{NO-BREAK SPACE}h",
    )


def test_a_dot_is_as_large_as_its_commune_is_peopled():
    problem, answer = solved()
    drawn = drawn_map(problem, answer.assignments)
    areas = {dot.name: pi * dot.radius**2 / dot.population for dot in drawn.dots}
    assert set(areas) == {commune.name for commune in problem.file.communes}
    assert max(areas.values()) == pytest.approx(min(areas.values()))


def test_the_minutes_on_the_map_sum_to_the_goal_of_access():
    problem, answer = solved()
    dots = drawn_map(problem, answer.assignments).dots
    half_days = len(half_days_asked(problem))
    total = sum((dot.population * (dot.minutes or Fraction(0)) * half_days for dot in dots), Fraction(0))
    assert half_up(total / 1000) == access(problem, answer.assignments or ()) > 0


def test_a_marker_counts_sessions_held_and_a_way_the_times_travelled():
    there = a_practice("there", road_km=10)
    problem = a_problem(
        a_template(hosts=("there",), seats=2),
        a_template("t2", "TUE", hosts=("there",), modality=Modality.TELE),
        practitioners=[a_practitioner(), a_practitioner("gp-2", home_practice=there.id)],
        practices=[a_practice(), there],
    )
    monday, tuesday = seat(practice="there"), seat("t2", problem.sessions[1].on, practice="there")
    roster = (monday, replace(monday, practitioner=PractitionerId("gp-2")), tuesday)
    assert sessions_at(problem, roster) == {("there", there.point): 2}
    assert list(travels(problem, roster).values()) == [1]
    assert [way.times for way in drawn_map(problem, roster).ways] == [1]


def test_names_on_the_map_lie_apart_and_the_largest_commune_has_its_own():
    problem, answer = solved()
    drawn = drawn_map(problem, answer.assignments)
    boxes = [label.box for label in drawn.labels]
    assert drawn.labels[0].text == max(problem.file.communes, key=lambda commune: commune.population).name
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    assert all(box.is_within(drawn.width, drawn.height) for box in boxes)


def test_places_that_coincide_are_drawn_side_by_side():
    problem = a_problem(
        a_template(),
        a_template("t2", "TUE", hosts=("there",)),
        practices=[a_practice(), a_practice("there")],
        communes=(a_commune(population=0),),
    )
    drawn = drawn_map(problem, (seat(), seat("t2", problem.sessions[1].on, practice="there")))
    (one, other), (dot,) = drawn.markers, drawn.dots
    assert abs(one.spot.x - other.spot.x) + abs(one.spot.y - other.spot.y) > 15
    assert dot.radius == 0


def test_one_far_from_all_others_does_not_flatten_their_bars():
    scale = Scale.over([*range(100), -6000])
    assert scale.is_beyond(-6000)
    assert scale.x(-6000) == scale.x(scale.low) < scale.x(0) < scale.x(99)
    assert not Scale.over([]).is_beyond(0)


def test_an_empty_seat_tells_who_could_take_it_and_whom_one_rule_alone_keeps():
    people = [a_practitioner(), a_practitioner("gp-2", pledge=None), a_practitioner("gp-3", max_sessions_per_week=0)]
    problem = a_problem(a_template(), practitioners=people)
    (empty,) = empty_seats(problem, gaps(problem, ()))
    assert [name[-4:] for name in empty.free] == ["gp-1"]
    alone = {kept.name[-4:] for obstacle in empty.obstacles for kept in obstacle.people if kept.alone}
    assert "gp-3" in alone
    assert rule_in_words(Rule.PLEDGE, Language.FR).lower() in {each.rule.lower() for each in empty.obstacles}
    assert len(empty.sentences) == len(gaps(problem, ())[0].reasons)


@pytest.mark.parametrize(
    ("bound", "conditional", "told"),
    [
        (5, False, ("0", "proved", "prouvé")),
        (5, True, ("0", "conditional", "prouvé sous condition")),
        (3, False, ("2", "open", "à 2 près au plus")),
        (3, True, ("2", "conditional", "à 2 près au plus, sous condition")),
        (None, False, ("–", "open", "non prouvé")),
    ],
)
def test_the_proof_of_a_goal_in_words(bound, conditional, told):
    problem = a_problem()
    goal = GoalValue(name=Goal.WISHES, value=5, bound=bound, conditional=conditional)
    (row,) = proof_rows(answered(problem, goals=(goal,)))
    assert (row.gap, row.state, row.mark) == told


def test_the_head_says_in_plain_words_how_it_went():
    problem = a_problem()
    proved = answered(problem, seat())
    open_goals = tuple(replace(goal, bound=None) for goal in proved.goals)
    for answer, title in (
        (proved, "Personne ne peut faire mieux : prouvé."),
        (
            replace(proved, outcome=Outcome.FEASIBLE, goals=open_goals),
            "Le meilleur tableau trouvé dans le temps donné.",
        ),
        (replace(proved, outcome=Outcome.OUT_OF_TIME, assignments=None), "Le temps a manqué."),
    ):
        assert heading(problem, answer, seed=7).verdict.title == title
    facts = dict(heading(problem, proved, seed=7).facts)
    assert (facts["Postes à pourvoir"], facts["Pourvus"], facts["Vacants"], facts["Graine"]) == ("1", "1", "0", "7")


def test_numbers_dates_and_hours_are_written_as_in_french():
    plain = {ord("\N{NO-BREAK SPACE}"): " ", ord("\N{NARROW NO-BREAK SPACE}"): " ", ord("\N{MINUS SIGN}"): "-"}
    problem = a_problem(a_template(hours="09:30-12:00"))
    written = (
        number(-12345),
        duration(570),
        duration(45),
        balance(-79),
        balance(60),
        clock(problem.sessions[0].template.start),
        span(CHRISTMAS.following(2)),
        span((IsoWeek(2026, 49),), short=True),
    )
    assert [text.translate(plain) for text in written] == [
        "-12 345",
        "9 h 30",
        "45 min",
        "-1 h 19",
        "+1 h",
        "9 h 30",
        "du 21 décembre 2026 au 3 janvier 2027",
        "30 nov. – 6 déc.",
    ]

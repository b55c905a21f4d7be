"""The page of a solved roster: well formed, sufficient to itself, and true to the answer it shows."""

import re
from collections import Counter
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from service.cli.page.fairness_bars import fairness_bars
from service.cli.page.page import MOST_WHYS, page_html
from service.domain.answers import Baseline, Fix, Outcome
from service.domain.directory import Insee, PractitionerId
from service.domain.fairness import fairness_table
from service.domain.gaps import gaps
from service.domain.solving import Breach, Problem, Rule
from tests.answers import answered, solved
from tests.make import a_commune, a_practice, a_practitioner, a_problem, a_template, a_territory, seat

VOID = {"br", "hr", "img", "input", "link", "meta"}


def page(problem, answer) -> str:
    return page_html(problem, answer, seed=7)


class Outline(HTMLParser):
    """Fails at an end that matches no start; keeps the tags, the addresses and the text outside scripts and styles."""

    def __init__(self, html):
        super().__init__()
        self.open, self.addresses, self.ids, self.words = [], [], [], []
        self.tags: Counter[str] = Counter()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.ids += [value for name, value in attributes if name == "id"]
        self.addresses += [
            value for name, value in attributes if name in ("href", "src", "action", "data", "xlink:href")
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags[tag] += 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words.append(text)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))


def test_the_page_is_well_formed_and_needs_nothing_beside_itself():
    html = page(*solved())
    outline = Outline(html)
    assert outline.open == []
    assert html.startswith('<!doctype html>\n<html lang="fr">')
    assert {address[0] for address in outline.addresses} == {"#"}
    assert {address[1:] for address in outline.addresses} <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))
    assert re.findall(r"https?:|url\(|@import|//", html) == []


def test_every_holder_and_every_empty_seat_is_on_the_page():
    problem, answer = solved()
    text = Outline(page(problem, answer)).text
    for assignment in answer.assignments or ():
        person = problem.practitioner_of[assignment.practitioner]
        assert f"{person.given_name} {person.family_name}" in text
    assert text.count("Poste vacant ") == sum(gap.seats for gap in answer.gaps) > 0
    assert "Noël, férié" in text
    assert "Jour de l'an, férié" in text


def test_what_people_are_called_is_text_and_never_markup():
    evil = '<script>alert("1")</script>'
    person = a_practitioner(given_name="Zoé", family_name=f"O'Neill-Haÿ {evil}")
    problem = a_problem(
        a_template(sector=evil),
        a_template("t2", "TUE"),
        practitioners=[person],
        practices=[a_practice(name=f"L'Étoile {evil}")],
        communes=(replace(a_commune(), name=evil),),
        territory=a_territory(name=f"CPTS d'Ici {evil}"),
    )
    html = page(problem, answered(problem, seat()))
    assert evil not in html
    assert Outline(html).tags["script"] == 1
    assert f"Zoé O'Neill-Haÿ {evil}" in unescape(html)


def test_bars_show_before_after_and_baseline_the_most_burdened_first():
    problem, answer = solved()
    baseline = Baseline(goals=answer.goals, empty_seats=9, fairness=fairness_table(problem, ()))
    bars = fairness_bars(problem, replace(answer, baseline=baseline))
    assert bars is not None
    after = [row.all_time.after for row in bars.rows]
    assert after == sorted((row.balance for row in answer.fairness), reverse=True)
    assert {row.all_time.baseline for row in bars.rows} == {row.balance for row in baseline.fairness}
    html = page(problem, replace(answer, baseline=baseline))
    assert html.count('class="baseline"') == 2 * len(bars.rows) + 1
    assert 'class="baseline"' not in page(problem, replace(answer, baseline=None))


def test_fixes_are_shown_only_where_there_are_any():
    problem = a_problem(a_template(), practitioners=[a_practitioner(pledge=None)])
    (gap,) = gaps(problem, ())
    fix = Fix(
        relaxes=Rule.REACH, practitioner=PractitionerId("gp-1"), practice=None, added=(seat(),), removed=(), goals=()
    )
    fixed = answered(problem, gaps=(replace(gap, fixes=(fix,)),))
    assert "Ce qui le pourvoirait" in page(problem, fixed)
    assert "Ce qui le pourvoirait" not in page(problem, answered(problem))
    hopeless = answered(problem, gaps=(replace(gap, fixes=()),))
    assert "Aucune des solutions essayées" in page(problem, hopeless)
    assert "Aucune des solutions essayées" not in page(problem, answered(problem))


def test_every_holder_has_a_why_where_the_roster_is_not_too_long_for_it():
    problem = a_problem(practitioners=[a_practitioner(), a_practitioner("gp-2")])
    html = page(problem, answered(problem, seat()))
    assert html.count('class="why"') == 1
    assert "Confier la plage au" in Outline(html).text
    long = a_problem(a_template(seats=MOST_WHYS + 1), practitioners=[a_practitioner(f"gp-{n}") for n in range(200)])
    crowd = [seat(practitioner=f"gp-{n}") for n in range(MOST_WHYS + 1)]
    assert 'class="why"' not in page(long, answered(long, *crowd, gaps=()))


def test_pins_that_contradict_have_a_page_of_their_own():
    problem = a_problem()
    breach = Breach(
        rule=Rule.ONE_PER_HALF_DAY, practitioner=PractitionerId("gp-1"), sessions=(problem.sessions[0].key,), facts={}
    )
    answer = answered(problem, outcome=Outcome.INFEASIBLE, assignments=None, goals=(), conflict=(breach, breach))
    html = page(problem, answer)
    assert Outline(html).open == []
    assert "Aucun tableau n’est possible." in html
    assert Outline(html).tags["li"] == 2


@pytest.mark.parametrize("communes", [(), (replace(a_commune(), insee=Insee("53002")),)])
def test_a_territory_without_anybody_or_anything_has_a_page(communes):
    problem = a_problem(practitioners=[], communes=communes)
    problem = Problem.of(replace(problem.file, session_templates=()), problem.weeks)
    html = page(problem, answered(problem))
    assert Outline(html).open == []
    assert "Rien à pourvoir." in html
    assert ('class="map"' in html) == bool(communes)

"""A rule's facts, shown: which of its sentences applies, and what stands in it."""

from collections.abc import Callable, Mapping
from datetime import date, time

from service.domain.directory import PracticeId
from service.domain.rosters import HalfDay
from service.domain.solving import Rule
from service.domain.wording_naming import Naming

Fact = str | int | float
Facts = Mapping[str, Fact]

CASES: Mapping[Rule, Mapping[str, Callable[[Facts], bool]]] = {
    Rule.CONSENT: {"nothing": lambda facts: facts.get("declared") == "nothing"},
    Rule.ABSENCE: {
        "open_ended": lambda facts: "until" not in facts,
        "one_day": lambda facts: facts["until"] == facts.get("from"),
    },
    Rule.VALIDITY: {
        "later": lambda facts: "until" not in facts,
        "earlier": lambda facts: "from" not in facts,
    },
    Rule.REACH: {"no_road": lambda facts: "distance_km" not in facts},
    Rule.HOST: {"several": lambda facts: "practices" in facts},
    Rule.SEATS: {"twice": lambda facts: "times" in facts},
    Rule.ONE_PLACE_AT_A_TIME: {"overlapping": lambda facts: _is_negative(facts, "between_minutes")},
    Rule.REST_AFTER_DUTY: {"during": lambda facts: _is_negative(facts, "rest_minutes")},
    Rule.PINS: {
        "nowhere": lambda facts: "exists" in facts,
        "anywhere": lambda facts: "practice" not in facts,
    },
    Rule.FROZEN: {"gone": lambda facts: facts.get("held") == 1},
}
"""Rules with more than one sentence: the first case that holds, else the rule's own."""


def _is_negative(facts: Facts, name: str) -> bool:
    return int(facts.get(name, 0)) < 0


def broken_in_words(naming: Naming, rule: Rule, facts: Facts, sentences: Mapping[str, str]) -> str:
    """The rule's sentence with these facts in it; where one that it needs is missing, what is true without."""
    case = next((name for name, holds in CASES.get(rule, {}).items() if holds(facts)), None)
    sentence = sentences[f"{rule}.{case}" if case else rule]
    try:
        return sentence.format_map(shown(naming, facts))
    except KeyError:
        return naming.words.kept_away[rule]


def shown(naming: Naming, facts: Facts) -> Mapping[str, object]:
    """The facts as they stand in a sentence. `others`, `in_use`: how many there are before the one in question."""
    fields = {name: SHOWN[name](naming, fact) for name, fact in facts.items() if name in SHOWN}
    one_less = {"held": "others", "seats": "in_use"}
    before = {one_less[name]: naming.count(int(facts[name]) - 1) for name in facts if name in one_less}
    return {**before, **fields}


def _day(naming: Naming, fact: Fact) -> str:
    return naming.day(date.fromisoformat(str(fact)))


def _short_day(naming: Naming, fact: Fact) -> str:
    return naming.short_day(date.fromisoformat(str(fact)))


def _clock(naming: Naming, fact: Fact) -> str:
    return naming.words.clock(time.fromisoformat(str(fact)))


def _spans(naming: Naming, fact: Fact) -> str:
    """From `08:00-10:00, 10:00-12:00, 14:00-18:00`; what touches is joined."""
    joined: list[tuple[time, time]] = []
    for piece in sorted(piece for piece in str(fact).split(", ") if "-" in piece):
        start, end = map(time.fromisoformat, piece.split("-"))
        if joined and start <= joined[-1][1]:
            start, end = joined[-1][0], max(joined.pop()[1], end)
        joined.append((start, end))
    return naming.all_of(naming.span(start, end) for start, end in joined)


def _practice(naming: Naming, fact: Fact) -> str:
    return naming.practice(PracticeId(str(fact)))


def _all_practices(naming: Naming, fact: Fact) -> str:
    return naming.all_of(_practice(naming, id) for id in str(fact).split(", "))


def _any_practice(naming: Naming, fact: Fact) -> str:
    return naming.any_of(_practice(naming, id) for id in str(fact).split(", "))


def _audiences(naming: Naming, fact: Fact) -> str:
    known = {str(audience): words for audience, words in naming.words.audiences.items()}
    return naming.all_of(known.get(audience, audience) for audience in str(fact).split(", "))


def _half_day(naming: Naming, fact: Fact) -> str:
    return naming.words.half_days[HalfDay(str(fact))]


def _duration(naming: Naming, fact: Fact) -> str:
    return naming.words.duration(int(fact))


def _kilometres(naming: Naming, fact: Fact) -> str:
    return naming.kilometres(float(fact))


def _count(naming: Naming, fact: Fact) -> object:
    return naming.count(int(fact))


SHOWN: Mapping[str, Callable[[Naming, Fact], object]] = {
    **dict.fromkeys(("from", "until"), _day),
    **dict.fromkeys(("saturday", "next"), _short_day),
    **dict.fromkeys(("session", "declared"), _spans),
    **dict.fromkeys(("asked", "pledged"), _audiences),
    **dict.fromkeys(("distance_km", "maximum_km"), _kilometres),
    **dict.fromkeys(("between_minutes", "travel_minutes", "rest_minutes", "minimum_minutes"), _duration),
    **dict.fromkeys(("held", "maximum", "seats", "seats_held", "rooms", "times"), _count),
    "at": _clock,
    "half_day": _half_day,
    "practice": _practice,
    "practices": _all_practices,
    "hosts": _any_practice,
}
"""How each fact of the rule book is shown, by its name."""

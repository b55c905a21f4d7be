"""A trace in words: what each filter came to, and at the end whether the places are seen, or what would change that."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from service.domain.directory import Audience
from service.domain.visibility import Check, Fact, Step, Trace, Verdict
from service.domain.wording import WORDS, Language
from service.domain.wording_language import Count, Words
from service.domain.wording_naming import begun, joined
from service.domain.wording_visibility_english import ENGLISH
from service.domain.wording_visibility_french import FRENCH
from service.domain.wording_visibility_language import Sentences

SENTENCES: Mapping[Language, Sentences] = {Language.EN: ENGLISH, Language.FR: FRENCH}
OF_AUDIENCES = ("audience", "audiences", "pledged")


def step_in_words(trace: Trace, step: Step, language: Language) -> str:
    """What the check came to, with its facts."""
    return _told(trace, step, SENTENCES[language].steps, language)


def check_in_words(check: Check, language: Language) -> str:
    """A short label."""
    return SENTENCES[language].checks[check]


def verdict_in_words(verdict: Verdict, language: Language) -> str:
    """A short label."""
    return SENTENCES[language].verdicts[verdict]


def conclusion_in_words(trace: Trace, language: Language) -> str:
    """Visible, and how many places; or the first filter that stops it, and what would change that."""
    words, sentences, stop = WORDS[language], SENTENCES[language], trace.stopped_by
    audience = words.audiences[trace.question.audience]
    if stop is None:
        places = Count(number=len(trace.places), is_singular=words.is_singular)
        return words.finish(sentences.visible.format(places=places, audience=audience))
    why, remedy = (_told(trace, stop, table, language) for table in (sentences.steps, sentences.remedies))
    return words.finish(sentences.hidden.format(audience=audience, why=why, remedy=remedy))


def _told(trace: Trace, step: Step, table: Mapping[str, str], language: Language) -> str:
    words = WORDS[language]
    sentence = table["moot" if step.verdict is Verdict.MOOT else f"{step.check}.{step.case}"]
    shown = {name: _shown(trace, words, name, fact) for name, fact in step.facts.items()}
    return words.finish(begun(sentence.format(**shown)))


def _shown(trace: Trace, words: Words, name: str, fact: Fact) -> object:
    if isinstance(fact, datetime):
        at = fact.astimezone(trace.facts.territory.zone)
        return f"{words.weekdays[at.weekday()]} {at:%d/%m} {words.clock(at.time())}"
    if isinstance(fact, date):
        return f"{words.weekdays[fact.weekday()]} {fact:%d/%m}"
    if isinstance(fact, int):
        return Count(number=fact, is_singular=words.is_singular)
    if isinstance(fact, tuple):
        return _listed(words, name, fact)
    return fact or ""


def _listed(words: Words, name: str, fact: Sequence[str]) -> str:
    names = [words.audiences[Audience(each)] for each in fact] if name in OF_AUDIENCES else fact
    return joined(names, words.last_and)

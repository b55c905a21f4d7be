"""Why a search finds nothing, in words: what a regulator can say on the telephone."""

from collections.abc import Mapping
from datetime import date, datetime, time

from service.domain.directory import Audience
from service.domain.explanations import Explanation, Reason
from service.domain.rosters import Modality
from service.domain.wording import WORDS, Language
from service.domain.wording_language import Count, Words
from service.domain.wording_naming import joined

_ENGLISH = {
    Reason.IN_THE_PAST: "The time asked for is past.",
    Reason.PUBLIC_HOLIDAY: "{date} is a public holiday: out-of-hours care is on duty.",
    Reason.OUTSIDE_HOURS: "Unscheduled care is open from {opens} to {closes} Monday to Friday"
    "{on_saturday}; at other times out-of-hours care is on duty.",
    Reason.NOTHING_PUBLISHED: "No session is published there for that time{until}.",
    Reason.ALL_TAKEN: "Nothing is left within reach: {places:place is|places are} taken{retry}.",
    Reason.WALK_IN_CLOSED: "The walk-in session within reach takes nobody more: it was closed by hand.",
    Reason.WALK_IN_ONLY: "{places:place is|places are} left within reach, at a walk-in session, where none is booked.",
    Reason.WRONG_AUDIENCE: "There are free places within reach, open to {audiences} alone.",
    Reason.WRONG_MODALITY: "There are free places, of another kind: {modalities}.",
    Reason.TOO_FAR: "The nearest free place is {nearest_km} km away by road; it was looked for within {radius_km} km.",
    Reason.NOTHING_PLANNED: "No session is planned within reach in that time.",
    Reason.NEXT_OPENING: "The next free place is on {at}.",
    "until": ": rosters are published until {published_until}",
    "retry": "; one of them is held, and may be free again on {retry_at}",
    "on_saturday": ", to {closes_on_saturday} on Saturday",
    Modality.IN_PERSON: "in person",
    Modality.TELE: "by teleconsultation",
    Modality.HOME_VISIT: "as a home visit",
}
_FRENCH = {
    Reason.IN_THE_PAST: "L’heure demandée est passée.",
    Reason.PUBLIC_HOLIDAY: "Le {date} est férié : la permanence des soins prend le relais.",
    Reason.OUTSIDE_HOURS: "Les soins non programmés sont ouverts de {opens} à {closes} du lundi au vendredi"
    "{on_saturday}; en dehors de ces heures, la permanence des soins prend le relais.",
    Reason.NOTHING_PUBLISHED: "Aucune plage n’y est publiée pour ce moment{until}.",
    Reason.ALL_TAKEN: "Toutes les places à portée sont prises ({places:place|places}){retry}.",
    Reason.WALK_IN_CLOSED: "La plage sans rendez-vous à portée ne prend plus personne : elle a été fermée.",
    Reason.WALK_IN_ONLY: "Il reste {places:place|places} à portée, sans rendez-vous : rien ne s’y réserve.",
    Reason.WRONG_AUDIENCE: "Il y a des places libres à portée, ouvertes seulement à : {audiences}.",
    Reason.WRONG_MODALITY: "Il y a des places libres, mais autrement : {modalities}.",
    Reason.TOO_FAR: "La place libre la plus proche est à {nearest_km} km par la route; "
    "la recherche s’arrête à {radius_km} km.",
    Reason.NOTHING_PLANNED: "Aucune plage n’est prévue à portée à ce moment.",
    Reason.NEXT_OPENING: "La prochaine place libre est le {at}.",
    "until": " : les tableaux sont publiés jusqu’au {published_until}",
    "retry": "; l’une d’elles est retenue, et sera peut-être libre le {retry_at}",
    "on_saturday": ", jusqu’à {closes_on_saturday} le samedi",
    Modality.IN_PERSON: "sur place",
    Modality.TELE: "en téléconsultation",
    Modality.HOME_VISIT: "à domicile",
}
SENTENCES: Mapping[Language, Mapping[str, str]] = {Language.EN: _ENGLISH, Language.FR: _FRENCH}
_PARTS = {"until": "published_until", "retry": "retry_at", "on_saturday": "closes_on_saturday"}
"""Parts of a sentence that stand where the fact is known."""


def explanation_in_words(explanation: Explanation, language: Language) -> str:
    """The reason as a sentence, by the clock of its instants."""
    words, sentences = WORDS[language], SENTENCES[language]
    facts = {name: _told(name, fact, words, sentences) for name, fact in explanation.facts.items()}
    parts = {part: sentences[part].format(**facts) if fact in facts else "" for part, fact in _PARTS.items()}
    return words.finish(sentences[explanation.code].format(**facts, **parts))


def _told(name: str, fact: object, words: Words, sentences: Mapping[str, str]) -> object:
    match name:
        case "places":
            return Count(number=int(str(fact)), is_singular=words.is_singular)
        case "nearest_km" | "radius_km":
            return f"{float(str(fact)):g}".replace(".", words.decimal_mark)
        case "opens" | "closes" | "closes_on_saturday":
            return words.clock(time.fromisoformat(str(fact)))
        case "date" | "published_until":
            return _day(date.fromisoformat(str(fact)), words)
        case "audiences" if isinstance(fact, list):
            return joined([words.audiences[Audience(one)] for one in fact], words.last_and)
        case "modalities" if isinstance(fact, list):
            return joined([sentences[Modality(one)] for one in fact], words.last_and)
    at = datetime.fromisoformat(str(fact))
    return f"{_day(at.date(), words)}, {words.clock(at.time())}"


def _day(on: date, words: Words) -> str:
    return f"{words.weekdays[on.weekday()]} {on:%d/%m/%Y}"

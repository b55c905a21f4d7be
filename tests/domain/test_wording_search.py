"""Why a search finds nothing, as a regulator says it."""

import pytest

from service.domain.explanations import Explanation, Reason
from service.domain.wording import Language
from service.domain.wording_search import SENTENCES, explanation_in_words

FACTS: dict[Reason, dict[str, object]] = {
    Reason.PUBLIC_HOLIDAY: {"date": "2026-11-11"},
    Reason.OUTSIDE_HOURS: {"opens": "08:00", "closes": "20:00", "closes_on_saturday": "12:00"},
    Reason.NOTHING_PUBLISHED: {"published_until": "2026-12-06"},
    Reason.ALL_TAKEN: {"places": 8, "retry_at": "2026-11-23T14:10:00+01:00"},
    Reason.WALK_IN_CLOSED: {"places": 4},
    Reason.WALK_IN_ONLY: {"places": 1},
    Reason.WRONG_AUDIENCE: {"audiences": ["cpts", "public"]},
    Reason.WRONG_MODALITY: {"modalities": ["home_visit", "tele"]},
    Reason.TOO_FAR: {"nearest_km": 46.1, "radius_km": 40.0},
    Reason.NEXT_OPENING: {"at": "2026-11-24T09:00:00+01:00"},
}


def said(reason, language, **facts):
    return explanation_in_words(Explanation(code=reason, facts=facts), language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_a_sentence_that_tells_its_facts(reason, language):
    text = said(reason, language, **FACTS.get(reason, {}))
    assert text.endswith(".")
    assert not {"{", "}", "_", "None"} & set(text)
    assert set(SENTENCES[language]) == set(SENTENCES[Language.EN])


def test_what_a_regulator_says():
    assert said(Reason.ALL_TAKEN, Language.FR, **FACTS[Reason.ALL_TAKEN]).replace("\u202f", " ").replace(
        "\u00a0", " "
    ) == (
        "Toutes les places à portée sont prises (8 places) ; l’une d’elles est retenue, et sera peut-être libre le "
        "lundi 23/11/2026, 14 h 10."
    )
    assert said(Reason.TOO_FAR, Language.EN, **FACTS[Reason.TOO_FAR]) == (
        "The nearest free place is 46.1 km away by road; it was looked for within 40 km."
    )


def test_what_is_not_known_is_not_said():
    assert said(Reason.NOTHING_PUBLISHED, Language.EN) == "No session is published there for that time."
    assert said(Reason.ALL_TAKEN, Language.EN, places=1) == "Nothing is left within reach: 1 place is taken."

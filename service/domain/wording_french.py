"""Explanations in French: every sentence, with its facts left open; the words of the glossary."""

import re
from datetime import time

from service.domain.availability import Level
from service.domain.directory import Audience
from service.domain.policy import Goal
from service.domain.rosters import HalfDay
from service.domain.solving import Rule
from service.domain.wording_language import Words

_NO_BREAK = "\u00a0"
_NARROW_NO_BREAK = "\u202f"


def _clock(at: time) -> str:
    return f"{at.hour} h {at:%M}" if at.minute else f"{at.hour} h"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def _typeset(text: str) -> str:
    """Spaces that do not break: before double signs, inside quotes, between a number and its unit, after Dr.

    Imprimerie nationale, Lexique des règles typographiques: narrow before ; ? and !.
    """
    text = re.sub(r" (?=[:»])|(?<=«) |(?<=\bDr) ", _NO_BREAK, text)
    text = re.sub(r" ?(?=[;?!])", _NARROW_NO_BREAK, text)
    return re.sub(r"(?<=\d) (?=(?:km|h|min)\b)|(?<=\d[ \u00a0]h) (?=\d)", _NO_BREAK, text)


_RULE_NAMES = {
    Rule.CONSENT: "disponibilité déclarée",
    Rule.ABSENCE: "absence",
    Rule.AUDIENCE: "public de l'engagement",
    Rule.VALIDITY: "dates d'exercice",
    Rule.PLEDGE: "engagement",
    Rule.REACH: "distance",
    Rule.HOST: "un seul lieu par plage",
    Rule.SEATS: "postes de la plage",
    Rule.ONE_PLACE_AT_A_TIME: "un seul lieu à la fois",
    Rule.ONE_PER_HALF_DAY: "une plage par demi-journée",
    Rule.MAXIMUM_PER_DAY: "maximum par jour",
    Rule.MAXIMUM_PER_WEEK: "maximum par semaine",
    Rule.MINIMUM_REST: "repos entre deux jours",
    Rule.REST_AFTER_DUTY: "repos après une garde",
    Rule.CONSECUTIVE_SATURDAYS: "pas deux samedis de suite",
    Rule.ROOMS: "salles",
    Rule.PINS: "affectations épinglées",
    Rule.FROZEN: "plages commencées",
}
_KEPT_AWAY = {
    Rule.CONSENT: "sans disponibilité à cet horaire",
    Rule.ABSENCE: "en absence déclarée",
    Rule.AUDIENCE: "avec un engagement pour d'autres publics",
    Rule.VALIDITY: "hors dates d'exercice",
    Rule.PLEDGE: "sans engagement",
    Rule.REACH: "trop loin",
    Rule.HOST: "dans un lieu qui n'accueille pas la plage",
    Rule.SEATS: "sans poste libre sur la plage",
    Rule.ONE_PLACE_AT_A_TIME: "ailleurs à cette heure-là",
    Rule.ONE_PER_HALF_DAY: "déjà sur une plage cette demi-journée-là",
    Rule.MAXIMUM_PER_DAY: "au maximum de la journée",
    Rule.MAXIMUM_PER_WEEK: "au maximum de la semaine",
    Rule.MINIMUM_REST: "sans repos suffisant",
    Rule.REST_AFTER_DUTY: "en repos après une garde",
    Rule.CONSECUTIVE_SATURDAYS: "sur une plage le samedi d'avant ou d'après",
    Rule.ROOMS: "sans salle libre",
    Rule.PINS: "à l'écart par une affectation épinglée",
    Rule.FROZEN: "pas sur la plage à son début",
}
_REASONS = {
    "consent": "a proposé {declared} ce jour-là, pas {session}",
    "consent.nothing": "n'a rien proposé ce jour-là (plage de {session})",
    "absence": "absence du {from} au {until}",
    "absence.one_day": "absence le {from}",
    "absence.open_ended": "absence à partir du {from}, sans date de retour connue",
    "audience": "engagement pour {pledged}, la plage est pour {asked}",
    "validity": "en exercice du {from} au {until} seulement",
    "validity.later": "en exercice à partir du {from} seulement",
    "validity.earlier": "en exercice jusqu'au {until} seulement",
    "pledge": "n'a pris aucun engagement",
    "reach": "{practice} à {distance_km}, la limite est {maximum_km}",
    "reach.no_road": "aucune route connue ce jour-là ({practice}), la limite est {maximum_km}",
    "host": "{practice} n'accueille pas la plage (lieux prévus : {hosts})",
    "host.several": "plusieurs lieux à la fois ({practices})",
    "seats": "plus de poste libre, la plage en compte {seats}",
    "seats.twice": "déjà sur cette plage",
    "one_place_at_a_time": "{between_minutes} entre deux plages, la route prend {travel_minutes}",
    "one_place_at_a_time.overlapping": "une autre plage à la même heure",
    "one_per_half_day": "{others:plage|plages} {half_day}, le maximum est {maximum}",
    "maximum_per_day": "{others:plage|plages} ce jour-là, le maximum est {maximum}",
    "maximum_per_week": "{others:plage|plages} cette semaine-là, son maximum est {maximum}",
    "minimum_rest": "n'aurait que {rest_minutes} de repos entre deux jours, le minimum est {minimum_minutes}",
    "rest_after_duty": "n'aurait que {rest_minutes} de repos après une garde, le minimum est {minimum_minutes}",
    "rest_after_duty.during": "de garde à la même heure",
    "consecutive_saturdays": "ferait deux samedis de suite ({saturday} et {next})",
    "rooms": "{practice} compte {rooms:salle|salles}, déjà {in_use:poste occupé|postes occupés} à {at}",
    "pins": "l'affectation épinglée n'est pas respectée ({practice})",
    "pins.anywhere": "l'affectation épinglée n'est pas respectée",
    "pins.nowhere": "affectation épinglée sur une plage qui n'existe pas",
    "frozen": "n'était pas sur la plage à son début ({practice})",
    "frozen.gone": "était sur la plage à son début ({practice}), et y reste",
}
_BREACHES = _REASONS | {
    "seats": "{seats_held:médecin|médecins} pour {seats:poste|postes}",
    "seats.twice": "compte {times} fois sur la même plage",
    "one_per_half_day": "{held:plage|plages} {half_day}, le maximum est {maximum}",
    "maximum_per_day": "{held:plage|plages} ce jour-là, le maximum est {maximum}",
    "maximum_per_week": "{held:plage|plages} cette semaine-là, son maximum est {maximum}",
    "minimum_rest": "n'a que {rest_minutes} de repos entre deux jours, le minimum est {minimum_minutes}",
    "rest_after_duty": "n'a que {rest_minutes} de repos après une garde, le minimum est {minimum_minutes}",
    "consecutive_saturdays": "fait deux samedis de suite ({saturday} et {next})",
    "rooms": "{practice} compte {rooms:salle|salles}, {seats:poste occupé|postes occupés} à {at}",
}
_FIXES = {
    Rule.CONSENT: "le {who} propose {session}",
    Rule.ABSENCE: "le {who} travaille le {day}, jour d'absence",
    Rule.AUDIENCE: "le {who} étend son engagement (plage pour {asked})",
    Rule.VALIDITY: "le {who} travaille le {day}, hors de ses dates d'exercice",
    Rule.PLEDGE: "le {who} prend un engagement",
    Rule.REACH: "le {who} accepte {distance_km} de route ({place}, limite {maximum_km})",
    Rule.HOST: "{place} accueille aussi la plage du {day_and_hours}",
    Rule.SEATS: "un poste de plus sur la plage du {session}",
    Rule.ONE_PLACE_AT_A_TIME: "le {who} tient deux plages trop rapprochées le {day}",
    Rule.ONE_PER_HALF_DAY: "le {who} prend {nth} plage {half_day}, {day}",
    Rule.MAXIMUM_PER_DAY: "le {who} prend {nth} plage le {day} (maximum {maximum})",
    Rule.MAXIMUM_PER_WEEK: "le {who} prend {nth} plage cette semaine-là (maximum {maximum})",
    Rule.MINIMUM_REST: "le {who} se repose moins de {minimum} entre deux jours, autour du {day}",
    Rule.REST_AFTER_DUTY: "le {who} se repose moins de {minimum} après une garde, avant la plage du {session}",
    Rule.CONSECUTIVE_SATURDAYS: "le {who} travaille deux samedis de suite, dont le {day}",
    Rule.ROOMS: "{nth} salle le {day} ({place}), occupée par le {holders}",
    Rule.PINS: "une affectation épinglée est levée sur la plage du {session}",
    Rule.FROZEN: "la plage du {session} change de mains alors qu'elle a commencé",
}
_GOAL_NAMES = {
    Goal.COVERAGE: "postes non pourvus × priorité",
    Goal.FAIRNESS_WORST: "solde le plus élevé, en minutes",
    Goal.FAIRNESS_WORST_UNLOVED: "solde le plus élevé en heures impopulaires",
    Goal.FAIRNESS_SUM: "somme des écarts, en minutes",
    Goal.STABILITY: "changements par rapport au tour publié",
    Goal.WISHES: "points contre les souhaits",
    Goal.ACCESS_FLOOR: "demi-journées manquant au plancher des communes",
    Goal.ACCESS: "milliers d'habitants × minutes de route",
    Goal.ROTATION: "lieux hors de leur tour, en centièmes de plage",
    Goal.TRAVEL: "km aller et retour",
}
_GOAL_COSTS = {
    Goal.COVERAGE: "{cost} sur les postes non pourvus × priorité",
    Goal.FAIRNESS_WORST: "{cost} min sur le solde le plus élevé",
    Goal.FAIRNESS_WORST_UNLOVED: "{cost} min sur le solde le plus élevé en heures impopulaires",
    Goal.FAIRNESS_SUM: "{cost} min sur la somme des écarts",
    Goal.STABILITY: "{cost:changement|changements} par rapport au tour publié",
    Goal.WISHES: "{cost:point|points} contre les souhaits",
    Goal.ACCESS_FLOOR: "{cost:demi-journée manquante|demi-journées manquantes} au plancher des communes",
    Goal.ACCESS: "{cost:millier|milliers} de minutes-habitants de route jusqu'à une plage",
    Goal.ROTATION: "{cost:centième|centièmes} de plage hors tour",
    Goal.TRAVEL: "{cost} km de route",
}
FRENCH = Words(
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    half_days={
        HalfDay.MORNING: "ce matin-là",
        HalfDay.AFTERNOON: "cet après-midi-là",
        HalfDay.EVENING: "ce soir-là",
    },
    audiences={
        Audience.PUBLIC: "le grand public",
        Audience.PROFESSIONAL: "les professionnels",
        Audience.SNP: "la régulation",
        Audience.CPTS: "la CPTS",
    },
    levels={
        Level.PREFERRED: "préfère cet horaire",
        Level.AVAILABLE: "est disponible à cet horaire",
        Level.AVOID: "préférerait éviter cet horaire",
    },
    ordinals=(
        *("une première", "une deuxième", "une troisième", "une quatrième", "une cinquième"),
        *("une sixième", "une septième", "une huitième", "une neuvième", "une dixième", "encore une"),
    ),
    clock=_clock,
    hours="{start} – {end}",
    duration=_duration,
    decimal_mark=",",
    is_singular=lambda number: number < 2,
    last_and=" et ",
    last_or=" ou ",
    finish=_typeset,
    rule_names=_RULE_NAMES,
    kept_away=_KEPT_AWAY,
    reasons=_REASONS,
    breaches=_BREACHES,
    fixes=_FIXES,
    room_besides="{nth} salle le {day} ({place})",
    goal_names=_GOAL_NAMES,
    goal_costs=_GOAL_COSTS,
    about="{who} : {what}",
    gap="{session} : {seats:poste non pourvu|postes non pourvus}",
    of_all="sur {all:médecin|médecins} : {parts}",
    could_take_it="en mesure de prendre la plage en l'état",
    relaxed_once="la règle « {rule} » est assouplie une fois",
    at_place="{text}, {place}",
    takes_empty_seat="le {who} prend le poste vide",
    takes="le {who} prend la plage du {session}",
    gives_up="le {who} quitte la plage du {session}",
    replaces="le {who} remplace le {other} sur la plage du {session}",
    changes_place="le {who} tient la plage du {session}, et non plus {place}",
    costing="{text} : {costs}",
    no_cost="sans coût",
    no_cost_but="sans coût ({gains})",
    why="{who}, {session} : {level}",
    next_costs="confier la plage au {other} coûterait {costs}",
    next_costs_nothing="confier la plage au {other} ne coûterait rien",
    next_gains="confier la plage au {other} ne coûterait rien ({gains})",
    nobody_else="personne d'autre ne peut la prendre dans les règles",
    of_others="{text} : sur {others:autre médecin|autres médecins}, {parts}",
    kept="place gardée pour les habitants du secteur {sector} jusqu'au {day} à {clock}",
    no_conflict="rien ne s'oppose",
    conflict="aucun tour de rôle ne respecte toutes les affectations épinglées",
)

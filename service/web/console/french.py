"""The words of the pages: of places, of why none is free, and of what was refused."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from service.domain.bookings import Booking, BookingStatus, Slot
from service.domain.errors import TourderoleError
from service.domain.french import SPACE, capitalised, clock, counted, long_day, phone, plain_day, spaced
from service.domain.practitioner_places import PractitionerPlaces, WhyNone
from service.domain.rosters import Modality
from service.domain.venues import Venue
from service.domain.visibility import Trace
from service.domain.wording import Language
from service.domain.wording_visibility import conclusion_in_words
from service.web.problems import code_of

MODALITIES: Mapping[Modality, str] = {
    Modality.IN_PERSON: "consultation sur place",
    Modality.TELE: "téléconsultation",
    Modality.HOME_VISIT: "visite à domicile",
}
WHY_NONE: Mapping[WhyNone, str] = {
    WhyNone.NOTHING_PUBLISHED: "Aucune plage n’est publiée pour les deux prochaines semaines.",
    WhyNone.NOT_FOR_REGULATORS: "Ses places des deux prochaines semaines ne sont pas ouvertes à la régulation.",
    WhyNone.HELD: "Les dernières places sont retenues en ce moment par d’autres : "
    "celles qui sont rendues reviennent ici dans quelques minutes.",
    WhyNone.FREE_ELSEWHERE: "Les places de ce lieu sont prises, ou ne sont plus proposées : il en reste ailleurs.",
    WhyNone.ALL_TAKEN: "Toutes les places des deux prochaines semaines sont prises.",
}
REFUSED: Mapping[str, str] = {
    "slot_taken": "Cette place vient d’être prise. Choisissez-en une autre : la liste ci-dessous est à jour.",
    "slot_held": "Cette place est retenue par quelqu’un d’autre. Choisissez-en une autre, ou réessayez dans quelques "
    "minutes : elle peut être rendue.",
    "slot_begun": "L’heure de cette place est passée. Choisissez-en une autre.",
    "slot_withdrawn": "Cette place n’est plus proposée : la plage a été annulée ou déplacée. Choisissez-en une autre.",
    "walk_in_not_bookable": "Une plage sans rendez-vous ne se réserve pas : le patient s’y présente.",
    "not_found": "Cette place n’est pas proposée ici. Choisissez-en une autre.",
    "idempotency_key.reused": "Cette page n’est plus à jour. Choisissez de nouveau une place.",
    "case_ref.personal_data_suspected": "Ceci ressemble à un nom, à une date de naissance ou à un autre renseignement "
    "sur une personne. Indiquez seulement le numéro du dossier de régulation.",
    "case_ref.malformed": "Un numéro de dossier a de 1 à 40 caractères : des lettres sans accent, des chiffres, et "
    "entre eux un point, un tiret, un trait bas ou une barre oblique. Il ne contient pas d’espace.",
    "key.missing": "Indiquez le numéro du dossier de régulation.",
    "stale_version": "Ce rendez-vous a changé entre-temps : vérifiez-le avant de recommencer.",
}
SIGN_IN: Mapping[str, str] = {
    "state": "Cette connexion a été commencée dans un autre onglet, ou il y a trop longtemps.",
    "provider": "La connexion n’a pas abouti auprès du fournisseur d’identité.",
    "no_identifier": "Le fournisseur d’identité n’a pas transmis l’identifiant attendu.",
}
_UNTRUSTED = "La réponse du fournisseur d’identité n’a pas pu être vérifiée."


def refused_in_words(error: TourderoleError) -> str:
    return REFUSED.get(code_of(error), "Cela n’a pas pu être fait. Rechargez la page et recommencez.")


def sign_in_in_words(reason: object) -> str:
    return SIGN_IN.get(str(reason), _UNTRUSTED)


def clock_at(at: datetime, zone: ZoneInfo) -> str:
    """`14 h 15`, in that zone."""
    return clock(at.astimezone(zone).time())


def until_of(at: datetime, zone: ZoneInfo) -> str:
    """`14 h 10 min 05 s`: for what ends within minutes, seconds count."""
    local = at.astimezone(zone)
    return f"{local.hour}{SPACE}h{SPACE}{local.minute:02}{SPACE}min{SPACE}{local.second:02}{SPACE}s"


def day_in_words(on: date, *, today: date) -> str:
    """`Aujourd’hui, lundi 23 novembre`."""
    near = {0: "aujourd’hui, ", 1: "demain, ", 2: "après-demain, "}.get((on - today).days, "")
    return capitalised(near + plain_day(on))


def when_in_words(slot: Slot, venue: Venue) -> tuple[str, str]:
    """`lundi 23 novembre 2026`, `à 14 h 15`."""
    local = slot.time.start.astimezone(venue.zone)
    return long_day(local.date()), f"à{SPACE}{clock(local.time())}"


def read_aloud(booking: Booking) -> str:
    """What the patient is told on the telephone."""
    venue, (day, at) = booking.venue, when_in_words(booking.slot, booking.venue)
    where = {
        Modality.IN_PERSON: f". L’adresse : {venue.practice_name}, {venue.address}",
        Modality.TELE: ", en téléconsultation",
        Modality.HOME_VISIT: ", qui se rendra chez vous",
    }[booking.slot.modality]
    call = f" En cas d’empêchement, appelez le {phone(venue.phone)}." if venue.phone else ""
    return spaced(f"« Votre rendez-vous est {day} {at}, avec le docteur {venue.practitioner_name}{where}.{call} »")


def why_none_in_words(places: PractitionerPlaces, why: WhyNone) -> str:
    if places.next_at is None:
        return WHY_NONE[why]
    local = places.next_at.astimezone(places.zone)
    return f"{WHY_NONE[why]} La première place libre ensuite : {plain_day(local.date())} à {clock(local.time())}."


def unseen_in_words(trace: Trace) -> tuple[str, str]:
    """Which session, and what keeps it from the 15."""
    zone, time = trace.facts.territory.zone, trace.facts.session.time
    hours = " – ".join(clock_at(at, zone) for at in (time.start, time.end))
    return f"{capitalised(plain_day(trace.facts.on))}, {hours}", conclusion_in_words(trace, Language.FR)


def left_in_words(count: int) -> str:
    return counted(count, "place libre", "places libres")


def status_in_words(booking: Booking) -> str:
    """What is told above the card when it is no longer, or not quite, as it was booked."""
    if booking.is_displaced:
        return "La plage a été annulée ou déplacée : ce rendez-vous n’a plus de place. Rappelez le patient."
    return {
        BookingStatus.BOOKED: "Le rendez-vous est pris.",
        BookingStatus.CANCELLED: "Le rendez-vous est annulé : la place est de nouveau libre.",
        BookingStatus.FULFILLED: "Le patient a été reçu.",
        BookingStatus.NO_SHOW: "Le patient n’est pas venu.",
    }[booking.status]

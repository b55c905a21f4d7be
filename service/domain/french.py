"""Dates, hours, durations and numbers as they are written in French."""

import re
from collections.abc import Sequence
from datetime import date, time

import phonenumbers

from service.domain.calendar import IsoWeek

SPACE = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
_FRENCH_CODES = (33, 262, 590, 594, 596)
MINUS = "\N{MINUS SIGN}"
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_SHORT_MONTHS = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)


def number(value: int) -> str:
    """`12 345`, with a narrow space between thousands and a true minus sign."""
    return f"{value:,}".replace(",", THIN).replace("-", MINUS)


def seconds(value: float) -> str:
    return f"{value:.{1 if value >= 1 else 2}f}".replace(".", ",") + f"{SPACE}s"


def duration(minutes: int) -> str:
    """`45 min`, `2 h`, `9 h 30`."""
    hours, rest = divmod(abs(minutes), 60)
    sign = MINUS if minutes < 0 else ""
    if not hours:
        return f"{sign}{rest}{SPACE}min" if rest else "0"
    return f"{sign}{number(hours)}{SPACE}h" + (f"{SPACE}{rest:02}" if rest else "")


def balance(minutes: int) -> str:
    """A duration that says on which side of zero it is."""
    return f"+{duration(minutes)}" if minutes > 0 else duration(minutes)


def clock(at: time) -> str:
    """`18 h`, `9 h 30`."""
    return f"{at.hour}{SPACE}h" + (f"{SPACE}{at.minute:02}" if at.minute else "")


def hours(start: time, end: time) -> str:
    return f"{clock(start)} – {clock(end)}"


def day_of_month(on: date, *, short: bool = False) -> str:
    """`1er décembre`, `30 nov.`."""
    month = (_SHORT_MONTHS if short else _MONTHS)[on.month - 1]
    return f"{on.day}{'er' if on.day == 1 else ''}{SPACE}{month}"


def short_day(on: date) -> str:
    """`lun. 30 nov.`."""
    return f"{_WEEKDAYS[on.weekday()][:3]}.{SPACE}{day_of_month(on, short=True)}"


def plain_day(on: date) -> str:
    """`lundi 30 novembre`."""
    return f"{_WEEKDAYS[on.weekday()]} {day_of_month(on)}"


def phone(number: str) -> str:
    """`02 43 90 00 00`; one of another country, or none at all, as it is."""
    try:
        parsed = phonenumbers.parse(number, "FR")
    except phonenumbers.NumberParseException:
        return number
    format = phonenumbers.PhoneNumberFormat
    is_french = parsed.country_code in _FRENCH_CODES
    return phonenumbers.format_number(parsed, format.NATIONAL if is_french else format.INTERNATIONAL).replace(
        " ", SPACE
    )


def long_day(on: date) -> str:
    """`lundi 30 novembre 2026`."""
    return f"{_WEEKDAYS[on.weekday()]} {day_of_month(on)} {on.year}"


def span(weeks: Sequence[IsoWeek], *, short: bool = False) -> str:
    """`30 nov. – 6 déc.`; in full `du 30 novembre au 6 décembre 2026`."""
    first, last = weeks[0].monday, weeks[-1].sunday
    if short:
        return f"{day_of_month(first, short=True)} – {day_of_month(last, short=True)}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"du {day_of_month(first)}{year} au {day_of_month(last)} {last.year}"


def counted(count: int, one: str, several: str) -> str:
    """`1 poste vacant`, `2 postes vacants`; none is singular in French."""
    return f"{number(count)}{SPACE}{several if count > 1 else one}"


def capitalised(text: str) -> str:
    """The first letter a capital, all others as they are."""
    return text[:1].upper() + text[1:]


def spaced(text: str) -> str:
    """The text, its colons and the like never first on a line."""
    return re.sub(r" (?=[:;!?»→])|(?<=«) ", SPACE, text)

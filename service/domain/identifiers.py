"""National identifiers of people, places, businesses and communes, and telephone numbers: checked, in one form."""

import re
from collections.abc import Iterator

import phonenumbers
from stdnum import luhn
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError
from stdnum.fr import siret

from service.domain.communes import current_commune
from service.domain.directory import Insee
from service.domain.errors import Invalid
from service.domain.faults import Fault

PHONE_REGIONS = ("FR", "GP", "MQ", "GF", "RE")
"""Where a number of ten digits may be at home; their numbering plans do not collide. GP serves BL and MF, RE serves YT.

The shorter numbers of the Pacific and of Saint-Pierre need their country code: ten digits cut short look like them.
"""


def _refused(path: str, code: str, message: str, hint: str | None = None) -> Invalid:
    return Invalid(Fault(path=path, code=code, message=message, hint=hint))


def _digits(text: str, length: int, name: str, path: str) -> str:
    """The text when it is that many ASCII digits. Raises Invalid (`<name>.malformed`, `<name>.length`)."""
    if not re.fullmatch(r"[0-9]+", text):
        raise _refused(path, f"{name}.malformed", f"{_short(text)} is not made of digits alone", f"{length} digits")
    if len(text) != length:
        raise _refused(path, f"{name}.length", f"{len(text)} digits where {length} are due", f"{length} digits")
    return text


def _short(text: str) -> str:
    """The text as a person may see it in a message: quoted, unprintable characters escaped, cut at 40."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def checked_rpps(text: str, *, path: str = "") -> str:
    """The national number of a practitioner: 11 digits, the last a Luhn key.

    Raises Invalid: `rpps.malformed`, `rpps.length`, `rpps.check_digit`.
    """
    _digits(text, 11, "rpps", path)
    if not luhn.is_valid(text):
        raise _refused(path, "rpps.check_digit", f"the check digit of {text} is wrong", "was a digit mistyped?")
    return text


def checked_rpps_rank(text: str, *, path: str = "") -> str:
    """A self-employed practitioner's own practice: an RPPS and a rank of three digits.

    Raises Invalid: `rpps_rank.malformed`, `rpps_rank.length`, `rpps_rank.check_digit`.
    """
    _digits(text, 14, "rpps_rank", path)
    if not luhn.is_valid(text[:11]):
        raise _refused(path, "rpps_rank.check_digit", f"the check digit of the RPPS {text[:11]} is wrong")
    return text


def checked_finess(text: str, *, path: str = "") -> str:
    """The national number of an establishment: its department, six digits and a Luhn key over all.

    In Corsica the department's letter counts as a digit, A as 1 and B as 2; so do the numbers in use, for example
    2A0000014 and 2B0000020. Raises Invalid: `finess.malformed`, `finess.length`, `finess.check_digit`.
    """
    number = re.sub(r"(?<=^2)[AB]", lambda letter: str("AB".index(letter[0]) + 1), text)
    try:
        _digits(number, 9, "finess", path)
    except Invalid as error:
        hint = "9 digits, or 2A or 2B and 7 digits"
        raise _refused(path, error.faults[0].code, error.faults[0].message, hint) from None
    if not luhn.is_valid(number):
        raise _refused(path, "finess.check_digit", f"the check digit of {text} is wrong", "was a digit mistyped?")
    return text


def checked_siret(text: str, *, path: str = "") -> str:
    """The national number of a business's site: 14 digits, Luhn over its first nine and over all (La Poste apart).

    Raises Invalid: `siret.malformed`, `siret.length`, `siret.check_digit`.
    """
    _digits(text, 14, "siret", path)
    try:
        return str(siret.validate(text))
    except (InvalidChecksum, InvalidComponent):
        raise _refused(path, "siret.check_digit", f"the check digit of {text} is wrong") from None
    except ValidationError:
        raise _refused(path, "siret.malformed", f"{text} is no SIRET") from None


def checked_insee(text: str, *, path: str = "") -> Insee:
    """The commune of today that a commune code leads to: 5 characters, the department first (`2A` and `2B` in Corsica).

    Departments may be invented. Raises Invalid: `commune.malformed`.
    """
    if not re.fullmatch(r"(?:[0-9]{2}|2[AB])[0-9]{3}", text):
        hint = "5 characters: 53062, 2A004"
        raise _refused(path, "commune.malformed", f"{_short(text)} is no INSEE commune code", hint)
    return Insee(current_commune(text))


def checked_phone(text: str, *, path: str = "") -> str:
    """A telephone number in the form of E.164: `06 12 34 56 78` is `+33612345678`.

    Without a country code it is read as a French number, mainland or overseas. Raises Invalid: `phone.malformed`.
    """
    number = next(_valid_numbers(text), None)
    if number is None:
        hint = "for example 02 43 90 00 00 or +33243900000"
        raise _refused(path, "phone.malformed", f"{_short(text)} is no telephone number", hint)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _valid_numbers(text: str) -> Iterator[phonenumbers.PhoneNumber]:
    if not re.fullmatch(r"\s*\+?[0-9\s().-]{6,30}", text):
        return
    for region in PHONE_REGIONS:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            yield number

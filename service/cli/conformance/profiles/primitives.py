"""How the primitive types of FHIR are written in JSON, as its specification says it."""

import re
from typing import Any

YEAR = r"([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
MONTH = r"(0[1-9]|1[0-2])"
DAY = r"(0[1-9]|[1-2][0-9]|3[0-1])"
TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
ZONE = r"(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
WRITTEN: dict[str, re.Pattern[str]] = {
    "string": re.compile(r"[ \r\n\t\S]+"),
    "markdown": re.compile(r"[ \r\n\t\S]+"),
    "uri": re.compile(r"\S+"),
    "url": re.compile(r"\S+"),
    "canonical": re.compile(r"\S+"),
    "oid": re.compile(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+"),
    "uuid": re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "id": re.compile(r"[A-Za-z0-9\-.]{1,64}"),
    "code": re.compile(r"\S+( \S+)*"),
    "date": re.compile(f"{YEAR}(-{MONTH}(-{DAY})?)?"),
    "dateTime": re.compile(f"{YEAR}(-{MONTH}(-{DAY}(T{TIME}{ZONE})?)?)?"),
    "instant": re.compile(f"{YEAR}-{MONTH}-{DAY}T{TIME}{ZONE}"),
    "time": re.compile(TIME),
    "base64Binary": re.compile(r"(\s*([0-9a-zA-Z+/=]){4}\s*)+"),
}
LEAST = {"unsignedInt": 0, "positiveInt": 1, "integer": -(2**31)}


def is_primitive(code: str) -> bool:
    return code in WRITTEN or code in LEAST or code in ("boolean", "decimal")


def is_written_as(code: str, value: Any) -> bool:
    """Of a primitive type."""
    if code == "boolean":
        return isinstance(value, bool)
    if code in LEAST:
        return isinstance(value, int) and not isinstance(value, bool) and value >= LEAST[code]
    if code == "decimal":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str) and WRITTEN[code].fullmatch(value) is not None

"""What a language brings to a trace of visibility."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.visibility import Check, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """`checks`: short labels. `steps` by check and case; `remedies` for those that stop: what would change it. Templates of `str.format`."""

    checks: Mapping[Check, str]
    steps: Mapping[str, str]
    remedies: Mapping[str, str]
    verdicts: Mapping[Verdict, str]
    visible: str
    hidden: str

"""What a language brings to a trace of visibility."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.visibility import Check, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """Templates of `str.format`: `steps` by check and case, `remedies` of those that stop: what would change it.

    `checks` and `verdicts` are short labels.
    """

    checks: Mapping[Check, str]
    steps: Mapping[str, str]
    remedies: Mapping[str, str]
    verdicts: Mapping[Verdict, str]
    visible: str
    hidden: str

"""The shape of a statement of truth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """`sql` gives a row for whatever belies the `sentence`: `row` names it, `said` tells what is wrong with it.

    It looks at the data alone: at no clock, and at nothing that a setting says.
    """

    name: str
    sentence: str
    sql: str

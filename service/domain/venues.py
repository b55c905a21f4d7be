"""Where a place is, as a caller is told."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """What a caller is told of a place: where to go that day, whom to call, who receives, and on which clock.

    `postal_code` and `city`: None where the territory does not have the commune. `nearly_full_percent`: its policy.
    """

    practice_name: str
    address_line: str
    postal_code: str | None = None
    city: str | None = None
    phone: str
    practitioner_name: str
    zone: ZoneInfo
    nearly_full_percent: int = 80

    @property
    def address(self) -> str:
        """In one line: the town follows, unless it is said already."""
        town = f"{self.postal_code} {self.city}"
        is_said = self.city is None or town in self.address_line
        return self.address_line if is_said else f"{self.address_line}, {town}"

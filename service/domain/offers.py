"""What a search answers: the free places, best first, or why there is none."""

from dataclasses import dataclass

from service.domain.bookings import Slot
from service.domain.explanations import Explanation
from service.domain.keeping import Keeping
from service.domain.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A free place as a need sees it. Lower `cost` is better: `ranking.cost_of` has the formula.

    Places of the patient's own GP, or of his or her practice, come first and are not `supplement_eligible`. `kept`: for
    the inhabitants of a sector that is not the patient's, for which the cost has a charge.
    """

    slot: Slot
    venue: Venue
    distance_km: float
    travel_minutes: float
    waiting_minutes: float
    cost: float
    supplement_eligible: bool = True
    kept: Keeping | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`explanations` only when there are no `offers`."""

    offers: tuple[Offer, ...] = ()
    explanations: tuple[Explanation, ...] = ()

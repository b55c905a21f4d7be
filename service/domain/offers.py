"""What a search answers: the free places, best first, or why there is none."""

from dataclasses import dataclass

from service.domain.bookings import Slot, Venue
from service.domain.explanations import Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A free place as a need sees it. Lower `cost` is better: the territory's weights × minutes of waiting and travel.

    Places of the patient's own GP, or of his or her practice, come first and are not `supplement_eligible`.
    """

    slot: Slot
    venue: Venue
    distance_km: float
    travel_minutes: float
    waiting_minutes: float
    cost: float
    supplement_eligible: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`explanations` only when there are no `offers`."""

    offers: tuple[Offer, ...] = ()
    explanations: tuple[Explanation, ...] = ()

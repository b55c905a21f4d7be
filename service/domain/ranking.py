"""The order of free places, in plain form: whose turn it is, then the cost. Its twin in SQL: `storage/ranking.py`."""

from enum import IntEnum

from service.domain.policy import SearchPolicy


class Turn(IntEnum):
    """The patient's own GP is tried first, then his or her practice."""

    OWN_GP = 0
    OWN_PRACTICE = 1
    OTHERS = 2


def cost_of(
    search: SearchPolicy, *, waiting_minutes: float, travel_minutes: float, is_kept: bool, is_tele_instead: bool
) -> float:
    """What a place costs the patient, and the territory that would rather keep it; lower is better.

    `waiting_weight` × minutes of waiting + `travel_weight` × minutes of road, + `kept_charge` while the place is kept
    for the inhabitants of a sector that is not the patient's, + `tele_charge` for a teleconsultation where the patient
    would as soon be seen in person.
    """
    return (
        search.waiting_weight * waiting_minutes
        + search.travel_weight * travel_minutes
        + search.kept_charge * is_kept
        + search.tele_charge * is_tele_instead
    )

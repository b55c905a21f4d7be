"""What becomes of the places that were cut: each filter that the national search applies, and what else it tells."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from service.domain.bookings import Slot, SlotState
from service.domain.directory import Audience
from service.domain.errors import Invalid
from service.domain.identifiers import checked_rpps
from service.domain.national import establishment_id, structure_id
from service.domain.visibility import SHOWN_DAYS, Check, Fact, Question, SessionFacts


class Sifted(NamedTuple):
    """What a filter came to, and what it leaves. `is_noted`: it leaves all, and there is something to know."""

    case: str
    left: Sequence[Slot]
    facts: Mapping[str, Fact]
    is_noted: bool = False


def _audience(_: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    left = [each for each in places if question.audience in each.audiences]
    borne = tuple(sorted({audience for each in places for audience in each.audiences}))
    case = ("yes" if left else "no") if borne else "nobody"
    return Sifted(case, left, {"audience": (question.audience,), "audiences": borne, "places": len(left)})


def _offered(_: SessionFacts, __: Question, places: Sequence[Slot]) -> Sifted:
    count = Counter(each.state for each in places)
    withdrawn, closed = count[SlotState.WITHDRAWN], count[SlotState.CLOSED]
    left = [each for each in places if each.state not in (SlotState.WITHDRAWN, SlotState.CLOSED)]
    case = "yes" if left else "closed" if closed else "withdrawn"
    return Sifted(case, left, {"places": len(left), "withdrawn": withdrawn, "closed": closed})


def _ahead(facts: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    left = [each for each in places if each.time.start > question.at]
    case = "yes" if len(left) == len(places) else "partly" if left else "begun"
    if not left and facts.session.time.end <= question.at:
        case = "over"
    return Sifted(case, left, {"places": len(left), "begun": len(places) - len(left), "at": question.at})


def _free(_: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    held = [each.held_until for each in places if each.state is SlotState.HELD and each.held_until]
    still = [until for until in held if until > question.at]
    left = [each for each in places if _is_free(each, question.at)]
    full = sum(each.state is SlotState.FREE and not each.places_left for each in places)
    booked = sum(each.state is SlotState.BUSY for each in places)
    case = (
        "yes" if len(left) == len(places) else "partly" if left else "held" if still else "full" if full else "booked"
    )
    until = min(still) if still else None
    told: dict[str, Fact] = {"places": len(left), "booked": booked, "held": len(still), "full": full, "until": until}
    return Sifted(case, left, told)


def _is_free(slot: Slot, at: datetime) -> bool:
    if slot.state is SlotState.HELD:
        return slot.held_until is not None and slot.held_until <= at and slot.places_left > 0
    return slot.state is SlotState.FREE and slot.places_left > 0


def _kept(_: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    kept = [each.kept for each in places if each.kept and question.at < each.kept.until]
    if not kept:
        return Sifted("no", places, {})
    told: dict[str, Fact] = {"kept": len(kept), "sector": kept[0].sector, "until": max(each.until for each in kept)}
    return Sifted("yes", places, told)


def _window(facts: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    zone = facts.territory.zone
    last = question.at.astimezone(zone).date() + timedelta(days=SHOWN_DAYS)
    left = [each for each in places if each.time.start.astimezone(zone).date() <= last]
    first = min(each.time.start.astimezone(zone).date() for each in places)
    told: dict[str, Fact] = {"days": SHOWN_DAYS, "from": first - timedelta(days=SHOWN_DAYS)}
    return Sifted("yes" if left else "later", left, told)


def _rpps(facts: SessionFacts, _: Question, places: Sequence[Slot]) -> Sifted:
    numbers = {each.practitioner: facts.people[each.practitioner].rpps for each in places}
    left = [each for each in places if _is_rpps(numbers[each.practitioner])]
    told: dict[str, Fact] = {"rpps": tuple(sorted({*numbers.values()})), "holders": _names(facts, places)}
    return Sifted("yes" if left else "no", left, told)


def _is_rpps(number: str) -> bool:
    """Whether the national directory can hold it, whence the platform has the numbers that it asks for."""
    try:
        checked_rpps(number)
    except Invalid:
        return False
    return True


def _address(facts: SessionFacts, _: Question, places: Sequence[Slot]) -> Sifted:
    """A practice that stands still is where its commune is, or else the nearest of the territory's."""

    def is_addressed(slot: Slot) -> bool:
        practice = facts.practices[slot.practice]
        if practice.point is not None:
            return bool(facts.towns)
        stop = practice.stop_on(slot.time.start.astimezone(facts.territory.zone).date())
        return stop is not None and stop.insee in facts.towns

    left = [each for each in places if is_addressed(each)]
    return Sifted("yes" if left else "no", left, {"practices": _sites(facts, places), "day": facts.on})


def _structure(facts: SessionFacts, _: Question, places: Sequence[Slot]) -> Sifted:
    practice = facts.practices[places[0].practice]
    number = structure_id(finess=practice.finess, siret=practice.siret, rpps_rank=practice.rpps_rank)
    told: dict[str, Fact] = {"practices": _sites(facts, places), "number": number}
    return Sifted("yes" if number else "none", places, told, is_noted=number is None)


def _community(facts: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    """To a community a place is told with those that its holder belongs to that day, and pledged time to."""
    finess = establishment_id(facts.territory.finess)
    if question.audience is not Audience.CPTS:
        return Sifted("aside", places, {})
    joined = {
        person: [each for each in facts.communities.get(person, ()) if each.counts_in(facts.on)]
        for person in {each.practitioner for each in places}
    }
    left = [each for each in places if joined[each.practitioner]]
    names = tuple(sorted({community.name for each in left for community in joined[each.practitioner]}))
    told: dict[str, Fact] = {"communities": names, "finess": finess, "holders": _names(facts, places)}
    return Sifted("yes" if left else "no", left, told)


def _search(_: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    if question.audience is Audience.CPTS:
        return Sifted("cpts", places, {}, is_noted=True)
    return Sifted("both", places, {"audience": (question.audience,)})


def _page(_: SessionFacts, question: Question, places: Sequence[Slot]) -> Sifted:
    return Sifted("set" if question.page else "unset", places, {"page": question.page}, is_noted=not question.page)


def _names(facts: SessionFacts, places: Sequence[Slot]) -> tuple[str, ...]:
    people = {each.practitioner: facts.people[each.practitioner].full_name for each in places}
    return tuple(people.values())


def _sites(facts: SessionFacts, places: Sequence[Slot]) -> tuple[str, ...]:
    return tuple({each.practice: facts.practices[each.practice].name for each in places}.values())


FILTERS: Mapping[Check, Callable[[SessionFacts, Question, Sequence[Slot]], Sifted]] = {
    Check.AUDIENCE: _audience,
    Check.OFFERED: _offered,
    Check.AHEAD: _ahead,
    Check.FREE: _free,
    Check.KEPT: _kept,
    Check.WINDOW: _window,
    Check.RPPS: _rpps,
    Check.ADDRESS: _address,
    Check.STRUCTURE: _structure,
    Check.COMMUNITY: _community,
    Check.SEARCH: _search,
    Check.PAGE: _page,
}

"""Who moves when a fix is made: who fills the empty seat, and who comes, goes or is replaced elsewhere."""

from collections.abc import Iterator, Sequence

from service.domain.answers import Fix, Gap
from service.domain.rosters import Assignment, SessionKey
from service.domain.wording_naming import Naming


def moves_in_words(naming: Naming, gap: Gap, fix: Fix, told: Assignment | None) -> Iterator[str]:
    """A clause for everything that changes, the gap's own session first, but for the seat that is `told` already."""
    gap_key = SessionKey(gap.template, gap.on)
    touched = {assignment.key for assignment in (*fix.added, *fix.removed)}
    for key in sorted(touched, key=lambda key: (key != gap_key, key)):
        removed = [one for one in fix.removed if one.key == key]
        added = [one for one in fix.added if one.key == key and one != told]
        yield from _elsewhere(naming, removed, added)
        gone = _without(removed, added)
        come = sorted(_without(added, removed), key=lambda one: one.practitioner == fix.practitioner)
        if key == gap_key and told is None and len(come) > len(gone):
            yield _empty_seat(naming, fix, come.pop())
        yield from _in_and_out(naming, gone, come)


def _without(seats: Sequence[Assignment], others: Sequence[Assignment]) -> list[Assignment]:
    """Those of practitioners who are not among the others."""
    return [one for one in seats if one.practitioner not in {other.practitioner for other in others}]


def _elsewhere(naming: Naming, removed: Sequence[Assignment], added: Sequence[Assignment]) -> Iterator[str]:
    """Who stays, but at another place."""
    before = {one.practitioner: one.practice for one in removed}
    for seat in added:
        if seat.practitioner in before:
            who, place = naming.practitioner(seat.practitioner), naming.practice(before[seat.practitioner])
            yield naming.words.changes_place.format(who=who, session=naming.seat(seat), place=place)


def _empty_seat(naming: Naming, fix: Fix, seat: Assignment) -> str:
    text = naming.words.takes_empty_seat.format(who=naming.practitioner(seat.practitioner))
    if seat.practice == fix.practice or not naming.has_several_hosts(seat.key):
        return text
    return naming.words.at_place.format(text=text, place=naming.practice(seat.practice))


def _in_and_out(naming: Naming, gone: Sequence[Assignment], come: Sequence[Assignment]) -> Iterator[str]:
    """Who replaces whom, pair by pair, then who comes or goes besides."""
    words = naming.words
    for new, old in zip(come, gone, strict=False):
        names = {"who": naming.practitioner(new.practitioner), "other": naming.practitioner(old.practitioner)}
        yield words.replaces.format(**names, session=naming.seat(new))
    for seat in come[len(gone) :]:
        yield words.takes.format(who=naming.practitioner(seat.practitioner), session=naming.seat(seat))
    for seat in gone[len(come) :]:
        yield words.gives_up.format(who=naming.practitioner(seat.practitioner), session=naming.seat(seat))

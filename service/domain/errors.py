"""Everything the domain refuses to do.

TourderoleError
├── Invalid                 what was sent is malformed: carries every fault          422
│   ├── AccountRefused      what was sent of an account can be read, and breaks its rules   (account_errors)
│   └── IdempotencyKeyReused    the key was used for another request
├── TooLarge                what was sent is longer than anything lawful             413
├── NotFound                the thing named does not exist                           404
├── Gone
│   ├── HoldExpired         it was there: the hold ran out, or was released          410
│   └── OfferExpired        the place offered was kept until a deadline, which is past
├── PreconditionMissing     an edit names no version                                 428
├── Forbidden               the caller may not do this here                          403
│   ├── Unauthenticated     the caller did not say who it is                         401
│   ├── RegulatorDisabled   the SAS gave the regulator no account, or took it away   (account_errors)
│   ├── SignInRefused       what the provider sends back cannot be trusted            (account_errors)
│   └── TermsNotAccepted    the regulator has yet to accept the terms of use          (account_errors)
├── Conflict                the request is sound, the state forbids it               409
│   ├── SlotTaken · SlotHeld · SlotBegun · SlotNotBegun · SlotWithdrawn · WalkInNotBookable
│   ├── NotWalkIn · SessionFull · SessionNotOpen · SessionClosed · NobodyToTakeBack
│   ├── NoPlaceFree             nothing free meets the need
│   ├── BookingClosed           the booking has ended already
│   ├── BookingDisplaced        the booking has no place any more
│   ├── TaskClosed · EntryClosed · NothingOffered · AlreadyWaiting
│   ├── RosterExists · RosterPublished · RosterNotReady · RosterOver · PublicationTooLate · SessionBegun · SeatBooked
│   ├── StaleVersion            somebody else saved first: reload and retry
│   ├── StillReferred           something still points at what would be deleted
│   ├── AlreadyThere            an entry with this id exists
│   ├── RegulatorExists · EmailTaken    an active account has that identifier, that e-mail   (account_errors)
│   ├── SecretChanging · SecretReplaced     of a webhook                             (webhook_errors)
│   └── RulesBroken             carries the breaches
└── Unavailable             a dependency is down: retry later                        503
"""

from collections.abc import Mapping
from typing import ClassVar

from service.domain.faults import Fault


class TourderoleError(Exception):
    """The root: a stable `code`, an English `title`, and the facts a caller can act upon (JSON-ready values)."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "The request could not be served"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts: Mapping[str, object] = facts


class Invalid(TourderoleError):
    """What was sent breaks one rule or more; nothing was done."""

    code = "invalid"
    title = "The request is malformed"

    def __init__(self, *faults: Fault, **facts: object) -> None:
        told = (f"{fault.path}: {fault.message}" if fault.path else fault.message for fault in faults[:5])
        super().__init__("; ".join(told), **facts)
        self.faults = faults


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key.reused"
    title = "The idempotency key belongs to another request"


class TooLarge(TourderoleError):
    """`limit_bytes`: the longest body that is read."""

    code = "body.too_large"
    title = "The request is too large"


class NotFound(TourderoleError):
    """`kind` names what was looked for, `id` what it was called."""

    code = "not_found"
    title = "There is no such thing"

    def __init__(self, kind: str, id: object) -> None:
        super().__init__(f"no {kind} {id}", kind=kind, id=str(id))


class Gone(TourderoleError):
    code = "gone"
    title = "It is no longer there"


class HoldExpired(Gone):
    code = "hold_expired"
    title = "The hold has ended"


class OfferExpired(Gone):
    """`until`: the deadline."""

    code = "offer_expired"
    title = "The place was kept until a deadline, which is past"


class PreconditionMissing(TourderoleError):
    code = "if_match.missing"
    title = "Say which version you edit: send its ETag in If-Match"


class Forbidden(TourderoleError):
    code = "forbidden"
    title = "The caller may not do this"


class Unauthenticated(Forbidden):
    code = "unauthenticated"
    title = "Send the token as `Authorization: Bearer …`"


class Conflict(TourderoleError):
    code = "conflict"
    title = "The present state forbids it"


class SlotTaken(Conflict):
    code = "slot_taken"
    title = "The place is booked already"


class SlotHeld(Conflict):
    """`retry_at`: when the hold ends if it is not confirmed."""

    code = "slot_held"
    title = "Somebody else holds the place"


class SlotBegun(Conflict):
    code = "slot_begun"
    title = "The place has begun"


class SlotNotBegun(Conflict):
    code = "slot_not_begun"
    title = "The place has not begun yet"


class SlotWithdrawn(Conflict):
    code = "slot_withdrawn"
    title = "The place is no longer offered"


class WalkInNotBookable(Conflict):
    code = "walk_in_not_bookable"
    title = "A walk-in session takes people as they come: it is neither held nor booked"


class SessionFull(Conflict):
    code = "session_full"
    title = "The session has received all it can"


class NotWalkIn(Conflict):
    code = "not_walk_in"
    title = "People are counted at walk-in sessions only: this place is booked"


class SessionNotOpen(Conflict):
    """`opens_at`: from when people are counted."""

    code = "session_not_open"
    title = "The session has not opened yet"


class SessionClosed(Conflict):
    code = "session_closed"
    title = "The session takes nobody more: it was closed by hand"


class NobodyToTakeBack(Conflict):
    code = "nobody_counted"
    title = "Fewer people were counted than would be taken back"


class NoPlaceFree(Conflict):
    """`explanations`: why, and when the next place opens."""

    code = "no_place_free"
    title = "No free place meets the need"


class BookingClosed(Conflict):
    code = "booking_closed"
    title = "The booking has ended already"


class BookingDisplaced(Conflict):
    code = "booking_displaced"
    title = "The booking has no place any more: accept what its task proposes, move it, or say how it ended"


class TaskClosed(Conflict):
    code = "task_closed"
    title = "The task is closed already"


class EntryClosed(Conflict):
    code = "entry_closed"
    title = "The entry is no longer on the wait-list"


class NothingOffered(Conflict):
    code = "nothing_offered"
    title = "No place is offered that could be accepted or declined"


class AlreadyWaiting(Conflict):
    code = "already_waiting"
    title = "The case waits for that half-day already"


class RosterExists(Conflict):
    code = "roster_exists"
    title = "A roster of these weeks exists: send its ETag in If-Match to draft it anew"


class RosterPublished(Conflict):
    code = "roster_published"
    title = "The roster is published: it can be amended, with a reason, never redrafted"


class RosterNotReady(Conflict):
    code = "roster_not_ready"
    title = "The roster is not in the state this needs"


class SessionBegun(Conflict):
    code = "session_begun"
    title = "The session has begun: what was published is history"


class SeatBooked(Conflict):
    code = "seat_booked"
    title = "People were seen or counted there already: their places are no longer taken away"


class RosterOver(Conflict):
    code = "roster_over"
    title = "The weeks of the roster have ended"


class PublicationTooLate(Conflict):
    code = "publication_notice"
    title = "The first session begins before the notice that the territory asks for"


class StaleVersion(Conflict):
    """Somebody else saved first. `version`: the one stored now."""

    code = "stale_version"
    title = "Somebody else saved first: reload and retry"


class StillReferred(Conflict):
    code = "still_referred"
    title = "Something still refers to it"


class AlreadyThere(Conflict):
    code = "already_there"
    title = "An entry with this identifier exists"


class RulesBroken(Conflict):
    """The change would break rules; `breaches` says which, for whom."""

    code = "rules_broken"
    title = "The change breaks rules of the roster"


class Unavailable(TourderoleError):
    code = "unavailable"
    title = "A part of the service is out of reach: try again shortly"

"""What happened, as it is said on the command line: `gp-05:2026-12-01..2026-12-14`, `t11:2026-12-02`."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from service.domain.calendar import instant_of
from service.domain.changes import Change
from service.domain.changes_of_persons import PractitionerAway, SeatDeclined, WeeklyMaximumChanged
from service.domain.changes_of_places import RoomsClosed, SessionAdded, SessionDropped
from service.domain.directory import PracticeId, PractitionerId
from service.domain.errors import Invalid
from service.domain.rosters import SessionKey, TemplateId

AbsentOption = Annotated[
    list[str] | None, typer.Option("--absent", help="Who is away: gp-05:2026-12-01..2026-12-14; one day, or `..` open.")
]
DeclineOption = Annotated[
    list[str] | None, typer.Option("--decline", help="Who no longer wants which session: gp-08:t11:2026-12-02.")
]
DropOption = Annotated[list[str] | None, typer.Option("--drop", help="A session less: t11:2026-12-02.")]
AddOption = Annotated[list[str] | None, typer.Option("--add", help="A session more, of a template: t11:2026-12-09.")]
ClosedOption = Annotated[
    list[str] | None, typer.Option("--closed", help="A practice closed: cab-quai:2026-12-02..2026-12-04, or one day.")
]
MaximumOption = Annotated[
    list[str] | None, typer.Option("--maximum", help="Sessions a week of one practitioner: gp-04:2.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(help="Local time at which it is done, 2026-12-01T08:00; what has begun stays. Now unless said."),
]


def away(said: str) -> Change:
    who, days = _parts(said, 2, "--absent")
    from_on, until_on = _days(days, "--absent")
    return PractitionerAway(practitioner=PractitionerId(who), from_on=from_on, until_on=until_on)


def declined(said: str) -> Change:
    who, template, on = _parts(said, 3, "--decline")
    return SeatDeclined(practitioner=PractitionerId(who), session=_session(template, on, "--decline"))


def dropped(said: str) -> Change:
    template, on = _parts(said, 2, "--drop")
    return SessionDropped(session=_session(template, on, "--drop"))


def added(said: str) -> Change:
    template, on = _parts(said, 2, "--add")
    return SessionAdded(session=_session(template, on, "--add"))


def closed(said: str) -> Change:
    practice, days = _parts(said, 2, "--closed")
    from_on, until_on = _days(days, "--closed")
    return RoomsClosed(practice=PracticeId(practice), from_on=from_on, until_on=until_on or date.max)


def maximum(said: str) -> Change:
    who, sessions = _parts(said, 2, "--maximum")
    if not re.fullmatch(r"[0-9]{1,2}", sessions):
        raise typer.BadParameter(f"{sessions!r} is no number of sessions", param_hint="--maximum")
    return WeeklyMaximumChanged(practitioner=PractitionerId(who), sessions=int(sessions))


def all_said(
    absent: Sequence[str] | None,
    decline: Sequence[str] | None,
    drop: Sequence[str] | None,
    add: Sequence[str] | None,
    close: Sequence[str] | None,
    most: Sequence[str] | None,
) -> tuple[Change, ...]:
    """Everything that was said, option by option. Ends the command when it cannot be read."""
    return tuple(_read(absent, decline, drop, add, close, most))


def _read(*options: Sequence[str] | None) -> Iterator[Change]:
    for said, read in zip(options, (away, declined, dropped, added, closed, maximum), strict=True):
        yield from map(read, said or ())


def instant_said(said: str | None, zone: ZoneInfo) -> datetime:
    """The local time named, else the present. Ends the command when it cannot be read."""
    if said is None:
        return datetime.now(zone)
    try:
        local = datetime.fromisoformat(said)
        return local if local.tzinfo else instant_of(local.date(), local.time(), zone)
    except ValueError:
        raise typer.BadParameter(f"{said!r} is no local time", param_hint="--as-of") from None
    except Invalid as error:
        raise typer.BadParameter(str(error), param_hint="--as-of") from None


def _parts(said: str, count: int, option: str) -> list[str]:
    parts = said.split(":")
    if len(parts) != count or not all(parts):
        raise typer.BadParameter(f"{said!r} has not the form that the help shows", param_hint=option)
    return parts


def _days(said: str, option: str) -> tuple[date, date | None]:
    """`2026-12-01` is that day, `2026-12-01..2026-12-14` both included, `2026-12-01..` open-ended."""
    first, dots, last = said.partition("..")
    from_on = _day(first, option)
    return from_on, _day(last, option) if last else (None if dots else from_on)


def _day(said: str, option: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter(f"{said!r} is no date", param_hint=option) from None


def _session(template: str, on: str, option: str) -> SessionKey:
    return SessionKey(TemplateId(template), _day(on, option))


def session_said(said: str, option: str) -> tuple[SessionKey, PractitionerId | None]:
    """`t11:2026-12-02`, and whose seat of it, where one is named: `t11:2026-12-02:gp-04`."""
    template, on, *who = _parts(said, 3 if said.count(":") > 1 else 2, option)
    return _session(template, on, option), PractitionerId(who[0]) if who else None

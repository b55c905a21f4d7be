"""The demonstration: the reference territory, one week solved as a job, published, printed."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from rich.console import Console

from service.application.directory import export_territory_file, get_territory, import_territory_file
from service.application.page_sessions import invite
from service.application.regulators import put_regulator
from service.application.roster_publishing import publish_roster
from service.application.rosters import find_roster, follow_roster, read_roster, request_roster
from service.cli.answering import worker
from service.cli.opening import stopped
from service.cli.progress import shown_progress
from service.cli.rendering import print_roster
from service.cli.solving import fault_line
from service.domain.calendar import IsoWeek
from service.domain.callers import Caller
from service.domain.directory import TerritoryId
from service.domain.errors import Invalid, NotFound, RosterExists, RosterPublished, TourderoleError
from service.domain.regulators import Account, IdentifierSystem, RegulatorIdentifier
from service.domain.roster_life import Roster, Solving
from service.domain.rosters import Mode, RosterId
from service.domain.solving import Limits, Problem
from service.settings import Settings
from service.storage.database import Database
from service.web.app import utc_now

REFERENCE = Path(__file__).parents[1] / "reference" / "haut-anjou.json"
TERRITORY = TerritoryId("cpts-haut-anjou-fictive")
DEMO = Caller(name="demo")
REGULATOR = Account(
    technical="demonstration",
    family_name="Démonstration",
    given_name="Régulation",
    emails=("demonstration@example.org",),
    is_active=True,
)


def run(settings: Settings, url: str, week: IsoWeek) -> str | None:
    """Whatever of it was done before is not done again. An invitation to the booking page, if it has places to show."""
    try:
        return asyncio.run(_run(settings, url, week))
    except TourderoleError as error:
        raise stopped(f"{error.title}: {error.detail}") from error


async def _run(settings: Settings, url: str, week: IsoWeek) -> str | None:
    console = Console()
    async with Database(url) as database:
        await _import_reference(database, console)
        async with worker(settings, database):
            roster = await _solved(database, week, console)
        if not roster.state.is_public:
            roster = await publish_roster(
                database, roster.id, expected_version=roster.version, caller=DEMO, now=utc_now()
            )
        await _print(database, roster.id, console)
        console.print(f"\nPublished: roster {roster.id}, version {roster.version}", style="bold green")
        return await _invitation(database, roster.id)


async def _invitation(database: Database, id: RosterId) -> str | None:
    """To the agenda of somebody who has places to book in that roster."""
    _, content, _ = await read_roster(database, id, caller=DEMO)
    file = await export_territory_file(database, TERRITORY, caller=DEMO)
    booked = {key for key, session in content.session_at.items() if session.template.mode is Mode.BOOKABLE}
    holders = [each.practitioner for each in sorted(content.assignments) if each.key in booked]
    if not holders:
        return None
    [holder] = [each for each in file.practitioners if each.id == holders[0]]
    named = RegulatorIdentifier(system=IdentifierSystem.SAS, value="demonstration")
    regulator, _ = await put_regulator(database, named, REGULATOR, caller=DEMO, now=utc_now())
    return await invite(database, regulator.id, return_to=f"/rdv/{holder.rpps}", now=utc_now())


async def _import_reference(database: Database, console: Console) -> None:
    try:
        territory = (await get_territory(database, TERRITORY, caller=DEMO)).value
        console.print(f"{territory.name} is there already; it is left as it is.")
    except NotFound:
        file = await import_territory_file(database, REFERENCE.read_bytes(), caller=DEMO)
        people, places = len(file.practitioners), len(file.practices)
        console.print(f"Imported {file.territory.name}: {people} practitioners, {places} practices.")


async def _solved(database: Database, week: IsoWeek, console: Console) -> Roster:
    """The roster of the week, solved by a worker while the progress shows; published ones are left alone."""
    asked = await _asked(database, week)
    if asked.solving.is_under_way:
        console.print(f"Solving {week} as a job …")
    with shown_progress(console) as show:
        async for roster in follow_roster(database, asked.id, caller=DEMO):
            if roster.progress is not None and roster.solving.is_under_way:
                show(roster.progress)
    if roster.solving is Solving.FAILED:
        raise stopped(f"The week could not be solved: {roster.failure}")
    worth = roster.worth()
    console.print(f"{worth.outcome} after {worth.timings.solve_s:.1f} s of search.")
    return roster


async def _asked(database: Database, week: IsoWeek) -> Roster:
    async def ask(version: int | None) -> Roster:
        return await request_roster(
            database,
            TERRITORY,
            (week,),
            seed=1,
            seconds=Limits().seconds,
            caller=DEMO,
            now=utc_now(),
            expected_version=version,
        )

    try:
        return await ask(None)
    except RosterPublished as error:
        return await _standing(database, error)
    except RosterExists as error:
        standing = await _standing(database, error)
        return standing if standing.solving.is_under_way else await ask(standing.version)
    except Invalid as error:
        raise stopped("\n".join(map(fault_line, error.faults)), status=2) from error


async def _standing(database: Database, error: RosterPublished | RosterExists) -> Roster:
    return await find_roster(database, RosterId(UUID(str(error.facts["roster"]))), caller=DEMO)


async def _print(database: Database, id: RosterId, console: Console) -> None:
    roster, content, _ = await read_roster(database, id, caller=DEMO)
    file = await export_territory_file(database, TERRITORY, caller=DEMO)
    problem = replace(Problem.of(file, roster.weeks), sessions=tuple(content.sessions.values()))
    worth = roster.worth()
    print_roster(
        console,
        problem,
        content.assignments,
        goals=worth.goals,
        gaps=worth.gaps,
        fairness=worth.fairness,
        baseline=worth.baseline,
    )

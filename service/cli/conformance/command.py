"""`tourderole conformance`: the national platform played against a server, or stored answers held against its rules."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
import typer
from rich.console import Console

from service.cli.conformance.answers import Kind
from service.cli.conformance.playing import Certificates, client_of
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.reading import split_url
from service.cli.conformance.report import Report, print_report, report_json
from service.cli.conformance.requests import Search
from service.cli.conformance.running import Unreadable, live_report, stored_report
from service.cli.opening import stopped

MALFORMED = 2
DAYS_AHEAD = 2
"""The platform asks for today and the two days after."""

Target = Annotated[
    str | None, typer.Argument(help="The base of the interface, such as https://agenda.example/fhir; or a stored file.")
]
Files = Annotated[
    list[Path] | None, typer.Option("--file", help="A stored bundle or resource, or a folder of them: nothing is sent.")
]
Rpps = Annotated[
    list[str] | None, typer.Option("--rpps", help="Whose places are asked for: RPPS numbers; repeat it, or use commas.")
]
Token = Annotated[
    str | None, typer.Option(envvar="TOURDEROLE_CONFORMANCE_TOKEN", help="A bearer token to send with everything.")
]
Certificate = Annotated[Path | None, typer.Option("--cert", help="The client's certificate for mutual TLS (PEM).")]
Key = Annotated[Path | None, typer.Option("--key", help="Its key, when it is not in the same file.")]
Authority = Annotated[Path | None, typer.Option("--ca", help="Who signed the server's certificate, unless well known.")]
Ps = Annotated[bool, typer.Option("--ps", help="Only the practitioners' search (INT_R01).")]
Cpts = Annotated[bool, typer.Option("--cpts", help="Only the CPTS search (INT_R04). Without either: both.")]
Profiles = Annotated[
    Path | None, typer.Option(help="A folder of official profile snapshots (JSON): answers are held against them too.")
]
From = Annotated[str | None, typer.Option("--from", help="Local time from which to ask, 2026-12-01T08:00; else now.")]
Until = Annotated[str | None, typer.Option(help="Until when; else the end of the second day after.")]
Zone = Annotated[str, typer.Option(help="The territory's time zone.")]
WriteAccounts = Annotated[
    bool,
    typer.Option(
        "--write-accounts", help="Try the accounts of regulators too (INT_R02). IT WRITES: they are left disabled."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def conformance_command(
    target: Target = None,
    files: Files = None,
    rpps: Rpps = None,
    token: Token = None,
    cert: Certificate = None,
    key: Key = None,
    ca: Authority = None,
    ps: Ps = False,
    cpts: Cpts = False,
    profiles: Profiles = None,
    from_at: From = None,
    until: Until = None,
    zone: Zone = "Europe/Paris",
    write_accounts: WriteAccounts = False,
    as_json: AsJson = False,
) -> None:
    """Play the SAS platform against a server, and hold every answer against the national rules.

    Ends with 1 when something does not conform. Only --write-accounts writes.
    """
    definitions = None if profiles is None else _definitions(profiles)
    certificates = Certificates(cert=cert, key=key, authority=ca)
    if stored := [*(files or ()), *_path(target)]:
        report = _stored(stored, definitions)
    else:
        searches = _searches(_kinds(ps=ps, cpts=cpts), rpps or [], from_at, until, zone)
        report = _live(target, searches, token, certificates, definitions, write_accounts=write_accounts)
    _tell(report, as_json=as_json)


def _tell(report: Report, *, as_json: bool) -> None:
    """Raises Exit when it does not conform."""
    if as_json:
        typer.echo(json.dumps(report_json(report), ensure_ascii=False, indent=1))
    else:
        print_report(Console(soft_wrap=True), report)
    if not report.conforms:
        raise typer.Exit(1)


def _kinds(*, ps: bool, cpts: bool) -> list[Kind]:
    """Both where neither or both are said."""
    return [kind for kind, only in ((Kind.PS, ps), (Kind.CPTS, cpts)) if only or ps == cpts]


def _path(target: str | None) -> Iterator[Path]:
    if target is not None and not re.match(r"https?://", target):
        yield Path(target)


def _definitions(folder: Path) -> Definitions:
    definitions = Definitions(folder)
    if definitions.is_empty:
        raise stopped(f"{folder}: no profiles there (*.json)", status=MALFORMED)
    return definitions


def _stored(paths: list[Path], definitions: Definitions | None) -> Report:
    try:
        return stored_report(paths, definitions)
    except Unreadable as error:
        raise stopped(str(error), status=MALFORMED) from error


def _live(
    base: str | None,
    searches: list[Search],
    token: str | None,
    certificates: Certificates,
    definitions: Definitions | None,
    *,
    write_accounts: bool,
) -> Report:
    if base is None or not (searches or write_accounts):
        raise stopped("Say which server, and whose places: URL --rpps …; or which --file.", status=MALFORMED)
    if not split_url(base).hostname:
        raise stopped(f"{base}: no address", status=MALFORMED)
    with ExitStack() as stack:
        try:
            client = stack.enter_context(client_of(base, token, certificates))
            stranger = stack.enter_context(client_of(base, token, certificates, presented=False))
        except httpx.InvalidURL as error:
            raise stopped(f"{base}: no address: {error}", status=MALFORMED) from error
        except OSError as error:
            raise stopped(f"The certificates cannot be used: {error}", status=MALFORMED) from error
        return live_report(
            base,
            searches,
            client=client,
            stranger=stranger if certificates.cert is not None else None,
            certificates=certificates,
            definitions=definitions,
            write_accounts=write_accounts,
        )


def _searches(
    kinds: list[Kind], rpps: list[str], from_at: str | None, until: str | None, zone_name: str
) -> list[Search]:
    """Raises Exit when a time or number is none."""
    identifiers = tuple(dict.fromkeys(_identifier(each.strip()) for said in rpps for each in said.split(",")))
    try:
        zone = ZoneInfo(zone_name)
        start = _local(from_at, zone) if from_at else datetime.now(UTC).astimezone(zone).replace(microsecond=0)
        last = datetime.combine(start.date() + timedelta(days=DAYS_AHEAD), time(23, 59, 59, 999_000), zone)
        end = _local(until, zone) if until else last
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise stopped(f"No time, or no zone: {error}", status=MALFORMED) from error
    return [Search(kind=kind, identifiers=identifiers, start=start, until=end, zone=zone) for kind in kinds if rpps]


def _local(said: str, zone: ZoneInfo) -> datetime:
    read = datetime.fromisoformat(said)
    return read if read.tzinfo else read.replace(tzinfo=zone)


def _identifier(said: str) -> str:
    """With its prefix: 8 before an RPPS, 0 before an ADELI."""
    prefixed = {11: f"8{said}", 12: said, 9: f"0{said}", 10: said}.get(len(said), "")
    if not re.fullmatch(r"8[0-9]{11}|0[0-9]{9}", prefixed):
        raise stopped(f"{said}: no RPPS number (11 digits) and no ADELI number (9 digits)", status=MALFORMED)
    return prefixed

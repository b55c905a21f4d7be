"""A whole run: every search of every kind, the accounts if they may be written, or stored files; and its report."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from service.cli.conformance import accounts, checking, exchanges, tls
from service.cli.conformance.account_steps import account_steps
from service.cli.conformance.accounts import Accounts, Step
from service.cli.conformance.answers import Answer, Asked, Kind
from service.cli.conformance.exchanges import Exchange
from service.cli.conformance.playing import Certificates, Seen, held, play
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.report import Report, RuleTold, Tried, once_each
from service.cli.conformance.requests import Expected, Request, Search, capabilities, nobody, searches

PARTS = {Kind.PS: "INT_R01, practitioners", Kind.CPTS: "INT_R04, members of a CPTS"}
ACCOUNTS = "INT_R02, accounts of regulators"


class Unreadable(Exception):
    """A file that is no JSON or not there: its name and why."""


def live_report(
    base: str,
    wanted: Sequence[Search],
    *,
    client: httpx.Client,
    stranger: httpx.Client | None,
    certificates: Certificates,
    definitions: Definitions | None,
    write_accounts: bool,
) -> Report:
    """`stranger`: a client without the certificate, where one is asked for."""
    now = datetime.now(UTC)
    seen = [(PARTS[each.kind], one) for each in wanted for one in play(client, searches(each, now), definitions)]
    seen += [("metadata", one) for one in play(client, iter([capabilities(now)]), definitions)]
    steps = list(account_steps(Accounts(client=client))) if write_accounts else []
    connections = list(tls.tries(base, stranger, certificates, _plain(wanted, now)))
    tried = [*map(_of_exchange, seen), *map(_of_step, steps), *map(_of_connection, connections)]
    answers = [one.exchange.answer for _, one in seen if one.exchange.answer is not None]
    kinds = {one.exchange.request.expected for _, one in seen if _was_served(one.exchange)}
    told = [
        *(_told_of_exchanges(kinds) if wanted else ()),
        *_told_of_answers(answers),
        *((rule.id, rule.says, True) for rule in accounts.RULES if write_accounts),
        *((each.rule.id, each.rule.says, True) for each in connections),
    ]
    unchecked = frozenset(words for _, one in seen for words in one.unchecked)
    return Report(of=base, tried=tried, rules=once_each(told), unchecked=unchecked)


def _plain(wanted: Sequence[Search], now: datetime) -> Request:
    """The first of all requests; a search for nobody where only the accounts are tried."""
    nowhere = Search(
        kind=Kind.PS, identifiers=nobody(1), start=now, until=now + timedelta(days=2), zone=ZoneInfo("Europe/Paris")
    )
    return next(searches(wanted[0] if wanted else nowhere, now))


def _was_served(exchange: Exchange) -> bool:
    return exchange.request.expected is not Expected.CAPABILITIES or exchange.status == 200


def _of_exchange(named: tuple[str, Seen]) -> Tried:
    part, seen = named
    return Tried(part=part, name=seen.exchange.request.name, outcome=_outcome(seen.exchange), findings=seen.findings)


def _outcome(exchange: Exchange) -> str:
    if exchange.failure:
        return exchange.failure
    places = len(exchange.places)
    told = f"{places} place{'' if places == 1 else 's'}" if exchange.answer is not None else ""
    return f"{exchange.status}  {told:<11} {exchange.seconds * 1000:5.0f} ms"


def _of_step(step: Step) -> Tried:
    findings = [finding for rule in accounts.RULES for finding in rule.findings(step)]
    return Tried(part=ACCOUNTS, name=step.name, outcome=step.reply.failure or str(step.reply.status), findings=findings)


def _of_connection(each: tls.Connection) -> Tried:
    findings = list(each.rule.findings(each))
    return Tried(part="the connection", name=each.name, outcome=each.outcome, findings=findings)


def _told_of_exchanges(kinds: set[Expected]) -> Iterator[tuple[str, str, bool]]:
    about = {
        "REQ-1": Expected.SAME,
        "REQ-3": Expected.NOTHING,
        "OUT-1": Expected.REFUSAL,
        "CAP-1": Expected.CAPABILITIES,
    }
    for rule in exchanges.RULES:
        yield rule.id, rule.says, about.get(rule.id) in (None, *kinds)


def _told_of_answers(answers: Iterable[Answer]) -> Iterator[tuple[str, str, bool]]:
    types: set[str] = set()
    for answer in answers:
        types |= {node.type for node in answer.everything} - ({"Practitioner"} if answer.regulators else set())
        types |= {"regulator"} if answer.regulators else set()
    for rule in checking.RULES:
        about = checking.ABOUT.get(rule.id.partition("-")[0])
        yield rule.id, rule.says, bool(types) if about is None else bool(types & about)


def stored_report(paths: Sequence[Path], definitions: Definitions | None) -> Report:
    """Raises Unreadable."""
    tried: list[Tried] = []
    answers: list[Answer] = []
    unchecked: set[str] = set()
    for path in _files(paths):
        resource = _read(path)
        if path not in paths and not (isinstance(resource, dict) and "resourceType" in resource):
            continue
        answer = Answer(resource=resource, asked=Asked.of_stored(resource))
        findings, further = held(answer, definitions)
        unchecked |= further
        answers.append(answer)
        tried.append(Tried(part="files", name=path.name, outcome=answer.root.type, findings=findings))
    rules: list[RuleTold] = once_each(_told_of_answers(answers))
    return Report(of=", ".join(map(str, paths)), tried=tried, rules=rules, unchecked=frozenset(unchecked))


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.json")) if path.is_dir() else [path]


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Unreadable(f"{path}: no JSON: {error}") from error

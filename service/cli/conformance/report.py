"""What was sent, what was answered and which rules hold: on the terminal, or as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text

from service.cli.conformance.findings import Finding

SHOWN_OF_A_RULE = 5
HOLDS, BROKEN, UNTRIED = "✔", "✘", "–"


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One exchange, step or file: its name within its part, what came of it in words, what is wrong."""

    part: str
    name: str
    outcome: str
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTold:
    """A rule as the report tells it. `is_tried`: there was something that it is about."""

    id: str
    says: str
    is_tried: bool


@dataclass(frozen=True, kw_only=True)
class Report:
    of: str
    tried: Sequence[Tried]
    rules: Sequence[RuleTold]
    unchecked: frozenset[str] = field(default_factory=frozenset)

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """Each with the name of what it was found in."""
        return [(f"{each.part}, {each.name}", finding) for each in self.tried for finding in each.findings]

    @property
    def conforms(self) -> bool:
        return not self.findings


def print_report(console: Console, report: Report) -> None:
    for line in lines(report):
        console.print(line, highlight=False, soft_wrap=True)


def lines(report: Report) -> Iterator[Text]:
    yield Text(report.of, style="bold")
    part = None
    for each in report.tried:
        if each.part != part:
            part = each.part
            yield Text(f"\n{part}", style="bold")
        yield _marked(not each.findings, f"{each.name:<49} {each.outcome}".rstrip())
    yield Text("")
    yield from _rules(report)
    if report.unchecked:
        yield Text("\nNot checked", style="bold")
        yield from (Text(f"  {words}") for words in sorted(report.unchecked))
    yield from _verdict(report)


def _marked(holds: bool, text: str) -> Text:
    return Text.assemble("  ", (HOLDS, "green") if holds else (BROKEN, "bold red"), " ", text)


def _rules(report: Report) -> Iterator[Text]:
    broken: dict[str, list[tuple[str, Finding]]] = {}
    for name, finding in report.findings:
        broken.setdefault(finding.rule, []).append((name, finding))
    for rule in report.rules:
        if rule.is_tried and rule.id not in broken:
            yield _marked(True, f"{rule.id:<8} {rule.says}")
    for identity, found in broken.items():
        yield from _broken(identity, found)
    untried = ", ".join(_untried([rule for rule in report.rules if rule.id not in broken]))
    if untried:
        yield Text(f"  {UNTRIED} nothing to try them on: {untried}", style="dim")


def _untried(rules: Sequence[RuleTold]) -> Iterator[str]:
    """By number, or by the head of the number where none of that head was tried."""
    tried = {_head(rule) for rule in rules if rule.is_tried}
    names = (rule.id if _head(rule) in tried else f"{_head(rule)}-*" for rule in rules if not rule.is_tried)
    yield from dict.fromkeys(names)


def _head(rule: RuleTold) -> str:
    return rule.id.partition("-")[0]


def _broken(identity: str, found: list[tuple[str, Finding]]) -> Iterator[Text]:
    """The first of its findings in full, then where else."""
    first = found[0][1]
    yield Text.assemble(
        "  ", (BROKEN, "bold red"), " ", (f"{identity:<8} ", "bold"), f"{first.expected} [{first.source}]"
    )
    for name, finding in found[:SHOWN_OF_A_RULE]:
        yield Text(f"      {name}: {finding.where}: {finding.found}")
        if finding.expected != first.expected:
            yield Text(f"        expected {finding.expected} [{finding.source}]")
    if len(found) > SHOWN_OF_A_RULE:
        yield Text(f"      and {len(found) - SHOWN_OF_A_RULE} more")


def _verdict(report: Report) -> Iterator[Text]:
    tried, rules = len(report.tried), sum(rule.is_tried for rule in report.rules)
    if report.conforms:
        yield Text(f"\nConforms: nothing found in {_things(tried)}, by {rules} rules", style="bold green")
    else:
        broken = len({finding.rule for _, finding in report.findings})
        faulty = sum(bool(each.findings) for each in report.tried)
        rules_broken = "1 rule" if broken == 1 else f"{broken} rules"
        text = f"\nDOES NOT CONFORM: {rules_broken} broken, in {faulty} of {_things(tried)}"
        yield Text(text, style="bold red")


def _things(count: int) -> str:
    return "1 answer" if count == 1 else f"{count} answers"


def report_json(report: Report) -> dict[str, Any]:
    counts = Counter(finding.rule for _, finding in report.findings)
    return {
        "of": report.of,
        "conforms": report.conforms,
        "tried": [
            {
                "part": each.part,
                "name": each.name,
                "outcome": each.outcome,
                "findings": [asdict(finding) for finding in each.findings],
            }
            for each in report.tried
        ],
        "rules": [{**asdict(rule), "findings": counts[rule.id]} for rule in report.rules],
        "unchecked": sorted(report.unchecked),
    }


def once_each(rules: Iterable[tuple[str, str, bool]]) -> list[RuleTold]:
    """Rules of one number are one line, with all that they say."""
    told: dict[str, RuleTold] = {}
    for identity, says, is_tried in rules:
        before = told.get(identity)
        if before is None:
            told[identity] = RuleTold(id=identity, says=says, is_tried=is_tried)
        else:
            words = before.says if says in before.says else f"{before.says}; {says}"
            told[identity] = RuleTold(id=identity, says=words, is_tried=before.is_tried or is_tried)
    return list(told.values())

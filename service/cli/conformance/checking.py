"""The whole table of rules, and every answer held against it."""

from collections.abc import Iterator

from service.cli.conformance import bundle_rules, general_rules, message_rules, person_rules, place_rules, slot_rules
from service.cli.conformance.answers import Answer
from service.cli.conformance.findings import Finding, Rule

RULES: tuple[Rule[Answer], ...] = (
    *general_rules.RULES,
    *bundle_rules.RULES,
    *slot_rules.RULES,
    *person_rules.RULES,
    *place_rules.RULES,
    *message_rules.RULES,
)


OF_THE_HEAD = tuple(rule for rule in RULES if rule.id in ("R4", "BUN-3", "BUN-3b"))
"""What can differ between answers that hold the same resources."""


def check(answer: Answer) -> Iterator[Finding]:
    """Pure: what the rules find wrong with it, rule by rule."""
    for rule in RULES:
        yield from rule.findings(answer)


ABOUT: dict[str, frozenset[str]] = {
    "BUN": frozenset({"Bundle"}),
    "SLOT": frozenset({"Slot"}),
    "SCH": frozenset({"Schedule"}),
    "PRA": frozenset({"Practitioner"}),
    "ROL": frozenset({"PractitionerRole"}),
    "LOC": frozenset({"Location"}),
    "HS": frozenset({"HealthcareService"}),
    "ORG": frozenset({"Organization"}),
    "TEL": frozenset({"PractitionerRole", "Organization"}),
    "SPE": frozenset({"Slot", "Schedule", "PractitionerRole"}),
    "REG": frozenset({"regulator"}),
    "APP": frozenset({"Appointment"}),
}
"""By the head of a rule's number, the types without which there is nothing that it is about; others are about all."""

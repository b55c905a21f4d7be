"""The rules for Prometheus that stand as an example: about metrics that there are, and those that the page names."""

import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.web.test_metrics import names

ROOT = Path(__file__).parents[2]
RULES = yaml.safe_load((ROOT / "examples" / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]


def metrics_of(expression: str) -> set[str]:
    """A histogram goes by its name."""
    return {name.removesuffix("_bucket") for name in re.findall(r"\btourderole_\w+", expression)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_metrics_that_there_are_and_says_what_is_wrong(rule):
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert metrics_of(rule["expr"])
    assert metrics_of(rule["expr"]) <= names()
    assert rule["labels"]["severity"] in {"page", "look"}
    assert re.fullmatch(r".{10,}[.?)]", rule["annotations"]["summary"])
    assert re.fullmatch(r"[1-9]\d*[mh]", rule.get("for", "1m"))


def test_the_page_of_operations_names_every_alert_beside_its_metric():
    page = (ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `(tourderole_\w+)` \| [^|]+ \| ([^|]+) \|$", page, re.MULTILINE)
    told = {alert: metric for metric, words in rows for alert in re.findall(r"`(Tourderole\w+)`", words)}
    assert set(told) == {rule["alert"] for rule in RULES}
    assert all(told[rule["alert"]] in metrics_of(rule["expr"]) for rule in RULES)

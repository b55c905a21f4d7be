"""Which documented answers the tests reached: after a whole run, every one that a client can cause is among them.

The service counts its answers by route and status (`/metrics`); each worker hands its counts over when it ends.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.web.counting import REQUESTS

Answer = tuple[str, str, int]

OPENAPI = Path(__file__).parents[1] / "openapi" / "openapi.json"
NOT_CAUSED_BY_A_CLIENT = {500, 503}
_reached: set[Answer] = set()


def counted() -> Iterator[Answer]:
    """(method, route, status) of every answer that this process gave."""
    for metric in REQUESTS.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                yield sample.labels["method"], sample.labels["route"], int(sample.labels["status"])


def documented() -> Iterator[Answer]:
    for path, operations in json.loads(OPENAPI.read_text())["paths"].items():
        for method, operation in operations.items():
            for status in operation["responses"]:
                yield method.upper(), path, int(status)


def missing() -> list[Answer]:
    """Documented answers that no test reached."""
    return sorted(a for a in set(documented()) - _reached if a[2] not in NOT_CAUSED_BY_A_CLIENT)


def _is_whole_run(config: pytest.Config) -> bool:
    option = config.option
    narrowed = option.keyword or option.markexpr or getattr(option, "lf", False) or option.maxfail
    return not narrowed and config.args == config.getini("testpaths")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    _reached.update((method, route, status) for method, route, status in node.workeroutput.get("reached", []))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    workeroutput = getattr(session.config, "workeroutput", None)
    if workeroutput is not None:
        workeroutput["reached"] = list(counted())
        return
    _reached.update(counted())
    if exitstatus == pytest.ExitCode.OK and _is_whole_run(session.config) and missing():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not _is_whole_run(config):
        return
    terminalreporter.section("documented answers that no test reached")
    for method, route, status in missing():
        terminalreporter.line(f"{method} {route} → {status}")
    terminalreporter.line(f"{len(missing())} of {len(set(documented()))}")

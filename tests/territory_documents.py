"""Territory files for tests: the reference document, and what it takes to change it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "service/reference/haut-anjou.json").read_bytes()

Document = dict[str, Any]
Change = Callable[[Document], object]


def changed(*changes: Change) -> str:
    document = json.loads(REFERENCE)
    for change in changes:
        change(document)
    return json.dumps(document)


def put(path: str, value: object) -> Change:
    """Set what stands at `practitioners.3.rpps`."""
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]

    def change(document: Document) -> None:
        holder: Any = document
        for part in way:
            holder = holder[part]
        holder[last] = value

    return change


def drop(path: str) -> Change:
    *way, last = path.split(".")

    def change(document: Document) -> None:
        holder: Any = document
        for part in way:
            holder = holder[int(part) if part.isdigit() else part]
        del holder[last]

    return change


def twice(key: str, index: int) -> Change:
    return lambda document: document[key].append(document[key][index])


def add(key: str, row: Document) -> Change:
    return lambda document: document.setdefault(key, []).append(row)


PLEDGE = {"minutes": 60, "per": "week", "audiences": ["snp"]}
DUTY = {"practitioner": "gp-01", "start": "2026-11-23T20:00", "end": "2026-11-24T08:00"}
EXTRA = {"practitioner": "gp-01", "date": "2026-11-28", "start": "09:00", "end": "11:00", "kind": "extra"}
PIN = {"template": "t01", "date": "2026-11-30", "practitioner": "gp-01"}
STOP = {"weekday": "TUE", "insee": "53088", "lat": 47.9, "lon": -1.1, "address_line": ""}
OF_BUS = "practices.10"
BUS_TEMPLATE = next(
    i for i, t in enumerate(json.loads(REFERENCE)["session_templates"]) if t["hosts"] == ["medicobus-1"]
)


def everything() -> str:
    """The reference territory with every optional key in use."""
    return changed(
        put(
            "territory.policy",
            {
                "hold_seconds": 60,
                "snp_window": {"saturday_end": "13:00"},
                "goal_order": ["coverage"],
                "tolerances": {"coverage": 1},
                "coverage_by_reach": {"most": 3},
                "access_floor": {"minutes": 20, "half_days_per_week": 1},
                "search": {"tele_charge": 20, "kept_sectors": ["CR"], "release_minutes": 60},
                "changes": [{"from": "2027-01-04", "policy": {"fairness": "leximin", "leave_weeks": 4}}],
            },
        ),
        put("practices.1.siret", "73282932000074"),
        put("practices.0.rpps_rank", "99900000011001"),
        put(f"{OF_BUS}.stops.0.dates", ["2026-11-24", "2026-12-08"]),
        put("practitioners.0.pledge", None),
        put("practitioners.0.min_sessions_per_week", 1),
        put("practitioners.0.may_work_at", ["msp-tilleuls", "medicobus-1"]),
        put("practitioners.0.from", "2026-09-01"),
        drop("practitioners.1.max_travel_km"),
        put("session_templates.0.school_holidays", "never"),
        put("session_templates.0.crisis_only", True),
        put("session_templates.28.end", "13:00"),
        add("availability_exceptions", EXTRA),
        add("duties", DUTY),
        add("duties", DUTY | {"start": "2026-10-24T20:00", "end": "2026-10-25T02:30+01:00"}),
        add("pins", PIN | {"practice": "cab-quai"}),
        add("burden_history", {"practitioner": "gp-01", "burden_class": "evening", "minutes": -30}),
        put("absences.0.until", None),
    )

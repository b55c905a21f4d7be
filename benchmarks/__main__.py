"""`python -m benchmarks [import] [solve] [comparison] …`: measure, print the tables, keep the results.

`python -m benchmarks territory --shape M --seed 3 > file.json` writes a generated territory instead.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from benchmarks import (
    booking,
    comparison,
    conflicts,
    contention,
    fixing,
    france,
    importing,
    memory,
    national,
    phases,
    repairing,
    report,
    routing,
    routing_plot,
    searching,
    storm,
    territory_command,
)
from benchmarks.cases import CASES
from benchmarks.measuring import QUICK, Effort

BENCHMARKS: Mapping[str, Callable[[Effort], Sequence[report.Table]]] = {
    "import": importing.measure,
    "solve": phases.measure,
    "repair": repairing.measure,
    "conflict": conflicts.measure,
    "fixes": fixing.measure,
    "comparison": comparison.measure,
    "routing": routing.measure,
    "search": lambda effort: [*searching.measure(effort), *france.measure_search(effort)],
    "booking": booking.measure,
    "contention": contention.measure,
    "storm": storm.measure,
    "memory": memory.measure,
    "france": france.measure,
    "national": national.measure,
}
PLOTS: Mapping[str, Callable[[Sequence[report.Table]], None]] = {"routing": routing_plot.write}
BY_CASE = ("solve", "repair", "conflict", "fixes", "comparison")
"""Those that `--only` chooses from."""


def main() -> None:
    if sys.argv[1:2] == ["territory"]:
        territory_command.write(sys.argv[2:])
        return
    asked = _arguments()
    effort = QUICK if asked.quick else _effort(asked)
    for name in asked.names or (BY_CASE if asked.only else BENCHMARKS):
        tables = [table for table in BENCHMARKS[name](effort) if table.rows]
        print(*tables, sep="\n\n", end="\n\n", flush=True)
        if tables and not (asked.quick or asked.print_only):
            report.keep(name, tables, is_part=bool(asked.only) and name in BY_CASE)
            PLOTS.get(name, _no_plot)(tables)


def _no_plot(_tables: Sequence[report.Table]) -> None:
    """Tables say enough of most."""


def _arguments() -> argparse.Namespace:
    usual = Effort()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--repeats", type=int, default=usual.repeats, help="of each measurement (%(default)s)")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="of each load (%(default)s)")
    parser.add_argument("--requests", type=int, default=usual.requests, help="of the long load (%(default)s)")
    parser.add_argument("--seeds", type=int, default=usual.seeds, help="of each case of the solver (%(default)s)")
    parser.add_argument("--only", type=_keys, default=usual.only, metavar="S4,M4,…", help=f"of {', '.join(CASES)}")
    parser.add_argument("--solve-seconds", type=float, default=usual.solve_seconds, help="at most (%(default)s)")
    parser.add_argument("--print-only", action="store_true", help="keep nothing")
    parser.add_argument("--quick", action="store_true", help="once and briefly, keep nothing: does it run at all?")
    return parser.parse_args()


def _keys(text: str) -> frozenset[str]:
    keys = frozenset(text.split(","))
    if unknown := keys - CASES.keys():
        raise argparse.ArgumentTypeError(f"no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    return keys


def _effort(asked: argparse.Namespace) -> Effort:
    return Effort(
        repeats=asked.repeats,
        seconds=asked.seconds,
        seeds=asked.seeds,
        requests=asked.requests,
        only=asked.only,
        solve_seconds=asked.solve_seconds,
    )


if __name__ == "__main__":
    main()

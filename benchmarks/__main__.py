"""`python -m benchmarks [import] [solve] [comparison] …`: measure, print the tables, keep the results."""

import argparse
from collections.abc import Callable, Mapping, Sequence

from benchmarks import booking, comparison, importing, report, searching, solving
from benchmarks.measuring import QUICK, Effort

BENCHMARKS: Mapping[str, Callable[[Effort], Sequence[report.Table]]] = {
    "import": importing.measure,
    "solve": solving.measure,
    "comparison": comparison.measure,
    "search": searching.measure,
    "booking": booking.measure,
}


def main() -> None:
    usual = Effort()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--repeats", type=int, default=usual.repeats, help="of each measurement (%(default)s)")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="of each load (%(default)s)")
    parser.add_argument("--solve-seconds", type=float, default=usual.solve_seconds, help="at most (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="once and briefly, keep nothing: does it run at all?")
    asked = parser.parse_args()
    effort = Effort(repeats=asked.repeats, seconds=asked.seconds, solve_seconds=asked.solve_seconds)
    for name in asked.names or BENCHMARKS:
        tables = BENCHMARKS[name](QUICK if asked.quick else effort)
        print(*tables, sep="\n\n", end="\n\n", flush=True)
        if not asked.quick:
            report.keep(name, tables)


if __name__ == "__main__":
    main()

"""`python -m benchmarks territory`: a generated territory as a file, to be looked at, imported or solved elsewhere."""

import argparse
from collections.abc import Sequence

from benchmarks.territories import SHAPES, territory_text


def write(arguments: Sequence[str]) -> None:
    """To standard output: the same arguments give the same bytes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks territory", description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="M", help="15, 60, 160 or 300 practitioners (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="%(default)s")
    asked_for = parser.add_mutually_exclusive_group()
    asked_for.add_argument("--tight", action="store_true", help="a third more seats")
    asked_for.add_argument("--loose", action="store_true", help="a third fewer seats")
    parser.add_argument(
        "--cross", type=float, default=0.0, metavar="SHARE", help="of people in two sectors (%(default)s)"
    )
    asked = parser.parse_args(arguments)
    shape = SHAPES[asked.shape].crossing(asked.cross)
    shape = shape.tight() if asked.tight else shape.loose() if asked.loose else shape
    print(territory_text(shape, asked.seed))

"""`python -m benchmarks.timefold.roster`: a question of `benchmarks.questions` in, Timefold's roster out, both in JSON.

Stands alone: it runs under an interpreter of its own, which has the package `timefold`, and a Java 17.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from timefold.solver import SolutionManager, SolverFactory
from timefold.solver.config import (
    Duration,
    EnvironmentMode,
    ScoreDirectorFactoryConfig,
    SolverConfig,
    TerminationConfig,
)

from benchmarks.timefold.constraints import rules_and_goals
from benchmarks.timefold.model import (
    COVERAGE,
    ROTATION,
    SUM,
    WORST,
    WORST_UNLOVED,
    Apart,
    Host,
    Journey,
    Practitioner,
    Roster,
    Seat,
    Use,
)

COUNTED = {
    "coverage": COVERAGE,
    "fairness_worst": WORST,
    "fairness_worst_unloved": WORST_UNLOVED,
    "fairness_sum": SUM,
    "rotation": ROTATION,
}
"""Goals whose level is the goal's value, to be counted again by who asks."""
MOVES = Path(__file__).with_name("moves.xml")


def main() -> None:
    question = json.load(sys.stdin)
    config = SolverConfig(
        xml_source_text=MOVES.read_text(),
        solution_class=Roster,
        entity_class_list=[Seat],
        environment_mode=EnvironmentMode.NO_ASSERT,
        random_seed=question["seed"],
        score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules_and_goals),
        termination_config=TerminationConfig(spent_limit=Duration(milliseconds=round(1000 * question["seconds"]))),
    )
    factory = SolverFactory.create(config)
    roster = factory.build_solver().solve(asked(question))
    SolutionManager.create(factory).update(roster)  # a construction cut short leaves the score of its next step
    held = [[seat.session, seat.practitioner.number, seat.host.number] for seat in roster.seats if seat.practitioner]
    json.dump(
        {"held": held, "goals": {name: -roster.score.soft_scores[level] for name, level in COUNTED.items()}}, sys.stdout
    )


def asked(question: dict[str, Any]) -> Roster:
    practitioners = [Practitioner(number, **facts) for number, facts in enumerate(question["practitioners"])]
    hosts = [Host(number) for number in range(question["hosts"])]
    return Roster(
        practitioners=practitioners,
        aparts=[Apart(*pair) for pair in question["aparts"]],
        journeys=[Journey(*journey) for journey in question["journeys"]],
        uses=[Use(*use) for use in question["uses"]],
        seats=list(seats(question["sessions"], practitioners, hosts)),
    )


def seats(sessions: list[dict[str, Any]], practitioners: list[Practitioner], hosts: list[Host]) -> Iterator[Seat]:
    """Fewest candidates first, as a construction heuristic likes it."""
    number = 0
    for session in sorted(sessions, key=lambda session: len(session["candidates"])):
        candidates = session.pop("candidates")
        places = [hosts[host] for host in session.pop("hosts")]
        count = session.pop("seats")
        for _ in range(count):
            yield Seat(
                id=(number := number + 1),
                is_shared=count > 1,
                wish_of={one["practitioner"]: one["wish"] for one in candidates},
                travel_of={
                    1000 * one["practitioner"] + host: travel for one in candidates for host, travel in one["travel"]
                },
                candidates=[practitioners[one["practitioner"]] for one in candidates],
                hosts=places,
                **session,
            )


if __name__ == "__main__":
    main()

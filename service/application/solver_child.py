"""The solver's process: a question on standard input, sights and the answer on standard output, a line each.

The end of its input means: stop, and answer with the best so far. When the process that asked is gone, it ends.
"""

import os
import sys
import time
from threading import Event, Thread
from typing import BinaryIO

from service.application.solver_wire import QUESTION, SAID, Said
from service.domain.answers import Progress
from service.solver.solve import solve

_NICENESS = 5  # people who wait for a page come before a search that takes a minute
_ORPHAN_CHECK_SECONDS = 0.1


def main() -> None:
    os.nice(_NICENESS)
    answers = _standard_output_for_answers_alone()
    parent = os.getppid()
    question = QUESTION.validate_json(sys.stdin.buffer.readline())
    stop = Event()
    Thread(target=_heed_the_end_of_input, args=(stop, parent), daemon=True).start()

    def show(progress: Progress) -> None:
        answers.write(SAID.dump_json(Said(progress=progress)) + b"\n")
        answers.flush()

    answer = solve(question.problem, question.limits, on_progress=show, should_stop=stop.is_set)
    answers.write(SAID.dump_json(Said(answer=answer)) + b"\n")
    answers.flush()


def _standard_output_for_answers_alone() -> BinaryIO:
    """Whatever else writes there, a library's log for instance, goes to standard error."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _heed_the_end_of_input(stop: Event, parent: int) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    stop.set()
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    main()

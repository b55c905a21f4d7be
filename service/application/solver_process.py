"""The solver in a process of its own: it can be watched, stopped and killed, and the event loop stays free."""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from pydantic import ValidationError

from service.application.solver_wire import QUESTION, SAID, Question
from service.domain.answers import Answer, Progress
from service.domain.solving import Limits, Problem

CHILD = "service.application.solver_child"
_LONGEST_LINE_BYTES = 2**28


class SolverFailed(Exception):
    """The process ended without an answer; the text names no person."""


class SolverProcess:
    """A running solve."""

    def __init__(self, process: Process, asking: StreamWriter, answering: StreamReader) -> None:
        self._process = process
        self._asking = asking
        self._latest: Progress | None = None
        self._answer = asyncio.create_task(self._read(answering))

    async def ask(self, question: Question) -> None:
        self._asking.write(QUESTION.dump_json(question) + b"\n")
        with suppress(ConnectionError):  # it has ended early: `answer` says so
            await self._asking.drain()

    async def sights(self, *, every_seconds: float) -> AsyncIterator[Progress | None]:
        """The newest sight of the search, None when there is no new one, every so often until it has answered."""
        while not self._answer.done():
            await asyncio.wait({self._answer}, timeout=every_seconds)
            latest, self._latest = self._latest, None
            yield latest

    def stop(self) -> None:
        """It answers at once, with the best it has."""
        self._asking.close()

    async def answer(self) -> Answer:
        """Raises SolverFailed."""
        return await self._answer

    async def end(self) -> None:
        """Whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._answer.cancel()
        await asyncio.gather(self._answer, return_exceptions=True)

    async def _read(self, answering: StreamReader) -> Answer:
        async for line in answering:
            try:
                said = SAID.validate_json(line)
            except ValidationError as error:
                raise SolverFailed("the solver's process said what cannot be read") from error
            if said.answer is not None:
                return said.answer
            self._latest = said.progress
        raise SolverFailed(f"the solver's process ended without an answer (status {await self._process.wait()})")


@asynccontextmanager
async def solver_process(problem: Problem, limits: Limits) -> AsyncIterator[SolverProcess]:
    """A solve that lasts as long as the block at most. When this process dies, the solver's goes too.

    In a session of its own: Ctrl-C in the terminal is for the service, which then ends the search in order.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", CHILD, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE_BYTES, start_new_session=True
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both were asked for")
    solver = SolverProcess(process, process.stdin, process.stdout)
    try:
        await solver.ask(Question(problem=problem, limits=limits))
        yield solver
    finally:
        await solver.end()

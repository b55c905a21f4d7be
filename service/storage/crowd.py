"""Of many who ask for the same kind of thing at once a few go alone; the others wait, and go in one statement.

What a statement costs the database is mostly its start and its commit: eight bookings together cost as much as three.
Nobody waits who finds fewer than a few on the way, so at a low load all go alone.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from asyncpg import PostgresError

from service.domain.errors import TourderoleError, Unavailable
from service.storage.refusals import out_of_reach

LARGEST = 32
"""Who go together at most: so many are done within a few milliseconds."""


class Claiming(Protocol):
    """`claims`: what only one can have, so two that claim the same do not go together."""

    @property
    def claims(self) -> frozenset[Hashable]: ...


Asking = TypeVar("Asking", bound=Claiming)
Done = TypeVar("Done")
Together = Callable[[Sequence[Asking]], Awaitable[Sequence[Done | TourderoleError | None]]]
"""What was done for each, in the same order, or why it is refused; None for who is to go alone."""


class _Waiting(Generic[Asking, Done]):
    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.told: asyncio.Future[Done | None] = asyncio.get_running_loop().create_future()

    def tell(self, result: Done | TourderoleError | None) -> None:
        """Unless he or she has left."""
        if self.told.done():
            return
        if isinstance(result, TourderoleError):
            self.told.set_exception(result)
        else:
            self.told.set_result(result)


@dataclass(slots=True)
class _Line(Generic[Asking, Done]):
    """`on_the_way`: how many statements."""

    on_the_way: int = 0
    waiting: deque[_Waiting[Asking, Done]] = field(default_factory=deque)

    def chosen(self) -> Sequence[_Waiting[Asking, Done]]:
        """The first who wait. Who claims what one of them does goes alone, as he or she is most likely refused."""
        chosen: list[_Waiting[Asking, Done]] = []
        claimed: set[Hashable] = set()
        while self.waiting and len(chosen) < LARGEST:
            each = self.waiting.popleft()
            if each.told.done():
                continue
            if claimed.isdisjoint(each.asking.claims):
                claimed |= each.asking.claims
                chosen.append(each)
            else:
                each.tell(None)
        return chosen


class Crowd:
    """Lines, one for each thing that is asked for. `most`: how many are on the way before others wait in line.

    Nobody waits there for longer than `patience_seconds`.
    """

    def __init__(self, *, most: int, patience_seconds: float) -> None:
        self._most = most
        self._patience_seconds = patience_seconds
        self._lines: dict[Hashable, _Line[Any, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def turn(self, what: Hashable, asking: Asking, go: Together[Asking, Done]) -> AsyncIterator[Done | None]:
        """Gives what was done together with others, or None: then it is one's turn to go alone, in the block.

        Raises what one was refused with; Unavailable when those who went together are told so, or none of this came in
        time: whether it was done is open then.
        """
        line = self._lines.setdefault(what, _Line())
        if line.on_the_way >= self._most:
            yield await self._told(line, asking)
            return
        line.on_the_way += 1
        try:
            yield None
        finally:
            self._next(what, line, go)

    async def _told(self, line: _Line[Asking, Done], asking: Asking) -> Done | None:
        waiting: _Waiting[Asking, Done] = _Waiting(asking)
        line.waiting.append(waiting)
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await waiting.told
        except TimeoutError as error:
            raise out_of_reach() from error

    def _next(self, what: Hashable, line: _Line[Asking, Done], go: Together[Asking, Done]) -> None:
        """One came back: those who wait by now set out in its stead."""
        if those := line.chosen():
            task = asyncio.create_task(self._gone(what, line, those, go))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        line.on_the_way -= 1
        if not line.on_the_way:
            self._lines.pop(what, None)

    async def _gone(
        self,
        what: Hashable,
        line: _Line[Asking, Done],
        those: Sequence[_Waiting[Asking, Done]],
        go: Together[Asking, Done],
    ) -> None:
        """What the database refuses is undone for all: alone, each sees whom it was meant for. Else it is open."""
        done: Sequence[Done | TourderoleError | None] | None = None
        try:
            done = await go([each.asking for each in those])
        except Unavailable:
            pass
        except (TourderoleError, PostgresError):
            done = [None] * len(those)
        finally:
            for each, result in zip(those, done or [out_of_reach() for _ in those], strict=True):
                each.tell(result)
            self._next(what, line, go)

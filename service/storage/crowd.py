"""Of many who ask at the same time, a few go alone; the others wait, and go together in one statement.

What a statement costs the database is mostly its start and its commit: ten bookings together cost as much as three.
Nobody waits who finds fewer than a few on the way, so at a low load all go alone.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from itertools import zip_longest
from typing import Generic, Protocol, TypeVar

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
Together = Callable[[Sequence[Asking]], Awaitable[Sequence[Done | None]]]
"""What was done for each, in the same order; None for who is to go alone."""


class _Waiting(Generic[Asking, Done]):
    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.told: asyncio.Future[Done | None] = asyncio.get_running_loop().create_future()


class Crowd(Generic[Asking, Done]):
    """`most`: how many are on the way before others wait. Nobody waits for longer than `patience_seconds`."""

    def __init__(self, *, most: int, patience_seconds: float) -> None:
        self._most = most
        self._patience_seconds = patience_seconds
        self._on_the_way = 0
        self._waiting: deque[_Waiting[Asking, Done]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def turn(self, asking: Asking, go: Together[Asking, Done]) -> AsyncIterator[Done | None]:
        """Gives what was done together with others, or None: then it is one's turn to go alone, in the block.

        Raises Unavailable when those who went together are told so, or none of this came in time: whether it was done
        is open then.
        """
        if self._on_the_way >= self._most:
            yield await self._told(asking)
            return
        self._on_the_way += 1
        try:
            yield None
        finally:
            self._next(go)

    async def _told(self, asking: Asking) -> Done | None:
        waiting: _Waiting[Asking, Done] = _Waiting(asking)
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await waiting.told
        except TimeoutError as error:
            raise out_of_reach() from error

    def _next(self, go: Together[Asking, Done]) -> None:
        """One came back: those who wait by now set out in its stead."""
        those = self._chosen()
        if not those:
            self._on_the_way -= 1
            return
        task = asyncio.create_task(self._gone(those, go))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _chosen(self) -> Sequence[_Waiting[Asking, Done]]:
        """The first who wait. Who claims what one of them does goes alone, as he or she is most likely refused."""
        chosen: list[_Waiting[Asking, Done]] = []
        claimed: set[Hashable] = set()
        while self._waiting and len(chosen) < LARGEST:
            each = self._waiting.popleft()
            if each.told.done():
                continue
            if claimed.isdisjoint(each.asking.claims):
                claimed |= each.asking.claims
                chosen.append(each)
            else:
                each.told.set_result(None)
        return chosen

    async def _gone(self, those: Sequence[_Waiting[Asking, Done]], go: Together[Asking, Done]) -> None:
        """What is refused, or breaks, is undone for all of them: alone, each sees whom it was meant for."""
        done: Sequence[Done | None] = ()
        try:
            done = await go([each.asking for each in those])
        except Unavailable:
            for each in those:
                if not each.told.done():
                    each.told.set_exception(out_of_reach())
        except (TourderoleError, PostgresError):
            pass
        finally:
            for each, what in zip_longest(those, done):
                if not each.told.done():
                    each.told.set_result(what)
            self._next(go)

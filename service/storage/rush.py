"""Of many who are after the best place for the same need, a few try at a time; the others wait in line.

When one of those who try finds none left, all who wait by then are asked about in one statement: it sees one instant,
after each of them came, at which nothing is free. So nobody is refused for what was so before, and none has to try.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from service.domain.errors import NoPlaceFree
from service.storage.refusals import out_of_reach

Asking = TypeVar("Asking")
Refused = Callable[[Sequence[Asking]], Awaitable[Sequence[Asking]]]
"""Of those who wait, whom nothing is left for."""


@dataclass(slots=True, kw_only=True)
class _Line(Generic[Asking]):
    """`tries`: how many try now. `waiting`: the others, each told whether it is to try."""

    tries: int = 0
    is_asked_about: bool = False
    waiting: deque[tuple[Asking, asyncio.Future[bool]]] = field(default_factory=deque)

    def move_up(self) -> None:
        """One who tried has ended: the first who waits is to try."""
        while self.waiting:
            _, told = self.waiting.popleft()
            if not told.done():
                told.set_result(True)
                return
        self.tries -= 1


class Rush(Generic[Asking]):
    """Lines, one for each thing that is asked for; nobody waits where fewer than `most` try, nor without end."""

    def __init__(self, *, most: int, patience_seconds: float) -> None:
        self._most = most
        self._patience_seconds = patience_seconds
        self._lines: dict[Hashable, _Line[Asking]] = {}

    @asynccontextmanager
    async def turn(self, what: Hashable, asking: Asking, refused: Refused[Asking]) -> AsyncIterator[None]:
        """While it is one's turn to try. Raises NoPlaceFree, without reasons, when others found that none is left.

        Raises Unavailable when the line does not move. Who raises it in the block has those who wait told.
        """
        line = self._lines.setdefault(what, _Line())
        if line.tries < self._most:
            line.tries += 1
        elif not await self._told(line, asking):
            raise NoPlaceFree()
        try:
            yield
        except NoPlaceFree:
            await self._tell(line, refused)
            raise
        finally:
            line.move_up()
            if not line.tries:
                self._lines.pop(what, None)

    async def _told(self, line: _Line[Asking], asking: Asking) -> bool:
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        line.waiting.append((asking, told))
        try:
            async with asyncio.timeout(self._patience_seconds):
                return await told
        except (asyncio.CancelledError, TimeoutError) as error:
            if not told.cancelled() and told.result():
                line.move_up()
            if isinstance(error, TimeoutError):
                raise out_of_reach() from error
            raise

    async def _tell(self, line: _Line[Asking], refused: Refused[Asking]) -> None:
        """Once for all who wait by now; those who come meanwhile are another time's."""
        those = list(line.waiting)
        if line.is_asked_about or not those:
            return
        line.is_asked_about = True
        try:
            whom = {id(asking) for asking in await refused([asking for asking, _ in those])}
        finally:
            line.is_asked_about = False
        for asking, told in those:
            if id(asking) in whom and not told.done():
                told.set_result(False)

"""Reading that many ask for at the same time, done once for all of them."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

Read = TypeVar("Read")


class Together:
    """Who asks while the same is being read gets what was read; nothing is kept."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def read(self, what: Hashable, read: Callable[[], Coroutine[Any, Any, Read]]) -> Read:
        """One that gives up takes nothing from the others."""
        task = self._under_way.get(what)
        if task is None:
            task = self._under_way[what] = asyncio.create_task(read())
            task.add_done_callback(lambda _: self._under_way.pop(what))
        known: Read = await asyncio.shield(task)
        return known

"""What is waited for so long and no longer, whatever it needs to come to its end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

_given_up: set[asyncio.Task[Any]] = set()


async def within(seconds: float, doing: Coroutine[Any, Any, Result]) -> Result:
    """What it gives. Raises TimeoutError when the time is up.

    It is then told to stop, and ends beside: to close a connection to a database that hangs takes seconds more.
    """
    task = asyncio.create_task(doing)
    try:
        done, _ = await asyncio.wait([task], timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            _given_up.add(task)
            task.add_done_callback(_forget)
    if not done:
        raise TimeoutError
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    """Nobody waits for how it ended."""
    _given_up.discard(task)
    if not task.cancelled():
        task.exception()

"""A line for the best place: a few try, and all who wait are refused at once when nothing is left for them."""

import asyncio
from collections.abc import Sequence

import pytest

from service.domain.errors import NoPlaceFree, Unavailable
from service.storage.rush import Rush

WHAT = "the same need"


class Many:
    """Who ask, by number; `refusing`: whom the database would say that nothing is left for."""

    def __init__(
        self, most: int = 2, refusing: Sequence[int] = (), *, is_broken: bool = False, patience_seconds: float = 60
    ) -> None:
        self.rush = Rush[int](most=most, patience_seconds=patience_seconds)
        self.tried: list[int] = []
        self.asked_about: list[list[int]] = []
        self.refusing = refusing
        self.is_broken = is_broken
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._ends: dict[int, asyncio.Future[None]] = {}
        self._tasks: dict[int, asyncio.Task[str]] = {}

    async def come(self, *numbers: int, what: str = WHAT) -> None:
        for number in numbers:
            self._ends[number] = asyncio.get_running_loop().create_future()
            self._tasks[number] = asyncio.create_task(self._ask(number, what))
        await settled()

    async def succeed(self, number: int) -> str:
        self._ends[number].set_result(None)
        return await self._tasks[number]

    async def find_none(self, number: int) -> str:
        self._ends[number].set_exception(NoPlaceFree())
        return await self._tasks[number]

    async def leave(self, number: int) -> None:
        self._tasks[number].cancel()
        await settled()

    async def told(self, number: int) -> str:
        return await self._tasks[number]

    async def _ask(self, number: int, what: str) -> str:
        try:
            async with self.rush.turn(what, number, self._refused):
                self.tried.append(number)
                await self._ends[number]
        except NoPlaceFree:
            return "none"
        return "booked"

    async def _refused(self, those: Sequence[int]) -> Sequence[int]:
        self.asked_about.append(list(those))
        if self.is_broken:
            raise Unavailable("the database is out of reach")
        await self.may_answer.wait()
        return [one for one in those if one in self.refusing]


async def settled() -> None:
    """Everybody has gone as far as he or she can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_few_try_at_once_and_the_others_in_their_order():
    many = Many()
    await many.come(1, 2, 3, 4)
    assert many.tried == [1, 2]
    assert await many.succeed(2) == "booked"
    await settled()
    assert many.tried == [1, 2, 3]


async def test_who_needs_something_else_waits_for_nobody():
    many = Many(most=1)
    await many.come(1, 2)
    await many.come(3, what="another need")
    assert many.tried == [1, 3]


async def test_all_who_wait_are_refused_when_one_finds_none_and_nothing_is_left_for_them():
    many = Many(refusing=(3, 4, 5))
    await many.come(1, 2, 3, 4, 5)
    assert await many.find_none(1) == "none"
    assert [await many.told(number) for number in (3, 4, 5)] == ["none"] * 3
    assert (many.tried, many.asked_about) == ([1, 2], [[3, 4, 5]])


async def test_whom_something_may_be_left_for_tries():
    """A place is free again, or a key stands for a booking."""
    many = Many(refusing=(3, 5))
    await many.come(1, 2, 3, 4, 5)
    await many.find_none(1)
    await settled()
    assert many.tried == [1, 2, 4]
    assert await many.succeed(4) == "booked"


async def test_who_comes_while_the_others_are_asked_about_is_not_refused_with_them():
    many = Many(most=1, refusing=(2, 3))
    many.may_answer.clear()
    await many.come(1, 2)
    found = asyncio.create_task(many.find_none(1))
    await settled()
    await many.come(3)
    many.may_answer.set()
    assert (await found, await many.told(2)) == ("none", "none")
    await settled()
    assert (many.tried, many.asked_about) == ([1, 3], [[2]])


async def test_one_at_a_time_asks():
    many = Many(refusing=(3, 4))
    many.may_answer.clear()
    await many.come(1, 2, 3, 4)
    first = asyncio.create_task(many.find_none(1))
    await settled()
    assert await many.find_none(2) == "none"
    many.may_answer.set()
    assert await first == "none"
    assert many.asked_about == [[3, 4]]


async def test_what_goes_wrong_while_asking_is_told_to_who_asked_and_the_others_go_on():
    many = Many(most=1, is_broken=True)
    await many.come(1, 2)
    with pytest.raises(Unavailable):
        await many.find_none(1)
    await settled()
    assert many.tried == [1, 2]


async def test_who_gives_up_waiting_is_passed_over():
    many = Many(most=1)
    await many.come(1, 2, 3)
    await many.leave(2)
    await many.succeed(1)
    await settled()
    assert many.tried == [1, 3]


async def test_who_waits_in_a_line_that_does_not_move_is_told_so_and_passed_over():
    many = Many(most=1, patience_seconds=0.01)
    await many.come(1, 2)
    with pytest.raises(Unavailable):
        await many.told(2)
    await many.come(3)
    await many.succeed(1)
    await settled()
    assert many.tried == [1, 3]


async def test_who_gives_up_just_when_it_is_his_or_her_turn_passes_it_on():
    many = Many(most=1)
    await many.come(1, 2, 3)
    many._ends[1].set_result(None)
    await asyncio.sleep(0)
    await many.leave(2)
    await settled()
    assert many.tried == [1, 3]


async def test_who_gives_up_trying_passes_it_on():
    many = Many(most=1)
    await many.come(1, 2)
    await many.leave(1)
    assert many.tried == [1, 2]


async def test_nothing_is_kept_of_a_line_that_is_over():
    many = Many(most=1, refusing=(2,))
    await many.come(1, 2)
    await many.find_none(1)
    await many.come(3)
    await many.succeed(3)
    assert not many.rush._lines

"""Many who ask for a thing at once: a few go alone, the others together; what is refused to all is asked alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from asyncpg import PostgresError

from service.domain.errors import AlreadyThere, NoPlaceFree, TourderoleError, Unavailable
from service.storage.crowd import LARGEST, Crowd


@dataclass(frozen=True)
class One:
    number: int
    claims: frozenset[str]


class Many:
    """Who ask, by number, each for a place of his or her own unless told otherwise; what each was told."""

    def __init__(self, most: int = 1, patience_seconds: float = 60) -> None:
        self.crowd = Crowd(most=most, patience_seconds=patience_seconds)
        self.alone: list[int] = []
        self.together: list[list[int]] = []
        self.tasks: dict[int, asyncio.Task[str]] = {}
        self._come_back: dict[int, asyncio.Future[None]] = {}
        self._answers: list[asyncio.Future[Sequence[str | TourderoleError | None]]] = []

    async def come(self, *numbers: int, place: str | None = None, what: str = "a place") -> None:
        for number in numbers:
            self._come_back[number] = asyncio.get_running_loop().create_future()
            one = One(number, frozenset({place or f"place {number}"}))
            self.tasks[number] = asyncio.create_task(self._ask(one, what))
        await settled()

    async def come_back(self, number: int) -> str:
        self._come_back[number].set_result(None)
        answer = await self.tasks[number]
        await settled()
        return answer

    async def answer(self, *done: str | TourderoleError | None) -> None:
        self._answers.pop(0).set_result(done)
        await settled()

    async def refuse(self, error: Exception) -> None:
        self._answers.pop(0).set_exception(error)
        await settled()

    async def _ask(self, one: One, what: str) -> str:
        async with self.crowd.turn(what, one, self._go) as done:
            if done is None:
                self.alone.append(one.number)
                await self._come_back[one.number]
            return done or "alone"

    async def _go(self, those: Sequence[One]) -> Sequence[str | TourderoleError | None]:
        self.together.append([one.number for one in those])
        self._answers.append(asyncio.get_running_loop().create_future())
        return await self._answers[-1]


async def settled() -> None:
    """Everybody has gone as far as he or she can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_who_finds_few_on_the_way_goes_alone():
    many = Many(most=2)
    await many.come(1, 2)
    assert (many.alone, many.together) == ([1, 2], [])
    assert await many.come_back(2) == "alone"
    await many.come(3)
    assert many.alone == [1, 2, 3]


async def test_the_others_go_together_when_one_comes_back():
    many = Many()
    await many.come(1, 2, 3, 4)
    await many.come_back(1)
    assert many.together == [[2, 3, 4]]
    await many.come(5, 6)
    await many.answer("b", "c", "d")
    assert [await many.tasks[number] for number in (2, 3, 4)] == ["b", "c", "d"]
    assert many.together == [[2, 3, 4], [5, 6]]
    await many.answer("e", "f")
    await many.come(7)
    assert many.alone == [1, 7]


async def test_who_asks_for_something_else_waits_in_another_line():
    many = Many()
    await many.come(1, 2)
    await many.come(3, 4, what="another")
    await many.come_back(3)
    assert (many.alone, many.together) == ([1, 3], [[4]])
    await many.come_back(1)
    assert many.together == [[4], [2]]
    await many.answer("d")
    await many.answer("b")
    assert not many.crowd._lines


async def test_who_was_left_goes_alone():
    many = Many()
    await many.come(1, 2, 3)
    await many.come_back(1)
    await many.answer("b", None)
    assert many.alone == [1, 3]
    assert (await many.tasks[2], await many.come_back(3)) == ("b", "alone")


async def test_who_is_refused_is_told_so_and_the_others_what_they_have():
    many = Many()
    await many.come(1, 2, 3)
    await many.come_back(1)
    await many.answer("b", NoPlaceFree())
    assert await many.tasks[2] == "b"
    with pytest.raises(NoPlaceFree):
        await many.tasks[3]


async def test_of_those_who_claim_the_same_one_goes_along_and_the_others_alone():
    many = Many()
    await many.come(1)
    await many.come(2, 3, 4, place="the same")
    await many.come(5)
    await many.come_back(1)
    assert (many.together, many.alone) == ([[2, 5]], [1, 3, 4])
    assert await many.come_back(4) == "alone"
    assert many.together == [[2, 5]]


async def test_no_more_go_together_than_a_statement_should_take():
    many = Many()
    await many.come(*range(LARGEST + 3))
    await many.come_back(0)
    await many.answer(*map(str, range(LARGEST)))
    assert [len(those) for those in many.together] == [LARGEST, 2]


@pytest.mark.parametrize("error", [AlreadyThere(), PostgresError()])
async def test_what_is_refused_to_all_each_asks_alone(error):
    many = Many()
    await many.come(1, 2, 3)
    await many.come_back(1)
    await many.refuse(error)
    assert many.alone == [1, 2, 3]
    assert [await many.come_back(number) for number in (2, 3)] == ["alone", "alone"]


@pytest.mark.parametrize("error", [Unavailable("the database is out of reach"), ZeroDivisionError()])
async def test_without_an_answer_it_is_open_for_each_whether_it_was_done(error):
    many = Many()
    await many.come(1, 2, 3)
    await many.come_back(1)
    await many.refuse(error)
    for number in (2, 3):
        with pytest.raises(Unavailable):
            await many.tasks[number]
    await many.come(4)
    assert many.alone == [1, 4]


async def test_who_leaves_is_not_taken_along():
    many = Many()
    await many.come(1, 2, 3)
    many.tasks[2].cancel()
    await settled()
    await many.come_back(1)
    assert many.together == [[3]]


async def test_who_leaves_on_the_way_holds_nobody_up():
    many = Many()
    await many.come(1, 2, 3)
    await many.come_back(1)
    many.tasks[2].cancel()
    await many.answer("b", "c")
    assert await many.tasks[3] == "c"
    await many.come(4)
    assert many.alone == [1, 4]


async def test_nobody_waits_without_end():
    many = Many(patience_seconds=0.01)
    await many.come(1, 2)
    with pytest.raises(Unavailable):
        await many.tasks[2]
    await many.come_back(1)
    assert many.together == []

"""Tasks over REST: what somebody must do for bookings that a change of roster touched."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from service.application.tasks import accept_task, close_task, decline_task, get_task, list_tasks
from service.domain.errors import (
    BookingDisplaced,
    Invalid,
    NotFound,
    NothingOffered,
    OfferExpired,
    SlotBegun,
    StaleVersion,
    TaskClosed,
    TooLarge,
)
from service.domain.tasks import TaskId
from service.web.dependencies import CallerDep, DatabaseDep, Now
from service.web.problems import answers
from service.web.rest.entries import PageOut
from service.web.rest.task_shapes import CloseIn, TaskFilterIn, TaskOut

router = APIRouter(prefix="/tasks", tags=["bookings"])


async def _task(task: Annotated[UUID, Path(description="The task's id")]) -> TaskId:
    return TaskId(task)


TaskPath = Annotated[TaskId, Depends(_task)]


@router.get("", responses=answers(Invalid, NotFound))
async def find_tasks(
    asked: Annotated[TaskFilterIn, Query()], database: DatabaseDep, caller: CallerDep
) -> PageOut[TaskOut]:
    """Tasks that meet all that is asked, the oldest first. A booking has one open task at most."""
    page = await list_tasks(database, asked.chosen(), after=asked.cursor, limit=asked.limit, caller=caller)
    return PageOut[TaskOut].of(page, TaskOut.of)


@router.get("/{task}", responses=answers(Invalid, NotFound))
async def find_task(task: TaskPath, database: DatabaseDep, caller: CallerDep) -> TaskOut:
    """A task with its booking, the place it left and the place proposed."""
    return TaskOut.of(await get_task(database, task, caller=caller))


@router.post(
    "/{task}/accept",
    responses=answers(Invalid, NotFound, TaskClosed, NothingOffered, OfferExpired, SlotBegun, StaleVersion),
)
async def accept(task: TaskPath, database: DatabaseDep, caller: CallerDep, now: Now) -> TaskOut:
    """The booking moves to the place that is kept for it, unless it still had one and that has begun."""
    return TaskOut.of(await accept_task(database, task, caller=caller, now=now))


@router.post("/{task}/decline", responses=answers(Invalid, NotFound, TaskClosed, NothingOffered, StaleVersion))
async def decline(task: TaskPath, database: DatabaseDep, caller: CallerDep, now: Now) -> TaskOut:
    """The patient cannot come there: the task that follows, with the next best place or an alert."""
    return TaskOut.of(await decline_task(database, task, caller=caller, now=now))


@router.post(
    "/{task}/close",
    responses=answers(TooLarge, Invalid, NotFound, TaskClosed, BookingDisplaced, SlotBegun, StaleVersion),
)
async def close(task: TaskPath, asked: CloseIn, database: DatabaseDep, caller: CallerDep, now: Now) -> TaskOut:
    """Say how it ended. A booking without a place is not left alone: it is moved, or cancelled by its outcome."""
    return TaskOut.of(await close_task(database, task, asked.value(), caller=caller, now=now))

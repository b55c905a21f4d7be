"""Requests that may be repeated: a key is claimed in the transaction of the work it stands for."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.callers import Caller, Keyed
from service.domain.errors import IdempotencyKeyReused
from service.domain.faults import Fault
from service.storage.tables.bookings import IdempotencyKeyRow


async def claim(session: AsyncSession, caller: Caller, keyed: Keyed, resource: str, *, now: datetime) -> str:
    """The id of what the key created: `resource` when this request is the first, the earlier one's when it is repeated.

    A second request waits for the first one's commit. Raises IdempotencyKeyReused.
    """
    claimed = insert(IdempotencyKeyRow).values(
        caller=caller.name,
        key=keyed.key,
        operation=keyed.operation,
        request=keyed.request,
        resource=resource,
        used_at=now,
    )
    row = await session.execute(claimed.on_conflict_do_nothing().returning(IdempotencyKeyRow.resource))
    if row.scalar_one_or_none() is not None:
        return resource
    key = select(IdempotencyKeyRow).where(IdempotencyKeyRow.caller == caller.name, IdempotencyKeyRow.key == keyed.key)
    used = (await session.execute(key)).scalar_one()
    return recalled(used.operation, used.request, used.resource, keyed)


def recalled(operation: str, request: str, resource: str, keyed: Keyed) -> str:
    """The resource that the stored key created. Raises IdempotencyKeyReused when it stood for something else."""
    if (operation, request) != (keyed.operation, keyed.request):
        raise IdempotencyKeyReused(
            Fault(
                path="Idempotency-Key",
                code=IdempotencyKeyReused.code,
                message="this key stands for another request",
                hint="use a fresh key for every new request",
            )
        )
    return resource

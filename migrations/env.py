"""Runs the migrations on the connection that `service.storage.migrating` opened."""

from alembic import context

from service.storage.migrating import include_object
from service.storage.tables import (  # noqa: F401
    appointments,
    availability,
    bookings,
    changes,
    directory,
    events,
    page_sessions,
    regulators,
    rosters,
    webhooks,
)
from service.storage.tables.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=include_object,
    include_schemas=False,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

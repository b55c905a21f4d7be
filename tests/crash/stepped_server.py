"""A server whose clock is wrong by as many seconds as a file says, at each request anew.

python -m tests.crash.stepped_server URL SECONDS
"""

import socket
import sys
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from service.storage.database import Database
from service.web.app import create_app
from tests.conftest import ADMIN_TOKEN


def serve(url, wrong_by):
    database = Database(url)

    def clock():
        return datetime.now(UTC) + timedelta(seconds=float(wrong_by.read_text()))

    @asynccontextmanager
    async def lifespan(_):
        async with database:
            yield

    listening = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    app = create_app(database, admin_token=ADMIN_TOKEN, clock=clock, lifespan=lifespan)
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False)).run(sockets=[listening])


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]))

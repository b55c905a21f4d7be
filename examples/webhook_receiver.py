"""A receiver of tourderole's webhooks: it verifies signatures, does each event once, never goes back to older news.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_… python webhook_receiver.py [PORT] [DATABASE]

It stands alone: the standard library and `standardwebhooks`. Put a server that speaks TLS before it.
"""

import json
import logging
import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

LONGEST_BODY_BYTES = 65_536
SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS bookings (booking TEXT PRIMARY KEY, version INTEGER NOT NULL, data TEXT NOT NULL);
"""

log = logging.getLogger("receiver")


def receive(database: str, webhook: Webhook, headers: Mapping[str, str], body: bytes) -> int:
    """The status to answer with: 2xx when the event is safe here, so that it need not come again.

    What is signed and not known here is accepted too: types and keys are added as the service learns more.
    """
    try:
        event = webhook.verify(body, dict(headers))
    except (json.JSONDecodeError, RecursionError):
        return 400
    except (WebhookVerificationError, ValueError):
        return 401
    if not isinstance(event, dict):
        return 400
    with closing(sqlite3.connect(database)) as connection, connection:
        if connection.execute("INSERT OR IGNORE INTO seen VALUES (?)", [headers["webhook-id"]]).rowcount == 1:
            keep(connection, event.get("type"), event.get("data"))
    return 204


def keep(connection: sqlite3.Connection, type_: object, data: object) -> None:
    """In the transaction that remembers the id: both are kept, or the event comes again.

    A dead letter that somebody has sent again may come after later events of its booking: its version tells. Only what
    becomes of bookings is kept here: tasks, the wait-list and types that are yet to come are accepted all the same.
    """
    if not (isinstance(type_, str) and type_.startswith("booking.") and isinstance(data, dict)):
        return
    booking, version = data.get("booking"), data.get("version")
    if not (isinstance(booking, str) and isinstance(version, int)):
        return
    row = [booking, version, json.dumps(data)]
    newer = "ON CONFLICT (booking) DO UPDATE SET version = excluded.version, data = excluded.data"
    is_newer = "WHERE excluded.version > bookings.version"
    connection.execute(f"INSERT INTO bookings VALUES (?, ?, ?) {newer} {is_newer}", row)  # noqa: S608
    log.info("%s: booking %s, version %s", type_, booking, version)


class Handler(BaseHTTPRequestHandler):
    """Answers POST alone."""

    timeout = 10

    def __init__(self, database: str, webhook: Webhook, *request: object) -> None:
        self.database, self.webhook = database, webhook
        super().__init__(*request)  # type: ignore[arg-type]

    def do_POST(self) -> None:
        """Called by the server."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > LONGEST_BODY_BYTES:
            self.send_error(413)
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.send_response(receive(self.database, self.webhook, headers, self.rfile.read(length)))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are not logged."""


def main(port: str = "8001", database: str = "events.sqlite") -> None:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(SCHEMA)
    webhook = Webhook(os.environ["WEBHOOK_SECRET"])
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), partial(Handler, database, webhook))
    log.info("http://127.0.0.1:%s", server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:3])

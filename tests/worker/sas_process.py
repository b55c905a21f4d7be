"""A stand-in for the SAS platform in a process of its own: it says on standard output what it got, a JSON line each.

    python -m tests.worker.sas_process SOCKET CONTROL

SOCKET is the number of a listening socket. CONTROL is a JSON file, read at each request: `status` of the answers that
take nothing, `hangs` (what is taken is kept, and no answer ever comes), `dies` (likewise, and it all ends),
`seconds` before the answer, `tls` (a certificate, its key, and the authority that callers' come from). What it took is
kept in `kept` beside CONTROL, so that it outlives the process; every POST is a new appointment, so that a double shows.
"""

import asyncio
import json
import os
import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import parse_qs

import uvicorn

from tests.worker.appointment_rules import broken
from tests.worker.receiver_process import whole


class Platform:
    def __init__(self, control):
        self.control = control
        self.keeps = control.with_name("kept")

    def kept(self):
        return json.loads(self.keeps.read_text()) if self.keeps.exists() else []

    def take(self, method, query, message):
        """The status of the answer."""
        if method not in ("POST", "PUT") or broken(message):
            return 422
        [named] = message["identifier"]
        kept = self.kept()
        same = [number for number, each in enumerate(kept) if each["identifier"] == [named]]
        if method == "PUT" and parse_qs(query) != {"identifier": [f"{named['system']}|{named['value']}"]}:
            return 400
        is_new = method == "POST" or not same
        if is_new:
            kept.append(message)
        else:
            kept[same[0]] = message
        self.keeps.write_text(json.dumps(kept))
        return 201 if is_new else 200

    async def __call__(self, scope, receive, send):
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = await whole(receive)
        how = json.loads(self.control.read_text())
        query, message = scope["query_string"].decode(), json.loads(body)
        status = how.get("status") or self.take(scope["method"], query, message)
        said = {"method": scope["method"], "path": scope["path"], "query": query, "body": body, "status": status}
        sys.stdout.write(json.dumps(said | {"headers": headers, "broken": broken(message)}) + "\n")
        sys.stdout.flush()
        if how.get("hangs"):
            await asyncio.Event().wait()
        if how.get("dies"):
            os._exit(1)
        await asyncio.sleep(how.get("seconds", 0))
        await answer(send, status, broken(message))


async def answer(send, status, rules):
    location = [(b"location", b"/fhir/Appointment/1")] if status < 300 else []
    issue = {"severity": "error", "code": "processing", "diagnostics": f"refused: {', '.join(rules) or 'as told'}"}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    body = b"" if status < 300 else json.dumps(outcome).encode()
    await send({"type": "http.response.start", "status": status, "headers": location})
    await send({"type": "http.response.body", "body": body})


def tls_of(control):
    """What uvicorn is told of certificates."""
    tls = json.loads(control.read_text()).get("tls")
    if tls is None:
        return {}
    certificate, key, authority = tls
    asks = {"ssl_ca_certs": authority, "ssl_cert_reqs": ssl.CERT_REQUIRED}
    return {"ssl_certfile": certificate, "ssl_keyfile": key} | asks


if __name__ == "__main__":
    listening, control = socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])
    config = uvicorn.Config(Platform(control), log_config=None, access_log=False, lifespan="off", **tls_of(control))
    uvicorn.Server(config).run(sockets=[listening])

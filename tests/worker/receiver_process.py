"""A receiver of webhooks in a process of its own: it says on standard output what it got, one JSON line a request.

    python -m tests.worker.receiver_process SOCKET CONTROL

SOCKET is the number of a listening socket. CONTROL is a JSON file, read at each request: `secrets` by name, `status` of
the answers, `statuses` by case, `hangs` (no answer ever comes).
"""

import asyncio
import json
import socket
import sys
from pathlib import Path

import uvicorn
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError


def verifies(secret, body, headers):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return False
    return True


async def whole(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body.decode()


def app(control):
    async def answer(scope, receive, send):
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        body = await whole(receive)
        how = json.loads(control.read_text())
        case = json.loads(body)["data"].get("case_ref")
        status = how.get("statuses", {}).get(case, how.get("status", 204))
        verified = [name for name, secret in how["secrets"].items() if verifies(secret, body, headers)]
        said = {"id": headers["webhook-id"], "body": body, "status": status, "verified": verified}
        sys.stdout.write(json.dumps(said | {"host": headers["host"]}) + "\n")
        sys.stdout.flush()
        if how.get("hangs"):
            await asyncio.Event().wait()
        location = [(b"location", b"/elsewhere")] if status == 307 else []
        await send({"type": "http.response.start", "status": status, "headers": location})
        await send({"type": "http.response.body", "body": b""})

    return answer


if __name__ == "__main__":
    listening = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(app(Path(sys.argv[2])), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])

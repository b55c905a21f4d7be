"""Servers that do nothing, each in one uvicorn process as the product's: what HTTP and FastAPI alone cost."""

import socket
import sys
from collections.abc import Mapping
from typing import Any

import uvicorn

from benchmarks.limit_routes import route_app

ANSWER = b'{"status":"booked"}'


async def bare_app(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    """ASGI with no framework: reads the body, answers 201."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    length = (b"content-length", str(len(ANSWER)).encode())
    await send(
        {"type": "http.response.start", "status": 201, "headers": [(b"content-type", b"application/json"), length]}
    )
    await send({"type": "http.response.body", "body": ANSWER})


def main(name: str) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    app: Any = {"bare": bare_app, "route": route_app()}[name]
    uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")).run(sockets=[listening])


if __name__ == "__main__":
    main(sys.argv[1])

"""A client in a process of its own: it books in a storm, and keeps every answer it was given before it acts on it.

    python -m tests.crash.client LOG URL...

Requests go to the servers in turn. What gets no answer is asked again with the same key, until there is one. LOG holds
the answers about bookings, a JSON line each, flushed to the disk. On standard output: `kept` for a line of the log,
`refused` for a conflict, `unanswered` for each attempt that failed. It ends when a line comes on its standard input.
The environment has the administrator's TOKEN.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from itertools import count
from random import SystemRandom
from uuid import uuid4

import httpx

CALLERS = 24
"""So many that some always book together."""
chosen = SystemRandom().choice
PAUSE_SECONDS = 0.05
"""Before an attempt that failed is repeated."""
EVERYWHERE = {"insee": "53084", "until": f"{datetime.now(UTC).date() + timedelta(days=20)}T00:00"}


class Client:
    def __init__(self, log, urls):
        self.log, self.urls = log, urls
        self.stopped = asyncio.Event()
        self.own, self.slots = [], []
        self.numbers = count()

    async def run(self):
        async with httpx.AsyncClient(
            timeout=30, headers={"Authorization": f"Bearer {os.environ['TOKEN']}"}
        ) as self.http:
            await self.find_places()
            await asyncio.gather(*(self.call() for _ in range(CALLERS)))

    async def find_places(self):
        found = await self.asked("GET", "/slots", params={**EVERYWHERE, "limit": 100})
        self.slots = [each["id"] for each in found.json()["results"] if each["mode"] == "bookable"]

    async def call(self):
        while not self.stopped.is_set():
            await chosen((self.by_slot, self.by_need, self.by_hold, self.cancel, self.move))()

    async def by_slot(self):
        await self.book({"slot": chosen(self.slots), "case_ref": self.case()})

    async def by_need(self):
        await self.book({"need": EVERYWHERE, "case_ref": self.case()})

    async def by_hold(self):
        held = await self.asked("POST", "/holds", {"slot": chosen(self.slots), "case_ref": self.case()})
        if held.status_code == 201:
            await self.book({"hold": held.json()["id"]})

    async def cancel(self):
        if self.own:
            self.keep(await self.asked("POST", f"/bookings/{self.own.pop()}/cancel", keyed=False))

    async def move(self):
        if self.own:
            to = {"slot": chosen(self.slots)}
            self.keep(await self.asked("POST", f"/bookings/{chosen(self.own)}/move", to, keyed=False))

    async def book(self, body):
        answer = await self.asked("POST", "/bookings", body)
        if self.keep(answer):
            self.own.append(answer.json()["id"])

    def case(self):
        return f"DRM-{os.getpid()}-{next(self.numbers)}"

    async def asked(self, method, path, body=None, *, keyed=True, **further):
        """The answer, however often it takes: always the same request."""
        key = str(uuid4())
        headers = {"Idempotency-Key": key} if keyed and method == "POST" else {}
        while True:
            url = self.urls[next(self.numbers) % len(self.urls)]
            try:
                answer = await self.http.request(method, f"{url}/v1{path}", json=body, headers=headers, **further)
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code != 503:
                return answer
            say("unanswered")
            await asyncio.sleep(PAUSE_SECONDS)

    def keep(self, answer):
        """Whether it is about a booking that is now so."""
        if answer.status_code in (404, 409, 410):
            say("refused")
            return False
        if not answer.is_success:
            sys.exit(f"{answer.status_code}: {answer.text}")
        line = (
            answer.json()
            if answer.status_code != 201
            else answer.json() | {"key": answer.request.headers["Idempotency-Key"]}
        )
        os.write(self.log, json.dumps(line).encode() + b"\n")
        os.fsync(self.log)
        say("kept")
        return True


def say(word):
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def main(log, urls):
    client = Client(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), urls)
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), client.stopped.set)
    await client.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))

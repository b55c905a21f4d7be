"""Territory import: a file of 160 practitioners in, beside what its bytes and its rows cost at the least."""

import asyncio
import io
import json
from collections.abc import Mapping, Sequence
from time import perf_counter

import asyncpg

from benchmarks import serving
from benchmarks.cases import LARGE
from benchmarks.load import Load, answers_to, request
from benchmarks.measuring import Effort, middle, seconds_of
from benchmarks.report import Row, Table
from benchmarks.territories import XL, L, territory_text
from benchmarks.territory_map import Document
from service.application.directory import import_territory_file
from service.application.territory_file.reading import read_territory_file
from service.domain.callers import Caller
from service.storage.database import Database


def territory_texts() -> Mapping[str, str]:
    given = {"large.json": LARGE.read_text()} if LARGE.exists() else {}
    return {**given, "generated L": territory_text(L), "generated XL": territory_text(XL)}


def measure(effort: Effort) -> Sequence[Table]:
    with serving.postgres_url() as url, serving.product(url) as server:
        rows = [_row(name, text, url, server.port, effort) for name, text in territory_texts().items()]
    notes = (
        "Seconds, medians. *read*: the file to checked values. *import*: the use case, reading included, of a new "
        "territory, on a fresh engine as the command line has. *PUT*: the same over HTTP, on a warm one. The limit is "
        "`json.loads` plus a raw COPY of the same rows into tables with the same indexes, in one transaction.",
    )
    return [Table(title="Territory import", rows=rows, notes=notes)]


def _row(name: str, text: str, url: str, port: int, effort: Effort) -> Row:
    document = json.loads(text)
    seconds = [_once(text, document, url, port) for _ in range(effort.repeats)]
    medians = {key: middle((each[key] for each in seconds), 4) for key in seconds[0]}
    limit = medians["json.loads"] + medians["COPY"]
    about: Row = {"territory": name, "practitioners": len(document["practitioners"]), "kB": len(text.encode()) // 1000}
    return {**about, **medians, "limit": round(limit, 4), "import ÷ limit": round(medians["import"] / limit, 2)}


def _once(text: str, document: Document, url: str, port: int) -> dict[str, float]:
    territory = document["territory"]["id"]
    target = f"/v1/territories/{territory}/file"
    put = request("PUT", target, document, authorization=f"Bearer {serving.ADMIN_TOKEN}")
    read = seconds_of(lambda: read_territory_file(text))
    imported = asyncio.run(_import(url, text))
    parsed = seconds_of(lambda: json.loads(text))
    copied = asyncio.run(_copy(url))
    asyncio.run(_forget(url, territory))
    sent = _put(port, put)
    asyncio.run(_forget(url, territory))
    return {"read": read, "import": imported, "PUT": sent, "json.loads": parsed, "COPY": copied}


def _put(port: int, put: str) -> float:
    answered = answers_to(Load(port=port, requests=[put], connections=1, seconds=30, again=False))
    answered.only(200)
    return answered.p50_ms / 1000


async def _import(url: str, text: str) -> float:
    async with Database(url) as database:
        await database.ping()
        start = perf_counter()
        await import_territory_file(database, text, caller=Caller(name="benchmark"))
        return perf_counter() - start


async def _copy(url: str) -> float:
    """Seconds to write every row of the directory again, by COPY in one transaction, into tables that are then gone."""
    connection = await asyncpg.connect(url)
    contents = {}
    for (name,) in await connection.fetch("SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public'"):
        kept = io.BytesIO()
        await connection.copy_from_table(name, output=kept, format="binary")
        contents[f"copy_of_{name}"] = kept.getvalue()
        await connection.execute(f"CREATE TABLE copy_of_{name} (LIKE {name} INCLUDING ALL)")
    start = perf_counter()
    async with connection.transaction():
        for name, content in contents.items():
            await connection.copy_to_table(name, source=io.BytesIO(content), format="binary")
    seconds = perf_counter() - start
    await connection.execute(f"DROP TABLE {', '.join(contents)}")
    await connection.close()
    return seconds


async def _forget(url: str, territory: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("DELETE FROM territories WHERE id = $1", territory)
    await connection.close()

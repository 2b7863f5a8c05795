"""``python -m tests.benchmarks.service [CORPORA]``: send articles to the service at a fixed rate and measure.

As with many clients, each request is sent when it is due, even if earlier requests have no answer yet. The time of an
answer is counted from the time at which its request was due.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from tests.web.services import Service, running

from corestory.errors import DataError
from corestory.rendering import markdown_table

from .speed.contest import sample_pages
from .terminal import run_command, say, write

ROOT = Path(__file__).resolve().parents[2]
GOAL_P99_MS = 150
WARM_UP_SECONDS = 2.0
MEGABYTE = 2**20
SHARES = (50, 90, 99, 100)


@dataclass(slots=True)
class Load:
    """The measurements.

    Attributes
    ----------
    milliseconds
        The time of each answer.
    statuses
        The number of answers with each status; ``lost`` for connections that ended without an answer.
    memory
        The memory of the service and its workers in megabytes, measured each second.
    processor
        The processor time for each request in milliseconds, of the process that answers and of the workers.
    """

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    processor: tuple[float, float] = (0.0, 0.0)


def article_texts(corpora: Sequence[Path], *, shortest: int, longest: int) -> list[bytes]:
    """Read gold texts of corpora, from `shortest` to `longest` bytes; without corpora, the articles of the sample."""
    if not corpora:
        return [page.text.encode() for page in sample_pages(ROOT / "data" / "sample")]
    files = sorted(file for folder in corpora for file in folder.rglob("*.txt"))
    random.Random(7).shuffle(files)
    texts = [text for file in files if shortest <= len(text := file.read_bytes()) <= longest][:2000]
    if not texts:
        raise DataError("no texts (.txt) of this size", where=", ".join(map(str, corpora)))
    return texts


async def send(service: Service, texts: Sequence[bytes], *, rate: float, seconds: float) -> Load:
    """Send texts at a mean rate, with random gaps like those of independent clients."""
    load, chance = Load(), random.Random(7)
    free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    loop = asyncio.get_running_loop()

    async def ask(text: bytes, due: float) -> None:
        try:
            while free and free[-1][0].at_eof():  # the service closes idle connections
                free.pop()[1].close()
            reader, writer = free.pop() if free else await asyncio.open_connection("127.0.0.1", service.port)
            head = f"POST /predict HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\nContent-Type: text/plain\r\n"
            writer.write(f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            load.statuses[answer.split()[1].decode()] += 1
            load.milliseconds.append(1000 * (loop.time() - due))
            if b"connection: close" in answer.lower():
                writer.close()
            else:
                free.append((reader, writer))
        except (OSError, EOFError):
            load.statuses["lost"] += 1

    async def watch() -> None:
        while True:
            load.memory.append(megabytes((service.process.pid, *service.workers)))
            await asyncio.sleep(1)

    processes = (service.process.pid,), tuple(service.workers)
    before = [*map(processor_seconds, processes)]
    watching = asyncio.create_task(watch())
    begin = due = loop.time()
    async with asyncio.TaskGroup() as group:
        while due < begin + seconds:
            await asyncio.sleep(due - loop.time())
            group.create_task(ask(chance.choice(texts), due))
            due += chance.expovariate(rate)
    watching.cancel()
    used = [processor_seconds(pids) - earlier for pids, earlier in zip(processes, before, strict=True)]
    front, workers = (1000 * seconds / load.statuses.total() for seconds in used)
    load.processor = front, workers
    for _, writer in free:
        writer.close()
    return load


def megabytes(pids: Sequence[int]) -> float:
    """Return the private memory of processes in megabytes."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024 / MEGABYTE


def processor_seconds(pids: Sequence[int]) -> float:
    """Return the processor time that processes have used."""
    stats = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids)
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


def service_markdown(
    load: Load, *, rate: float, seconds: float, workers: int, batch: float, texts: Sequence[bytes]
) -> str:
    """Return the measurements as a table."""
    times = np.percentile(load.milliseconds, SHARES) if load.milliseconds else np.full(len(SHARES), np.inf)
    answered = sum(load.statuses.values())
    other = {status: count for status, count in load.statuses.items() if status != "200"}
    memory = [load.memory[number * (len(load.memory) - 1) // 3] for number in range(4)]
    rows = {
        "requests": f"{answered:,} in {seconds:g} s, {rate:g} a second",
        "not answered with 200": f"{sum(other.values()):,}" + (f" ({other})" if other else ""),
        "answer, ms: median, p90, p99, longest": ", ".join(f"{time:.0f}" for time in times),
        "goal": f"p99 under {GOAL_P99_MS} ms: {'reached' if times[2] < GOAL_P99_MS and not other else 'missed'}",
        "requests per batch": f"{batch:.1f}",
        "processor time per request, ms: service, workers": ", ".join(f"{time:.2f}" for time in load.processor),
        "memory, MB: at first, after each third": ", ".join(f"{size:.0f}" for size in memory),
        "texts": f"{len(texts):,}, {np.mean([len(text) for text in texts]):,.0f} bytes on average",
        "workers, cores": f"{workers}, {len(os.sched_getaffinity(0))}",
        "load average of the machine": ", ".join(f"{one:.1f}" for one in os.getloadavg()),
    }
    head = f"Service under load, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{head}\n\n{markdown_table(('', ''), list(rows.items()), texts=(0, 1))}\n"


def main(
    corpora: Annotated[
        list[Path] | None, typer.Argument(help="Folders with texts in them; else the sample's.", show_default=False)
    ] = None,
    rate: Annotated[float, typer.Option(help="Requests a second.")] = 200,
    seconds: Annotated[float, typer.Option(help="How long.")] = 60,
    workers: Annotated[int, typer.Option(help="Worker processes.")] = 2,
    shortest: Annotated[int, typer.Option(help="Least bytes of a text of the corpora.")] = 200,
    longest: Annotated[int, typer.Option(help="Most bytes of a text of the corpora.")] = 1_000_000,
    output: Annotated[Path | None, typer.Option(help="A file for the table.")] = None,
) -> None:
    """Measure the service under load; exit with 1 if a request was not answered with 200."""
    texts = article_texts(corpora or [], shortest=shortest, longest=longest)
    with running("--workers", workers, "--quiet", folder=ROOT) as service:
        say(f"{len(texts):,} texts; warms up")
        asyncio.run(send(service, texts, rate=rate / 4, seconds=WARM_UP_SECONDS))
        requests, batches = (service.metric(f"corestory_batch_requests_{name}") for name in ("sum", "count"))
        begin = time.monotonic()
        load = asyncio.run(send(service, texts, rate=rate, seconds=seconds))
        say(f"done in {time.monotonic() - begin:.1f} s")
        batch = (service.metric("corestory_batch_requests_sum") - requests) / (
            service.metric("corestory_batch_requests_count") - batches
        )
    table = service_markdown(load, rate=rate, seconds=seconds, workers=workers, batch=batch, texts=texts)
    sys.stdout.write(table)
    if output is not None:
        write(output, table)
    if set(load.statuses) != {"200"}:
        raise typer.Exit(1)


if __name__ == "__main__":
    run_command(main)

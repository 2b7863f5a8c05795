"""Worker processes that tag, and the bounded queue from which they take batches of requests."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection

from corestory.errors import reason_of
from corestory.model.rules import Rules
from corestory.model.site_memory import SiteMemory
from corestory.model.tagger import Tagger
from corestory.web.answers import Answer, TaggingRequest, answers, problem
from corestory.web.schemas import TaggingOptions

BATCH_REQUESTS = 32
BATCH_BYTES = 2**20
"""The most requests and the most bytes of a batch; a larger request is a batch of its own."""

GATHER_SECONDS = 0.01
"""The time for which an idle worker waits for more requests while another works: the first request of a batch costs as
much as three further ones."""

WORKER_BYTES = 3 * 2**30
"""The most address space that a worker may use in addition to its libraries and its model."""

_ENDING_SECONDS = 2.0


class QueueFullError(Exception):
    """The queue is full.

    Attributes
    ----------
    retry_after
        The number of seconds after which the queue may have room.
    """

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"full for {retry_after} s")
        self.retry_after = retry_after


class WorkerError(Exception):
    """A worker died or, if `late`, took too long."""

    def __init__(self, *, late: bool) -> None:
        super().__init__("took too long" if late else "died")
        self.late = late


@dataclass(frozen=True, slots=True)
class Serving:
    """The model, the user's rules and the site memory, which every worker needs."""

    tagger: Tagger
    rules: Rules | None = None
    memory: SiteMemory | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: TaggingRequest
    answer: asyncio.Future[Answer]


class WorkerPool:
    """Worker processes and their queue.

    A worker that dies or takes too long is replaced. The requests of its batch are then tagged one by one, so that only
    the request at fault fails.

    Parameters
    ----------
    serving
        The model, the rules and the site memory.
    workers
        The number of processes.
    queue
        The most requests that may wait.
    seconds
        The most seconds that a worker may take for a batch.
    on_batch
        Called with the number of requests of each batch.
    on_restart
        Called when a worker is replaced.
    """

    def __init__(
        self,
        serving: Serving,
        *,
        workers: int,
        queue: int,
        seconds: float,
        on_batch: Callable[[int], None],
        on_restart: Callable[[], None],
    ) -> None:
        self._serving, self._seconds, self._queued = serving, seconds, queue
        self._on_batch, self._on_restart = on_batch, on_restart
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._busy = 0
        self._second_per_request = 0.01  # a moving average over the batches
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._tasks: list[asyncio.Task[None]] = []
        self._workers = [_Worker(serving) for _ in range(workers)]

    @property
    def waiting(self) -> int:
        """The number of requests that wait."""
        return len(self._waiting)

    @property
    def ready(self) -> int:
        """The number of workers that have started and can tag."""
        return sum(worker.ready for worker in self._workers)

    def check_room(self) -> None:
        """Raise `QueueFullError` if no further request may wait."""
        if len(self._waiting) >= self._queued:
            seconds = self._second_per_request * self._queued / len(self._workers)
            raise QueueFullError(max(1, round(seconds)))

    def start(self) -> None:
        """Let the workers take requests; must be called in the event loop."""
        self._tasks = [asyncio.create_task(self._work(worker)) for worker in self._workers]

    async def answer(self, request: TaggingRequest) -> Answer:
        """Queue a request and wait for its answer.

        Raises
        ------
        QueueFullError
            No further request may wait.
        """
        self.check_room()
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._arrived.set()
        return await waiting.answer

    async def stop(self) -> None:
        """End the workers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in self._workers:
            worker.close()
        for worker in self._workers:
            await asyncio.to_thread(worker.join)
        self._threads.shutdown(wait=False)

    async def _work(self, worker: _Worker) -> None:
        while True:
            if not worker.ready:
                with contextlib.suppress(WorkerError):  # the next request raises it again
                    await asyncio.get_running_loop().run_in_executor(self._threads, worker.prepare)
            batch = await self._batch()
            self._busy += 1
            try:
                await self._tag(worker, batch)
            except OSError as error:  # no process can be started to replace one that died
                for waiting in batch:
                    if not waiting.answer.done():
                        waiting.answer.set_result(problem(503, "No worker can be started.", fault=reason_of(error)))
            finally:
                self._busy -= 1

    async def _batch(self) -> list[_Waiting]:
        """Take waiting requests from the queue, up to the limits of a batch."""
        batch: list[_Waiting] = []
        while not batch:
            while not self._waiting:
                self._arrived.clear()
                await self._arrived.wait()
            if self._busy and len(self._waiting) < BATCH_REQUESTS:
                await asyncio.sleep(GATHER_SECONDS)
            size = 0
            while self._waiting and len(batch) < BATCH_REQUESTS:
                size += len(self._waiting[0].request.body)
                if batch and size > BATCH_BYTES:
                    break
                batch.append(self._waiting.popleft())
        return batch

    async def _tag(self, worker: _Worker, batch: Sequence[_Waiting], *, again: bool = False) -> None:
        loop = asyncio.get_running_loop()
        # Skip requests whose client has gone, or has been told that the answer took too long.
        batch = [waiting for waiting in batch if not waiting.answer.done()]
        if not batch:
            return
        self._on_batch(len(batch))
        begin = loop.time()
        requests = [waiting.request for waiting in batch]
        try:
            found = await loop.run_in_executor(self._threads, worker.ask, requests, self._seconds)
        except WorkerError as error:
            # Try again if another request of the batch, or none of them, may have been at fault.
            worth_it = len(batch) > 1 or not (again or error.late)
            if not worth_it:
                fate = (
                    f"was not tagged within {self._seconds:g} s" if error.late else "crashed the worker that tagged it"
                )
                batch[0].answer.set_result(problem(422, f"The request {fate}. Send fewer or smaller articles."))
            self._on_restart()
            await loop.run_in_executor(self._threads, worker.replace)
            for waiting in batch if worth_it else ():
                await self._tag(worker, [waiting], again=True)
            return
        self._second_per_request += 0.1 * ((loop.time() - begin) / len(batch) - self._second_per_request)
        for waiting, answer in zip(batch, found, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)


class _Worker:
    """The handle of a process that tags; `ready` when the process has loaded the model."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._closed = False
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would copy the locks of other threads
        connection, other_end = context.Pipe()
        process = context.Process(target=_tag_until_closed, args=(other_end,), daemon=True, name="corestory worker")
        # Ctrl-C and service managers signal all processes, but workers must end only when the connection is closed,
        # after the last answer. A new process inherits blocked signals from its parent's thread.
        resource_tracker.ensure_running()  # if process.start started it, it would unblock the signals
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        other_end.close()  # so that the connection ends if the worker dies
        self._connection, self._process, self.ready = connection, process, False

    def prepare(self) -> None:
        """Send the model and settings to the process, and wait until it is ready.

        Raises
        ------
        WorkerError
            The process died; it must be replaced.
        """
        if self.ready:
            return
        try:
            # This is not an argument of the process: if the process died early, start would wait forever to send it.
            self._connection.send(self._serving)
            self._connection.recv()
        except (EOFError, OSError):
            raise WorkerError(late=False) from None
        self.ready = True

    def ask(self, requests: list[TaggingRequest], seconds: float) -> list[Answer]:
        """Let the process answer requests.

        Raises
        ------
        WorkerError
            The process died or took too long; it must be replaced.
        """
        self.prepare()
        try:
            self._connection.send(requests)
            if self._connection.poll(seconds):
                found: list[Answer] = self._connection.recv()
                return found
        except (EOFError, OSError):
            raise WorkerError(late=False) from None
        raise WorkerError(late=True)

    def replace(self) -> None:
        """Kill the process and start another one."""
        self._connection.close()
        self._process.kill()
        self._process.join()
        if not self._closed:
            self._start()

    def close(self) -> None:
        """Close the connection, so that the process ends."""
        self._closed = True
        self._connection.close()

    def join(self) -> None:
        """Wait for the process to end, and kill it if it does not."""
        self._process.join(_ENDING_SECONDS)
        self._process.kill()
        self._process.join()


def _tag_until_closed(connection: Connection) -> None:
    """Answer batches of requests until the connection is closed; this is the main function of the process."""
    with contextlib.suppress(EOFError, OSError):
        serving: Serving = connection.recv()
        _bound_memory()
        # Tag a text and a page first, because the first of each loads libraries.
        first = [TaggingRequest(b"The quay opened.", kind, TaggingOptions()) for kind in ("text", "html")]
        answers(serving.tagger, first)
        connection.send(None)  # ready
        while True:
            requests = connection.recv()
            connection.send(answers(serving.tagger, requests, rules=serving.rules, memory=serving.memory))


def _bound_memory() -> None:
    """Limit the memory, so that a hostile body raises a `MemoryError` and does not fill the machine's memory."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    with contextlib.suppress(OSError, ValueError):
        pages = int(open("/proc/self/statm").read().split()[0])  # noqa: PTH123, SIM115
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (pages * os.sysconf("SC_PAGE_SIZE") + WORKER_BYTES, most))

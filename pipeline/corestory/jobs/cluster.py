"""A folder run on a Dask cluster, whose workers write the outputs."""

from __future__ import annotations

import re
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from corestory.errors import CorestoryError, InputError
from corestory.jobs.items import Item
from corestory.jobs.job import Job, Outcome, Task, failed
from corestory.jobs.tasks import PartTracker, RememberedFile, remember_file, tasks_of
from corestory.jobs.work import one_thread, work_on
from corestory.model.storage import MANIFEST_NAME, WEIGHTS_NAME, stored_memory
from corestory.reading.text import storable
from corestory.remote import is_url

if TYPE_CHECKING:
    from distributed import Client, Future, Worker, WorkerPlugin

    from corestory.reading.fields import ReadingOptions
else:
    try:
        from distributed import WorkerPlugin
    except ImportError:  # without the extra the module can still be imported, for its documentation
        WorkerPlugin = object

LOCAL = "local"

# The most tasks that wait at the scheduler, for each thread of the cluster. They keep every thread busy, and their
# number does not grow with the corpus.
WAITING = 4
RETRIES = 2
_TIMEOUT = 30
# The port is required, because Dask's client would try an address without a port for a minute.
_ADDRESS = re.compile(r"(?:[a-z]+://)?[^/\s]+:\d+")


def run_on_cluster(items: Iterable[Item], job: Job, *, address: str, jobs: int = 1) -> Generator[Outcome, None, None]:
    """Tag files on the workers of a cluster, which must see the same files under the same names.

    Parameters
    ----------
    items
        The files; read as they are needed.
    job
        The settings. The model and the site memory are sent to each worker once.
    address
        Address of the scheduler; `LOCAL` starts a cluster in processes of this machine, which no other machine can
        reach.
    jobs
        Number of processes of a local cluster; -1 means one per core.

    Yields
    ------
    Outcome
        In the order in which the files are finished. If a file kills its workers, only this file fails.

    Raises
    ------
    CorestoryError
        No cluster answers, or an error would fail every file.
    """
    from distributed import KilledWorker

    with _client(address, jobs) as client:
        files = {name: (job.model / name).read_bytes() for name in (MANIFEST_NAME, WEIGHTS_NAME)}
        if job.memory is not None:
            files[_MEMORY_NAME] = stored_memory(job.memory)
        client.register_plugin(ModelPlugin(files), name=_plugin_name(job))
        threads = max(1, sum(client.nthreads().values()))
        tracker = PartTracker()
        suspects: list[Task] = []
        tasks = deque[Task]()
        # If a worker dies, all files of its task fail. Each is tried again alone, to find the file that kills workers.
        for waiting, most in ((tasks_of(items), WAITING * threads), (suspects, 1)):
            for task, future in _ended(client, iter(waiting), tasks, job, most=most):
                if waiting is not suspects and isinstance(future.exception(), KilledWorker):
                    suspects += task.split()
                    continue
                final, following = tracker.add(task, _outcomes(future, task))
                tasks += following
                yield from final


def remember_on_cluster(
    names: Iterable[str], *, address: str, jobs: int = 1, options: ReadingOptions | None = None
) -> Iterator[RememberedFile]:
    """Remember the pages of files on the workers of a cluster, in the order of the files.

    Parameters
    ----------
    names
        The files; read as they are needed.
    address, jobs
        As in `run_on_cluster`.
    options
        The user's statements about the inputs.
    """
    with _client(address, jobs) as client:
        most = WAITING * max(1, sum(client.nthreads().values()))
        waiting: deque[tuple[str, Future[RememberedFile]]] = deque()
        for name in names:
            waiting.append((name, client.submit(remember_file, name, options=options, retries=RETRIES, pure=False)))
            if len(waiting) >= most:
                yield _remembered(*waiting.popleft())
        while waiting:
            yield _remembered(*waiting.popleft())


def _remembered(name: str, future: Future[RememberedFile]) -> RememberedFile:
    error = future.exception()
    if error is None:
        found: RememberedFile = future.result()
        return found
    return RememberedFile(refusals=[InputError(_failure(error), where=storable(name))])


def _ended(
    client: Client, tasks: Iterator[Task], first: deque[Task], job: Job, *, most: int
) -> Iterator[tuple[Task, Future[list[Outcome]]]]:
    """Keep at most `most` tasks waiting or running; start those in `first` first, and yield each when it ends."""
    from distributed import as_completed

    completed = as_completed(loop=client.loop)
    running: dict[Future[list[Outcome]], Task] = {}

    def fill() -> None:
        while len(running) < most and (task := first.popleft() if first else next(tasks, None)) is not None:
            # Not pure, because a result that the scheduler remembers may be from another run. The ledger knows which
            # files are done.
            submitted = client.submit(_work_on_worker, task, job, retries=RETRIES, pure=False)
            running[submitted] = task
            completed.add(submitted)

    fill()
    while running:
        future = next(completed)
        yield running.pop(future), future
        fill()


def check_cluster(sources: Sequence[str], *, address: str, jobs: int) -> None:
    """Check the address of a cluster, and that a cluster on other machines can read the sources.

    Raises
    ------
    InputError
        The address is malformed; or the cluster is on other machines and a path is relative or a number of processes
        is given.

    Examples
    --------
    >>> check_cluster(["articles"], address="local", jobs=4)
    >>> check_cluster(["/data/articles"], address="tcp://scheduler:8786", jobs=1)
    """
    if address == LOCAL:
        return
    if not _ADDRESS.fullmatch(address):
        raise InputError(
            "is not the address of a scheduler", where=address, expected="local, or one such as tcp://HOST:8786"
        )
    if jobs != 1:
        raise InputError(
            "has workers of its own", where=address, hint="Leave out --jobs, which is only for --dask local."
        )
    for source in sources:
        if not is_url(source) and not Path(source).is_absolute():
            raise InputError(
                "is a relative path",
                where=source,
                expected="an absolute path that every worker can read",
            )


class ModelPlugin(WorkerPlugin):
    """Writes the model's files to a folder on the machine of each worker, including workers that join later.

    Parameters
    ----------
    files
        The contents of the manifest, of the weights, and of the site memory if there is one, by name.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.folder: tempfile.TemporaryDirectory[str] | None = None

    def setup(self, worker: Worker) -> None:
        """Write the files, and limit the worker to one thread."""
        self.folder = tempfile.TemporaryDirectory(prefix="corestory-", dir=worker.local_directory)
        for name, data in self.files.items():
            Path(self.folder.name, name).write_bytes(data)
        one_thread()

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 -- the signature is Dask's
        """Delete the files."""
        if self.folder is not None:
            self.folder.cleanup()


_MEMORY_NAME = "site.memory"


def _plugin_name(job: Job) -> str:
    return f"corestory-model-{job.model_sha256[:16]}-{job.memory_sha256[:16]}"


def _work_on_worker(task: Task, job: Job) -> list[Outcome]:
    from distributed import get_worker

    plugin = cast("ModelPlugin", get_worker().plugins[_plugin_name(job)])
    assert plugin.folder is not None  # noqa: S101 -- a worker sets its plugins up before it takes a task
    folder = Path(plugin.folder.name)
    return work_on(task, replace(job, model=folder, memory=None if job.memory is None else folder / _MEMORY_NAME))


def _outcomes(future: Future[list[Outcome]], task: Task) -> list[Outcome]:
    error = future.exception()
    if error is None:
        outcomes: list[Outcome] = future.result()
        return outcomes
    if isinstance(error, CorestoryError):
        raise error
    return [failed(item, _failure(error)) for item in task.items]


def _failure(error: BaseException) -> str:
    return f"failed on the cluster with {type(error).__name__}: {error}"


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster

    if address != LOCAL:
        try:
            client = Client(address, timeout=_TIMEOUT, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise CorestoryError(
                f"no Dask scheduler answers ({error})", where=address, expected="its address, such as tcp://HOST:8786"
            ) from error
        with client:
            yield client
        return
    # Other machines must not reach any port. Without an explicit address, the dashboards would be open to them.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": RETRIES}),
        LocalCluster(
            n_workers=None if jobs < 0 else jobs,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client

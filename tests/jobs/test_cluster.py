import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corestory
from corestory.errors import CorestoryError, InputError
from corestory.jobs import work
from corestory.jobs.items import items_of
from corestory.jobs.job import Job, model_sha256
from corestory.jobs.ledger import Ledger
from corestory.jobs.tasks import remember_files, run_here
from corestory.model.site_memory import SiteMemory
from corestory.model.storage import memory_bytes

distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install 'corestory[dask]'")

from corestory.jobs.cluster import check_cluster, remember_on_cluster, run_on_cluster  # noqa: E402

TEXT = "The lugger left the quay at 7 on Monday.\nREAD MORE: lugger sold\nIt will come back on Friday, she added.\n"
FILES = 10
IDLE = "5 minutes"
"""After so long without work the processes of the cluster end by themselves: a killed run of tests cannot end them."""

# Dask's own processes and sockets end a little after the test that made them.
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of a scheduler with two workers, in processes of their own as on a cluster of many machines.

    Not a `LocalCluster`, which closes and replaces workers by itself while these tests kill them.
    """
    folder = tmp_path_factory.mktemp("cluster")
    started = folder / "scheduler.json"
    roots = (Path(corestory.__file__).parents[1], Path(__file__).parents[1])
    settings = {
        "PYTHONPATH": os.pathsep.join(map(str, roots)),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "60s",
    }
    shared = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(started)]
    workers = ["--nworkers", "2", "--nthreads", "1", "--local-directory", str(folder)]
    with ExitStack() as processes, (folder / "log").open("wb") as log:
        for part in (["scheduler", "--port", "0", "--idle-timeout", IDLE, *shared], ["worker", *workers, *shared]):
            process = processes.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "dask", *part],
                    env=os.environ | settings,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
            processes.callback(os.killpg, process.pid, signal.SIGKILL)
            until = time.monotonic() + 60
            while not started.exists() and time.monotonic() < until:
                time.sleep(0.05)
        address = json.loads(started.read_text(encoding="utf-8"))["address"]
        with distributed.Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield address


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(FILES):
        lines = [json.dumps({"id": f"{number}-{article}", "text": TEXT}) for article in range(40)]
        (folder / f"{number}.jsonl").write_text("\n".join([*lines, "{"]), encoding="utf-8")
    return folder


@pytest.fixture
def job(seeded_model, tmp_path):
    return Job(seeded_model, model_sha256(seeded_model), "0", tmp_path / "out", "jsonl")


def items(corpus, job):
    return list(items_of([str(corpus)], job.folder, form=job.form, refuse=lambda error: pytest.fail(str(error))))


def outputs(folder):
    """Everything there but the records, which have times in them."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "records" not in path.parts and path.name != "lock"
    }


@pytest.fixture
def expected(corpus, job, tmp_path):
    """What a local run makes."""
    local = replace(job, folder=tmp_path / "local")
    with Ledger(local.folder).opened():
        assert len(list(run_here(items(corpus, local), local))) == FILES
    return outputs(local.folder)


def test_the_cluster_writes_the_same_bytes_as_a_local_run(cluster, corpus, job, expected):
    with Ledger(job.folder).opened():
        outcomes = list(run_on_cluster(items(corpus, job), job, address=cluster))
    assert outputs(job.folder) == expected
    assert sorted(outcome.item.name for outcome in outcomes) == sorted(f"{number}.jsonl" for number in range(FILES))
    assert {(outcome.counts.articles, outcome.counts.refused) for outcome in outcomes} == {(40, 1)}


def test_a_worker_killed_in_the_middle_costs_nothing(cluster, corpus, job):
    (corpus / "0.jsonl").write_text("\n".join([*[json.dumps({"text": TEXT})] * 3_000, "{"]), encoding="utf-8")
    local = replace(job, folder=job.folder.with_name("local"))
    with Ledger(local.folder).opened():
        list(run_here(items(corpus, local), local))
    killed = 0
    with Ledger(job.folder).opened():
        partial = job.folder / ".corestory" / "partial"
        for _ in run_on_cluster(items(corpus, job), job, address=cluster):
            at_work = [int(path.name.split(".")[1]) for path in partial.glob("*.jsonl")]
            if at_work and not killed:
                killed = at_work[0]
                os.kill(killed, signal.SIGKILL)
    assert killed
    assert outputs(job.folder) == outputs(local.folder)


def outcomes_with_poison(cluster, folder, job):
    with distributed.Client(cluster, set_as_default=False) as client:
        client.register_plugin(Poison(), name="poison")
    try:
        with Ledger(job.folder).opened():
            return list(run_on_cluster(items(folder, job), job, address=cluster))
    finally:
        with distributed.Client(cluster, set_as_default=False) as client:
            client.unregister_worker_plugin("poison")


def test_a_file_that_kills_its_workers_fails_alone(cluster, corpus, job, expected):
    (corpus / "poison.jsonl").write_text(json.dumps({"text": TEXT}), encoding="utf-8")
    outcomes = outcomes_with_poison(cluster, corpus, job)
    failed = {outcome.item.name: outcome for outcome in outcomes if outcome.failure}
    assert list(failed) == ["poison.jsonl"]
    assert "KilledWorker" in failed["poison.jsonl"].failure
    assert outputs(job.folder) == expected


def test_of_small_files_that_are_done_together_the_one_that_kills_its_workers_fails_alone(cluster, job, tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    for name in ("a", "b", "poison", "x"):
        (folder / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    outcomes = outcomes_with_poison(cluster, folder, job)
    assert sorted(outcome.item.name for outcome in outcomes) == sorted(
        f"{path.name}.jsonl" for path in folder.iterdir()
    )
    assert [outcome.item.name for outcome in outcomes if outcome.failure] == ["poison.txt.jsonl"]
    assert len(outputs(job.folder)) == 3


@pytest.fixture
def table(tmp_path, small_parts):  # noqa: ARG001
    """A folder with a table that is done in five parts."""
    (tmp_path / "tables").mkdir()
    names = [f"a{number}" for number in range(2_500) for _ in range(3)]
    rows = {"article_id": names, "position": [0, 1, 2] * 2_500, "text": TEXT.splitlines() * 2_500}
    pq.write_table(pa.table(rows), tmp_path / "tables" / "t.parquet", row_group_size=1_550)
    return tmp_path / "tables"


def test_a_large_table_is_done_part_by_part_and_of_a_killed_worker_only_its_part_again(cluster, table, job, tmp_path):
    job = replace(job, form="parquet")
    local = replace(job, folder=job.folder.with_name("local"))
    with Ledger(local.folder).opened():
        list(run_here(items(table, local), local))
    death = DeathInPart(job.folder / ".corestory" / "parts", tmp_path / "killed", tmp_path / "read")
    with distributed.Client(cluster, set_as_default=False) as client, Ledger(job.folder).opened():
        client.register_plugin(death, name="death")
        try:
            outcomes = list(run_on_cluster(items(table, job), job, address=cluster))
        finally:
            client.unregister_worker_plugin("death")
    assert death.killed.exists()
    assert [(outcome.counts.articles, outcome.failure) for outcome in outcomes] == [(2_500, "")]
    assert outputs(job.folder) == outputs(local.folder)
    read = death.read.read_text().split()
    assert len(set(read)) == 5
    assert len(read) == 6, "the part that the worker died on is read again, and no other"


class DeathInPart(distributed.WorkerPlugin):
    """Kills one worker within its part, after another part is done, and notes which parts are read."""

    def __init__(self, done, killed, read):
        self.done, self.killed, self.read = done, killed, read

    def setup(self, worker):
        del worker
        whole = self.whole = work.read_part

        def read_part(path, first, last, **options):
            with self.read.open("a") as parts:
                parts.write(f"{first}\n")
            for number, article in enumerate(whole(path, first, last, **options)):
                if number == 100 and any(self.done.rglob("*.json")):
                    with suppress(FileExistsError):
                        self.killed.touch(exist_ok=False)
                        os.kill(os.getpid(), signal.SIGKILL)
                yield article

        work.read_part = read_part

    def teardown(self, worker):
        del worker
        work.read_part = self.whole


class Poison(distributed.WorkerPlugin):
    """Lets a worker die on a file of that name, as one does whose text takes all the memory."""

    def setup(self, worker):
        del worker
        whole = work.read_file
        self.whole = whole

        def read_file(path, **options):
            if path.stem == "poison":
                os.kill(os.getpid(), signal.SIGKILL)
            return whole(path, **options)

        work.read_file = read_file

    def teardown(self, worker):
        del worker
        work.read_file = self.whole


def test_a_killed_client_leaves_the_rest_to_the_next_run(cluster, corpus, job, expected, seeded_model):
    command = [sys.executable, "-m", "corestory", "predict", str(corpus), "--output", f"{job.folder}/"]
    command += ["--model", str(seeded_model), "--dask", cluster]
    root = str(Path(corestory.__file__).parents[1])
    options = {"env": os.environ | {"PYTHONPATH": root}, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **options) as process:
        records = job.folder / ".corestory" / "records"
        until = time.monotonic() + 60
        while process.poll() is None and not any(records.rglob("*.json")) and time.monotonic() < until:
            time.sleep(0.005)
        process.kill()
        process.stderr.read()
    done = subprocess.run(command, check=False, **options)
    assert done.returncode == 1, done.stderr
    assert "skipped: " in done.stderr
    assert outputs(job.folder) == expected


def test_a_cluster_of_this_machine_alone_is_made_for_the_run(corpus, job, expected):
    with Ledger(job.folder).opened():
        assert len(list(run_on_cluster(items(corpus, job), job, address="local", jobs=1))) == FILES
    assert outputs(job.folder) == expected


def test_the_cluster_remembers_the_pages_that_one_process_remembers(cluster, tmp_path):
    names = []
    for number in range(FILES):
        (tmp_path / "herald.example").mkdir(exist_ok=True)
        path = tmp_path / "herald.example" / f"{number}.txt"
        path.write_text(f"The lugger left the quay at {number}.\nREAD MORE: lugger sold\n", encoding="utf-8")
        names.append(str(path))
    names.append(str(tmp_path / "none.txt"))
    found = list(remember_on_cluster(names, address=cluster))
    expected = list(remember_files(names, jobs=1))
    assert [(one.articles, list(map(str, one.refusals))) for one in found] == [
        (one.articles, list(map(str, one.refusals))) for one in expected
    ]
    merged = [SiteMemory(), SiteMemory()]
    for one, other in zip(found, expected, strict=True):
        merged[0].merge(one.memory)
        merged[1].merge(other.memory)
    assert memory_bytes(merged[0], where="") == memory_bytes(merged[1], where="")


def test_where_no_scheduler_answers_it_is_said(corpus, job, monkeypatch):
    monkeypatch.setattr("corestory.jobs.cluster._TIMEOUT", 0.5)
    with pytest.raises(CorestoryError, match="no Dask scheduler answers"):
        list(run_on_cluster(items(corpus, job), job, address="tcp://127.0.0.1:9"))


def test_names_that_another_machine_would_read_otherwise_are_refused():
    check_cluster(["in"], address="local", jobs=1)
    check_cluster(["/data/in"], address="tcp://127.0.0.1:8786", jobs=1)
    with pytest.raises(InputError, match="is a relative path"):
        check_cluster(["/data/in", "in"], address="tcp://127.0.0.1:8786", jobs=1)
    with pytest.raises(InputError, match="is not the address of a scheduler"):
        check_cluster(["/data/in"], address="somewhere", jobs=1)


def test_a_number_of_processes_is_for_a_local_cluster():
    check_cluster(["in"], address="local", jobs=4)
    with pytest.raises(InputError, match="has workers of its own"):
        check_cluster(["/data/in"], address="tcp://127.0.0.1:8786", jobs=4)

"""``s3://``: a real S3 server in a process of its own, reached as users reach theirs."""

import json
import random
import signal
import socket
import subprocess
import sys
import time
import zipfile
from io import BytesIO
from itertools import chain

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.benchmarks.warc.archives import metadata, packed, page, request, response

from corestory.reading.parts import part_cuts, read_part
from corestory.remote import RemotePath

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("server")]
pytest.importorskip("fastwarc", reason="fastwarc is not installed")

BUCKET = "s3://crawl-data"
PAGES = 60
# So small that the crawl has several parts.
PART = 8_000
PREDICT = """
import sys
from corestory.reading import parts
parts.PART_BYTES = int(sys.argv.pop(1))
from corestory.commands.app import main
main()
"""


@pytest.fixture(scope="module")
def s3fs():
    # Both take seconds to import, which a run of other tests need not wait for.
    pytest.importorskip("moto.server", reason="moto's server is not installed: pip install 'corestory[s3]'")
    return pytest.importorskip("s3fs", reason="s3fs is not installed: pip install 'corestory[s3]'")


@pytest.fixture(scope="module")
def server(tmp_path_factory, s3fs):
    """What tells clients of the server, in the environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("s3") / "log"
    environment = {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
    }
    with log.open("wb") as file, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, stdout=file, stderr=file)
        try:
            wait_for(port, process)
            s3fs.S3FileSystem(skip_instance_cache=True).mkdir(BUCKET)
            yield environment
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port, process):
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as client:
            if not client.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    pytest.fail("moto's server does not start")


def fill(folder):
    """Write a crawl, an archive of pages, a table and a feed into a folder, here or elsewhere."""
    records = [one for n in range(PAGES) for one in (request(n), response(page(n), number=n), metadata(n))]
    archive, table = BytesIO(), BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(5):
            made.writestr(f"{number}.html", page(number))
    pq.write_table(pa.table({"id": ["y", "z"], "html": [page(1), page(2)]}), table, row_group_size=1)
    (folder / "crawl.warc.gz").write_bytes(packed(records))
    (folder / "pages.zip").write_bytes(archive.getvalue())
    (folder / "t.parquet").write_bytes(table.getvalue())
    (folder / "feed.jsonl").write_bytes(f"{json.dumps({'html': page(3)})}\n".encode() * 3)


def found(folder):
    files = folder.matches("**/*") if isinstance(folder, RemotePath) else folder.rglob("*")
    root = str(folder.parent).encode()
    outputs = {path: path.read_bytes().replace(root, b"") for path in files if path.is_file()}
    return {str(path)[len(str(folder)) :]: data for path, data in outputs.items() if ".corestory" not in str(path)}


def parts_done(folder):
    return sum(path.name.endswith(".json") for path in folder.matches(".corestory/parts/**/*"))


def test_killed_and_run_again_it_writes_there_what_it_writes_here(server, model, environment, predict, tmp_path):
    (tmp_path / "in").mkdir()
    fill(tmp_path / "in")
    assert predict(tmp_path / "in", "--output", f"{tmp_path}/out/").returncode == 0
    folder = RemotePath(f"{BUCKET}/killed")
    fill(folder / "in")
    arguments = ["predict", f"{folder}/in", "--output", f"{folder}/out/", "--model", str(model)]
    options = {"cwd": tmp_path, "env": environment | server, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", PREDICT, str(PART), *arguments], **options) as process:
        until = time.monotonic() + 60
        while not parts_done(folder / "out") and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
    assert parts_done(folder / "out"), process.stderr
    command = [sys.executable, "-c", PREDICT, str(PART), *arguments]
    done = subprocess.run(command, check=False, text=True, timeout=120, **options)
    assert done.returncode == 0, done.stderr
    assert found(folder / "out") == found(tmp_path / "out")
    assert not parts_done(folder / "out")
    assert "skipped: 4 files, " in predict(f"{folder}/in", "--output", f"{folder}/out/").stderr


def test_a_part_of_a_crawl_is_read_by_ranges(monkeypatch, s3fs):
    monkeypatch.setattr("corestory.remote._BLOCK_BYTES", 10_000)
    crawl = RemotePath(f"{BUCKET}/ranges/crawl.warc.gz")
    pictures = random.Random(1).randbytes(3_000_000)
    pages = [response(page(n), number=n) for n in range(PAGES)]
    between = [response(pictures[n::PAGES], content_type="image/jpeg") for n in range(PAGES)]
    crawl.write_bytes(packed(chain(*zip(pages, between, strict=True))))
    cuts = part_cuts(crawl, part_bytes=1_000_000)
    fetched, fetch = [], s3fs.S3File._fetch_range

    def fetch_range(file, start, end):
        fetched.append(end - start)
        return fetch(file, start, end)

    monkeypatch.setattr(s3fs.S3File, "_fetch_range", fetch_range)
    articles = [list(read_part(crawl, *cuts[part : part + 2], refuse=pytest.fail)) for part in range(len(cuts) - 1)]
    assert sum(map(len, articles)) == PAGES
    assert 3_000_000 < sum(fetched) < 5_000_000


def test_what_is_missing_is_told_in_one_line(predict):
    for source, message in (("s3://no-such-bucket/in", "no such file"), (f"{BUCKET}/none.warc.gz", "no such file")):
        done = predict(source)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
        assert message in done.stderr

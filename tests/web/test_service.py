"""The service answers as the command line does, describes itself, and stops without losing a request."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.benchmarks.service import send, service_markdown

from corestory import load_model
from corestory.commands.app import main
from web.services import ROOT, Service, running, wait_until

pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("prometheus_client", reason="prometheus_client is not installed")
pytestmark = pytest.mark.slow

PAGES = sorted((ROOT / "tests/data/nostory").glob("*.html"))
TEXTS = [*sorted((ROOT / "tests/data/nostory").glob("*.txt")), ROOT / "data/demo/article.txt"]
STORY = (ROOT / "data/demo/article.txt").read_bytes()
RECORDS = [
    {"id": "a", "title": "Ferry", "url": "https://herald.example/7", "maintext": STORY.decode()},
    {"id": "b", "html": "<article><p>The quay opened again, the council said.</p><p>Share this</p></article>"},
]


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", 2) as service:
        yield service


@pytest.fixture
def predicted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., bytes]:
    """Give what the command writes, with the body of a request in the file ``body``."""
    monkeypatch.chdir(tmp_path)

    def predicted(*arguments: object, body: bytes = b"") -> bytes:
        Path("body").write_bytes(body)
        monkeypatch.setattr(sys, "argv", ["corestory", "predict", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code in (0, 1)  # 1 if it refuses something
        sys.stdout.flush()
        return capfdbinary.readouterr().out

    return predicted


def test_each_page_and_text_is_tagged_as_by_the_command(service: Service, predicted: Callable[..., bytes]) -> None:
    assert len(PAGES) > 10
    lines = predicted(*PAGES, *TEXTS, "--format", "jsonl", "--kinds").decode().splitlines(keepends=True)
    for path in (*PAGES, *TEXTS):
        kind = "text/html" if path.suffix == ".html" else "text/plain"
        _, found = service.post("/predict?format=jsonl&kinds", path.read_bytes(), kind)
        expected = [line for line in lines if json.loads(line)["article_id"] == str(path)]
        renamed = [re.sub(r'^\{"article_id": "body"', f'{{"article_id": "{path}"', line) for line in
                   found.decode().splitlines(keepends=True)]  # fmt: skip
        assert expected
        assert renamed == expected


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("format=jsonl", ()),
        ("format=csv&kinds", ("--format", "csv", "--kinds")),
        ("format=text&only=core", ("--only", "core")),
        ("format=jsonl&rows=article&drop-kinds=byline", ("--rows", "article", "--drop-kinds", "byline")),
        ("format=csv&only=core", ("--format", "csv", "--only", "core")),
        ("format=jsonl&only=core&kinds", ("--format", "jsonl", "--only", "core", "--kinds")),
        ("format=jsonl&rows=span", ("--format", "jsonl", "--rows", "span")),
        ("format=markdown&drop-kinds=byline", ("--format", "markdown", "--drop-kinds", "byline")),
        ("format=csv&threshold=0.9&only=filler", ("--format", "csv", "--threshold", "0.9", "--only", "filler")),
        ("format=text&only=core&keep-kinds=share,related", ("--only", "core", "--keep-kinds", "share,related")),
    ],
)
def test_records_are_answered_with_the_bytes_that_the_command_writes(
    service: Service, predicted: Callable[..., bytes], query: str, options: tuple[str, ...]
) -> None:
    body = "".join(f"{json.dumps(record)}\n" for record in RECORDS).encode()
    expected = predicted("body", *options, body=body)
    assert expected
    assert service.post(f"/predict?{query}", body, "application/x-ndjson") == (200, expected)


def test_a_page_is_answered_as_tei(service: Service, predicted: Callable[..., bytes]) -> None:
    page = str(RECORDS[1]["html"]).encode()
    assert service.post("/predict?format=tei", page, "text/html") == (
        200,
        predicted("body", "--format", "tei", body=page),
    )


def test_the_document_holds_the_rows_of_the_command_and_what_is_known_of_each_article(
    service: Service, predicted: Callable[..., bytes]
) -> None:
    body = json.dumps([*RECORDS, {"id": "c"}]).encode()
    status, content = service.post("/predict?kinds", body, "application/json")
    assert status == 200
    document = json.loads(content)
    rows = [
        json.loads(line)
        for line in predicted("body", "--format", "jsonl", "--kinds", body=json.dumps(RECORDS).encode()).splitlines()
    ]
    assert [
        {"article_id": article["article_id"], "url": article["url"], "confidence": article["confidence"], **paragraph}
        for article in document["articles"]
        for paragraph in article["paragraphs"]
    ] == rows
    assert [article["title"] for article in document["articles"]] == ["Ferry", ""]
    _, content = service.post("/predict?rows=span", STORY)
    paragraphs = json.loads(content)["articles"][0]["paragraphs"]
    assert all(STORY.decode()[one["start"] : one["end"]] == one["text"] for one in paragraphs)
    assert document["refused"] == [
        {"where": "body, record 3", "reason": "no text; the fields are: id; expected text, paragraphs or html. "
         "Name the field with text-column NAME."}
    ]  # fmt: skip
    assert document["notes"] == ["reads the text from the field 'maintext'"]


def test_core_takes_text_or_html_and_gives_the_story(service: Service) -> None:
    story = load_model().core(STORY.decode())
    assert service.post("/core", STORY) == (200, f"{story}\n".encode())
    page = "".join(f"<p>{line}</p>" for line in STORY.decode().splitlines() if line)
    expected = load_model().core(page, html=True)
    assert service.post("/core", page.encode(), "text/html; charset=utf-8") == (200, f"{expected}\n".encode())


def test_a_body_without_a_type_is_told_by_its_beginning(service: Service) -> None:
    response, content = service.ask("POST", "/core", json.dumps(RECORDS[1]).encode())
    assert (response.status, content) == (200, b"The quay opened again, the council said.\n")


def test_the_encoding_that_the_request_names_is_read(service: Service) -> None:
    text = "Die Brücke über den Fluß öffnete am Montag wieder, sagte die Bürgermeisterin der Stadt Überlingen."
    _, content = service.post("/predict", text.encode("utf-16-le"), "text/plain; charset=utf-16le")
    assert json.loads(content)["articles"][0]["paragraphs"][0]["text"] == text
    _, content = service.post("/predict", text.encode("cp1252"), 'text/plain; charset="iso-8859-1"')
    assert json.loads(content)["articles"][0]["paragraphs"][0]["text"] == text


def test_requests_that_wait_are_tagged_in_one_batch(service: Service) -> None:
    before, requests = (service.metric(f"corestory_batch_requests_{name}") for name in ("count", "sum"))
    with ThreadPoolExecutor(20) as threads:
        with service.held():
            asked = [threads.submit(service.post, "/core", STORY)]  # one for each worker
            wait_until(lambda: service.metric("corestory_batch_requests_count") == before + 1)
            asked.append(threads.submit(service.post, "/core", STORY))
            wait_until(lambda: service.metric("corestory_batch_requests_count") == before + 2)
            asked += [threads.submit(service.post, "/core", STORY) for _ in range(18)]
            wait_until(lambda: service.metric("corestory_waiting_requests") == 18)
        answers = {one.result() for one in asked}
    assert answers == {(200, f"{load_model().core(STORY.decode())}\n".encode())}
    assert service.metric("corestory_batch_requests_sum") == requests + 20
    assert service.metric("corestory_batch_requests_count") <= before + 4


def test_health_model_and_metrics(service: Service) -> None:
    response, content = service.ask("GET", "/health")
    assert (response.status, json.loads(content)) == (200, {"status": "ok", "workers": 2})
    _, content = service.ask("GET", "/model")
    model = json.loads(content)
    manifest = json.loads((ROOT / "models/default/manifest.json").read_text())
    assert model["sha256"] == manifest["weights"]["sha256"]
    assert model["card"] == (ROOT / "models/default/README.md").read_text(encoding="utf-8")
    before = service.metric('corestory_requests_total{path="/core",status="200"}')
    service.post("/core", STORY)
    assert service.metric('corestory_requests_total{path="/core",status="200"}') == before + 1
    assert service.metric("corestory_articles_total") > before


def test_the_description_is_openapi_that_names_each_parameter_and_the_page_loads_nothing(service: Service) -> None:
    _, content = service.ask("GET", "/openapi.json")
    document = json.loads(content)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {"/predict", "/core", "/health", "/model", "/metrics"}
    references = re.findall(r'"\$ref":"#/components/schemas/(\w+)"', content.decode())
    assert set(references) <= set(document["components"]["schemas"])
    parameters = {parameter["name"] for parameter in document["paths"]["/predict"]["post"]["parameters"]}
    response, content = service.ask("GET", "/docs")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    page = content.decode()
    assert all(f"<code>{name}</code>" in page for name in parameters)
    assert not re.search(r"(?:src|href|action)=\W?(?:https?:)?//|@import|url\(|<script", page)


def test_serving_loads_neither_pandas_nor_scikit_learn(service: Service) -> None:
    service.post("/predict?kinds", PAGES[0].read_bytes(), "text/html")
    for pid in (service.process.pid, *service.workers):
        libraries = Path(f"/proc/{pid}/maps").read_text()
        assert "numpy" in libraries
        assert not re.search(r"site-packages/(?:pandas|sklearn|scipy|pyarrow|matplotlib)\b", libraries)


def test_the_benchmark_counts_each_answer_and_the_memory(service: Service) -> None:
    before = service.metric('corestory_requests_total{path="/predict",status="200"}')
    load = asyncio.run(send(service, [STORY], rate=30, seconds=1))
    assert service.metric('corestory_requests_total{path="/predict",status="200"}') == before + len(load.milliseconds)
    assert load.statuses == {"200": len(load.milliseconds)}
    table = service_markdown(load, rate=30, seconds=1, workers=2, batch=1.5, texts=[STORY])
    assert f"| requests | {len(load.milliseconds)} in 1 s, 30 a second |\n| not answered with 200 | 0 |" in table
    assert min(load.memory) > 50


def test_the_log_has_a_json_line_per_request_without_text(service: Service) -> None:
    service.ask("GET", "/Aldermouth?only=Aldermouth")
    wait_until(lambda: service.log()[-1]["path"] == "other")
    before = len(service.log())
    service.post("/core", STORY)
    wait_until(lambda: len(service.log()) > before)
    log = service.log()
    assert {"time", "client", "method", "path", "status", "ms", "bytes_in", "bytes_out", "articles", "refused"} == set(
        log[-1]
    )
    assert (log[-1]["path"], log[-1]["status"], log[-1]["articles"]) == ("/core", 200, 1)
    assert log[-1]["bytes_in"] == len(STORY)
    assert "Aldermouth" not in "".join(service.lines)


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_requests_in_flight_are_answered_after_sigterm_and_the_exit_code_is_0() -> None:
    with running(folder=ROOT) as service, ThreadPoolExecutor(3) as threads:
        workers = service.workers
        with service.held():
            asked = [threads.submit(service.post, "/core", STORY)]
            wait_until(lambda: service.metric("corestory_batch_requests_count") == 1)
            asked += [threads.submit(service.post, "/core", STORY) for _ in range(2)]
            wait_until(lambda: service.metric("corestory_waiting_requests") == 2)
            # As a terminal or a service manager does: to all processes.
            for pid in (service.process.pid, *workers):
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.5)
            assert service.process.poll() is None
        assert [one.result()[0] for one in asked] == [200] * 3
        assert service.process.wait(30) == 0
        service.join()
        assert all(is_gone(pid) for pid in workers)
        assert [line["status"] for line in service.log() if line["path"] == "/core"] == [200] * 3


def test_a_worker_that_is_just_being_replaced_does_not_hold_up_the_stop() -> None:
    with running(folder=ROOT) as service, ThreadPoolExecutor(1) as threads:
        service.post("/core", STORY)
        os.kill(service.workers[0], signal.SIGKILL)
        asked = threads.submit(service.post, "/core", STORY)
        wait_until(lambda: service.metric("corestory_worker_restarts_total") == 1)
        for _ in range(10):
            for pid in (service.process.pid, *service.workers):
                os.kill(pid, signal.SIGTERM)
            time.sleep(0.05)
        assert asked.result()[0] == 200
        assert service.process.wait(30) == 0


def test_workers_end_when_the_service_is_killed() -> None:
    with running(folder=ROOT) as service:
        workers = service.workers
        assert not any(is_gone(pid) for pid in workers)
        service.process.kill()
        wait_until(lambda: all(is_gone(pid) for pid in workers))
        assert service.process.wait(30) == -signal.SIGKILL


def test_a_signal_that_is_repeated_until_the_end_does_not_make_the_stop_a_failure() -> None:
    with running(folder=ROOT) as service:
        while service.process.poll() is None:
            service.process.send_signal(signal.SIGTERM)
            time.sleep(0.001)
        assert service.process.returncode == 0

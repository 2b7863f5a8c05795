"""Bodies and clients that are malformed, huge, slow or hostile get 4xx, and harm no other request."""

import json
import os
import random
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from web.services import ROOT, Service, running, wait_until

pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("prometheus_client", reason="prometheus_client is not installed")
pytestmark = pytest.mark.slow

STORY = (ROOT / "data/demo/article.txt").read_bytes()
TOKEN = "a-secret-of-the-harbour"
SHORT = """
import corestory.web.service, corestory.web.serving
corestory.web.service.BODY_SECONDS = corestory.web.serving.HEAD_SECONDS = corestory.web.serving.WRITE_SECONDS = 0.5
corestory.web.service.WORKER_SHARE = 0.15
"""
LIMITS = ("--host", "0.0.0.0", "--max-bytes", 200_000, "--queue", 3, "--timeout", 30)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running(*LIMITS, settings=SHORT, token=TOKEN) as service:
        yield service


@pytest.fixture(autouse=True)
def still_answers(service: Service) -> Iterator[None]:
    yield
    assert service.post("/core", STORY)[0] == 200


def received(service: Service, data: bytes) -> bytes:
    """Send bytes and read until the service closes the connection."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(data)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def head(*lines: str, path: str = "/core", method: str = "POST") -> bytes:
    given = (f"{method} {path} HTTP/1.1", "Host: quay", f"Authorization: Bearer {TOKEN}", *lines)
    return "\r\n".join((*given, "", "")).encode()


@pytest.mark.parametrize(
    ("path", "kind", "body", "status", "detail"),
    [
        ("/core", "text/plain", b"", 422, "body: an article without paragraphs; expected text"),
        ("/core", "application/json", b"[1, 2", 422, "malformed JSON"),
        ("/core", "application/json", b"[" * 100_000, 422, "nested more than 500 levels"),
        ("/core", "application/json", b'[{"id": 1}, 7]', 422, "body, record 1: no text; the fields are: id"),
        ("/core", "text/html", b"<div>" * 30_000, 422, "more than 5,000 levels deep"),
        ("/core", "text/plain", b"\xff\xd8\xff\xe0 a picture", 422, "a JPEG image"),
        ("/core", "application/octet-stream", os.urandom(5000), 422, "body: "),
        ("/predict", "text/plain", b"a.\n" * 60_000, 422, "60,000 paragraphs in one article; expected at most 50,000"),
        ("/core", "application/x-www-form-urlencoded", b"text=a", 415, "expected one of text/plain, text/html"),
        ("/core", "text/plain; charset=klingon", b"a", 415, "charset='klingon'"),
        ("/predict?threshold=2", "text/plain", STORY, 400, "threshold: '2'; expected a number from 0 to 1"),
        ("/predict?only=story", "text/plain", STORY, 400, "only: 'story'; expected core or filler"),
        ("/predict?colour=blue", "text/plain", STORY, 400, "'colour': no such parameter; expected format, rows"),
        ("/predict?drop-kinds=plug", "text/plain", STORY, 400, "drop-kinds: there is no kind 'plug'"),
        (
            "/predict?format=markdown&only=filler",
            "text/plain",
            STORY,
            400,
            "format=markdown: this format contains only the story",
        ),
        (
            "/predict?format=text&rows=span",
            "text/plain",
            STORY,
            400,
            "rows=span: the format text has no rows; use format json",
        ),
        ("/predict?format=tei", "application/json", b'[{"text": "a"}, {"text": "b"}]', 422, "2 articles; expected one"),
        ("/core?format=json", "text/plain", STORY, 400, "'format': no such parameter"),
        ("/stories", "text/plain", STORY, 404, "/docs lists the paths"),
        ("/health", "text/plain", STORY, 405, "/docs lists the paths"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_line(
    service: Service, path: str, kind: str, body: bytes, status: int, detail: str
) -> None:
    found, words = service.problem("POST", path, body, Content_Type=kind)
    assert (found, detail in words) == (status, True), words


def test_a_compressed_body_is_refused(service: Service) -> None:
    status, detail = service.problem("POST", "/core", b"\x1f\x8b", Content_Encoding="gzip")
    assert (status, "not compressed" in detail) == (415, True)


def test_random_bytes_of_any_type_get_an_answer_and_no_error_of_the_server(service: Service) -> None:
    chance = random.Random(7)
    pieces = [
        b"<p>", b"<!--", b"</", b'{"text":', b"[", b'"', b"\\ud800", b"\x00", b"\xff\xfe", b"\n", b"a,b\n", b"Quay ",
    ]  # fmt: skip
    kinds = ("text/plain", "text/html", "application/json", "application/x-ndjson", "text/csv", "")
    for _ in range(60):
        body = b"".join(chance.choices([*pieces, chance.randbytes(20)], k=chance.randrange(1, 60)))
        status, content = service.post("/predict", body, chance.choice(kinds))
        assert status in (200, 422), (body, content)


def test_without_the_token_only_health_is_answered(service: Service) -> None:
    status, detail = service.problem("POST", "/core", STORY, Authorization="Bearer wrong")
    assert (status, detail) == (401, "The token is missing or wrong.")
    assert service.problem("GET", "/metrics", Authorization="")[0] == 401
    assert service.ask("GET", "/health", Authorization="")[0].status == 200
    assert TOKEN not in "".join(service.lines)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST /core HTTP/1.1\r\nHost: q", b"408"),
        (head("Content-Length: 100") + b"The quay", b"408"),
        (head("Transfer-Encoding: chunked") + b"8\r\nThe quay\r\n", b"408"),
        (b"the quay\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nA: " + b"b" * 70_000, b"400"),
        (head("Content-Length: -1"), b"400"),
        (head("Content-Length: 9" * 3), b"400"),
        (head("Transfer-Encoding: chunked") + b"the quay\r\n", b"400"),
    ],
)
def test_slow_and_malformed_requests_are_refused_and_their_connection_is_closed(
    service: Service, data: bytes, status: bytes
) -> None:
    begin = time.monotonic()
    answer = received(service, data)
    assert answer.split()[:2] == [b"HTTP/1.1", status]
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["status"] == int(status)
    assert time.monotonic() - begin < 10


def test_a_connection_that_says_nothing_is_closed(service: Service) -> None:
    assert received(service, b"") == b""


def test_answers_that_nobody_reads_do_not_hold_their_connection(service: Service) -> None:
    with socket.socket() as connection:
        connection.settimeout(20)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", service.port))

        def is_reset() -> bool:
            try:
                connection.send(b" ")
            except OSError:
                return True
            return False

        with suppress(OSError):
            # The answers are more than the system's buffers hold.
            connection.sendall(head(path="/openapi.json", method="GET") * 2000)
        wait_until(is_reset)
    assert service.post("/core", STORY)[0] == 200


def test_more_requests_than_may_wait_are_told_to_come_again_and_the_others_are_answered(service: Service) -> None:
    before = service.metric("corestory_batch_requests_count")
    with ThreadPoolExecutor(4) as threads:
        with service.held():
            asked = [threads.submit(service.post, "/core", STORY)]
            wait_until(lambda: service.metric("corestory_batch_requests_count") == before + 1)
            asked += [threads.submit(service.post, "/core", STORY) for _ in range(3)]
            wait_until(lambda: service.metric("corestory_waiting_requests") == 3)
            response, content = service.ask("POST", "/core", STORY)
            assert response.status == 429
            assert int(response.headers["retry-after"]) >= 1
            assert json.loads(content)["detail"].startswith("The service is busy.")
        assert [one.result()[0] for one in asked] == [200] * 4


@pytest.mark.parametrize("dies", [True, False])
def test_a_worker_that_dies_or_hangs_is_replaced_and_the_requests_are_tagged_again(
    service: Service, dies: bool
) -> None:
    batches, restarts = (
        service.metric(f"corestory_{name}") for name in ("batch_requests_count", "worker_restarts_total")
    )
    with ThreadPoolExecutor(2) as threads:
        (worker,) = service.workers
        with service.held():
            first = threads.submit(service.post, "/core", STORY)
            wait_until(lambda: service.metric("corestory_batch_requests_count") == batches + 1)
            second = threads.submit(service.post, "/core", STORY)
            if dies:
                os.kill(worker, signal.SIGKILL)
            wait_until(lambda: service.metric("corestory_worker_restarts_total") == restarts + 1)
        status, content = first.result()
        assert status == (200 if dies else 422)
        assert dies or b"was not tagged within 4.5 s" in content
        assert second.result()[0] == 200
    assert service.workers != [worker]
    wait_until(lambda: service.ask("GET", "/health")[0].status == 200)

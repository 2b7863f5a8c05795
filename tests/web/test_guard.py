"""The guard in front of a real server: what it refuses, what it passes on, and the headers of each answer."""

import asyncio
import http.client
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from corestory.errors import CorestoryError
from corestory.web.guard import SECURITY_HEADERS, Guard, listen, loopback_hosts

uvicorn = pytest.importorskip("uvicorn", reason="uvicorn is not installed")
applications = pytest.importorskip("starlette.applications", reason="starlette is not installed")
TOKEN = "a-secret"

Ask = Callable[..., http.client.HTTPResponse]


async def echo(request):
    from starlette.responses import PlainTextResponse

    body = await request.body()
    return PlainTextResponse(f"{request.url.path} {len(body)}")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server that answers with the path and the length of the body."""
    from starlette.routing import Route

    app = applications.Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])
    with listen() as sock:
        port = sock.getsockname()[1]
        guarded = Guard(app, hosts=loopback_hosts(port), token=TOKEN, open_paths={"/health"}, max_body=100)
        server = uvicorn.Server(uvicorn.Config(guarded, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        yield port
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def ask(port: int) -> Iterator[Ask]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def ask(path: str = f"/{TOKEN}/page", *, method: str = "GET", body: object = None, **headers: str):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body=body, headers=named)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        return answer

    yield ask
    connection.close()


def test_a_request_with_the_token_in_its_path_is_passed_on_without_it(ask):
    answer = ask()
    assert (answer.status, answer.text) == (200, "/page 0")


def test_a_request_with_the_token_in_its_header_is_passed_on(ask):
    assert ask("/page", Authorization=f"Bearer {TOKEN}").text == "/page 0"


@pytest.mark.parametrize("path", ["/", "/page", "/a-secre/page", "/a-secrett/page", "/page/a-secret", "/%ff/page"])
def test_a_request_without_the_token_is_refused(ask, path):
    assert ask(path).status == 401
    assert ask(path, Authorization="Bearer other").status == 401
    assert ask(path, Authorization=TOKEN).status == 401


def test_an_open_path_needs_no_token(ask):
    assert ask("/health").text == "/health 0"
    assert ask("/health/more").status == 401


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_this_machine_has_three_names(ask, port, name):
    assert ask(Host=f"{name}:{port}").status == 200


@pytest.mark.parametrize("host", ["rebound.example", "127.0.0.1", "127.0.0.1.rebound.example:80", "localhost:1", ""])
def test_another_host_is_not_served_even_with_the_token(ask, host):
    assert ask(Host=host).status == 421


@pytest.mark.parametrize("origin", ["http://rebound.example", "null", "http://127.0.0.1:1", "file://"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_is_refused_even_with_the_token(ask, origin, method):
    assert ask(method=method, Origin=origin).status == 403


def test_the_servers_own_page_is_answered(ask, port):
    assert ask(method="POST", body=b"12345", Origin=f"http://127.0.0.1:{port}").text == "/page 5"


def test_a_body_that_is_too_large_is_refused_whether_it_tells_its_length_or_not(ask):
    assert ask(method="POST", body=b"x" * 100).text == "/page 100"
    assert ask(method="POST", body=b"x" * 101).status == 413
    assert ask(method="POST", body=iter([b"x" * 60, b"x" * 60])).status == 413


def test_a_body_with_a_length_that_is_chunked_too_is_refused_and_its_connection_closed(port):
    head = f"POST /{TOKEN}/page HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 40\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        smuggled = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("path", [f"/{TOKEN}/page", "/page", "/health"])
def test_every_answer_has_the_security_headers(ask, path):
    answer = ask(path)
    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS


@pytest.mark.parametrize("names", [[b"localhost:80"] * 2, []])
def test_a_request_with_two_hosts_or_none_is_refused_where_the_server_lets_it_through(names):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", name) for name in names]}
    asyncio.run(Guard(applications.Starlette(), hosts={"localhost:80"})(scope, None, send))
    assert sent[0]["status"] == 421


def test_a_port_in_use_is_told_in_one_line():
    with listen() as server, pytest.raises(CorestoryError, match=r"Address already in use.*Give another --port"):
        listen(server.getsockname()[1])


@pytest.mark.parametrize(("port", "host"), [(70_000, "127.0.0.1"), (0, "no such host.invalid"), (0, "192.0.2.1")])
def test_an_address_that_cannot_be_listened_on_is_told_in_one_line(port, host):
    with pytest.raises(CorestoryError, match="cannot be opened for listening"):
        listen(port, host=host)

"""A service in a process of its own, and requests to it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import corestory

ROOT = Path(__file__).parents[2]
STARTED = re.compile(r"at http://[\w.:\[\]]+:(\d+) .* with (\d+) worker")


class Service:
    """The running service.

    Attributes
    ----------
    process
        Its process.
    lines
        What it wrote to the standard error so far, by lines.
    """

    def __init__(self, process: subprocess.Popen[str], token: str) -> None:
        self.process, self._token = process, token
        self.lines: list[str] = []
        self._started = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._started.wait(60), self.lines
        (match,) = filter(None, map(STARTED.search, self.lines))
        self.port = int(match[1])
        wait_until(lambda: json.loads(self.ask("GET", "/health")[1])["workers"] == int(match[2]))

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.rstrip("\n"))
            if STARTED.search(line):
                self._started.set()
        self._started.set()

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Send a request; return the response and its body."""
        connection = self.connection()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._token:
            named.setdefault("Authorization", f"Bearer {self._token}")
        connection.request(method, path, body, named)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response, content

    def post(self, path: str, body: bytes | Iterator[bytes], kind: str = "text/plain") -> tuple[int, bytes]:
        response, content = self.ask("POST", path, body, Content_Type=kind)
        return response.status, content

    def problem(self, *arguments: object, **headers: str) -> tuple[int, str]:
        """Send a request that is refused; return the status and the detail of the problem."""
        response, content = self.ask(*arguments, **headers)  # type: ignore[arg-type]
        assert response.headers["content-type"] == "application/problem+json", content
        problem = json.loads(content)
        assert problem["status"] == response.status
        assert "\n" not in problem["detail"]
        return response.status, problem["detail"]

    def metric(self, name: str) -> float:
        _, content = self.ask("GET", "/metrics")
        return sum(float(line.split()[-1]) for line in content.decode().splitlines() if line.startswith(name))

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines if line.startswith("{")]

    @property
    def workers(self) -> list[int]:
        """The processes that tag."""
        main = self.process.pid
        children = Path(f"/proc/{main}/task").glob("*/children")
        pids = [int(pid) for file in children for pid in file.read_text().split()]
        return [pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the workers, so that requests wait."""
        pids = self.workers
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        self.join()
        return code

    def join(self) -> None:
        """Wait for the end of the standard error."""
        self._reader.join(10)


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "not within the time"
        time.sleep(0.05)


@contextmanager
def running(*arguments: object, settings: str = "", token: str = "", folder: Path | None = None) -> Iterator[Service]:
    """Run the service on a free port; `settings` are statements before its start, such as shorter deadlines."""
    code = f"{settings}\nfrom corestory.commands.app import main\nmain()"
    path = os.pathsep.join([str(Path(corestory.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "CORESTORY_TOKEN": token, "COLUMNS": "100"}
    with subprocess.Popen(
        [sys.executable, "-c", code, "serve", "--port", "0", *map(str, arguments)],
        stderr=subprocess.PIPE, text=True, env=environment, cwd=folder,
    ) as process:  # fmt: skip
        service = Service(process, token)
        try:
            yield service
        finally:
            process.kill()
            service.join()

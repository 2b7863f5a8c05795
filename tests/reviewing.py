"""A review in a separate process, as a person starts it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import corestory

ADDRESS = "http://127.0.0.1:"


def environment() -> dict[str, str]:
    """The environment of a process that runs this corestory, in any folder."""
    return os.environ | {"PYTHONPATH": str(Path(corestory.__file__).parents[1])}


class ReviewProcess:
    """``corestory review … --no-browser`` in a folder; `address` is what it printed."""

    def __init__(self, folder: Path, *arguments: object) -> None:
        self._said = (folder / "stderr.txt").open("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "corestory", "review", *map(str, arguments), "--no-browser"],
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            cwd=folder,
            env=environment(),
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith(ADDRESS), self.end(signal.SIGKILL)

    def end(self, with_signal: int) -> str:
        """Send a signal, wait for the end, and return what was said."""
        self.process.send_signal(with_signal)
        self.process.communicate(timeout=60)
        if not self._said.closed:
            self._said.seek(0)
            self.said = self._said.read()
            self._said.close()
        return self.said


def write_articles(path: Path, *articles: tuple[str, list[str]]) -> Path:
    """Write articles, each of a site of its own, as JSON Lines."""
    lines = (
        {"id": name, "title": f"The {name}", "url": f"https://{name}.example/1", "paragraphs": texts}
        for name, texts in articles
    )
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def labels_in(path: Path) -> dict[tuple[str, int], str | None]:
    """Return the label that holds for each paragraph in a file of decisions."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(row["article_id"], row["position"]): row["label"] for row in rows}

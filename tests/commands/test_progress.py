import io
import sys

import pytest

from corestory.commands.progress import Bar, progress_of


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def sources(tmp_path):
    """Two files of which one is three times as large, and one that is missing."""
    for name, size in (("a", 100), ("b", 300)):
        (tmp_path / name).write_bytes(b"x" * size)
    return [tmp_path / name for name in ("a", "b", "c")]


def test_a_terminal_is_shown_the_share_of_the_bytes_and_the_rate(sources, monkeypatch):
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_of(sources) as progress:
        assert isinstance(progress, Bar)
        progress.done(sources[0], 1_500)
        progress.count(500)
        progress._bar.refresh()
        shown = terminal.getvalue()
    assert "25%" in shown
    assert "2,000 articles, " in shown
    assert " a second" in shown


def test_where_nobody_looks_the_files_are_not_even_listed(sources):
    def unread():
        pytest.fail("listed")
        yield

    with progress_of(unread()) as progress:
        progress.done(sources[0], 1)
        progress.count(1)
    assert not isinstance(progress, Bar)

import io
import sys

import pytest

from corestory.commands.messages import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def terminal_settings(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


def shown(monkeypatch, *update):
    """Run a bar on a terminal with one update; return what the terminal shows before it and after it."""
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    with progress_bar() as bar:
        assert bar.shown
        before = terminal.getvalue()
        bar.update(*update)
    return before, terminal.getvalue()


def test_a_terminal_is_shown_the_share_that_is_done(monkeypatch):
    before, after = shown(monkeypatch, "2,000 articles, 5 a second", 100, 400)
    assert before == ""
    assert "25%" in after
    assert "2,000 articles, 5 a second" in after


def test_without_a_total_the_text_is_shown(monkeypatch):
    assert "300 articles" in shown(monkeypatch, "300 articles", 300)[1]


def test_a_name_on_the_bar_cannot_steer_the_terminal(monkeypatch):
    _, after = shown(monkeypatch, "[red]\x1b]0;title\x07", 1, 2)
    assert "[red]" in after
    assert "\x1b]0;" not in after


def test_a_standard_error_that_is_no_terminal_shows_nothing(capsys):
    with progress_bar() as bar:
        assert not bar.shown
        bar.update("300 articles", 300)
    assert capsys.readouterr().err == ""

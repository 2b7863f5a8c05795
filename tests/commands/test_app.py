import errno
import inspect
import os
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from corestory.commands.app import COMMANDS, main
from corestory.errors import DataError


def run(monkeypatch, command):
    broken = typer.Typer(pretty_exceptions_enable=False)
    broken.command()(command)
    monkeypatch.setattr(sys, "argv", ["corestory"])
    with pytest.raises(SystemExit) as caught:
        main(broken)
    return caught.value.code


def test_an_error_that_a_person_can_mend_is_one_line_and_exit_code_2(monkeypatch, capsys):
    def fail():
        raise DataError("only\none class", where="p.parquet", expected="core and filler")

    assert run(monkeypatch, fail) == 2
    assert capsys.readouterr().err == "corestory: p.parquet: only one class; expected core and filler\n"


@pytest.mark.parametrize("filename", [None, "sftp://h/a.html"])
def test_an_error_of_the_system_names_its_file_or_else_the_standard_output(monkeypatch, capsys, filename):
    def fail():
        raise OSError(errno.EIO, "Input/output error", filename)

    assert run(monkeypatch, fail) == 2
    named = "standard output: cannot be written" if filename is None else f"{filename}: cannot be read or written"
    assert capsys.readouterr().err.startswith(f"corestory: {named}")


@pytest.mark.parametrize("name", COMMANDS)
def test_no_word_of_a_help_text_is_lost_in_brackets_which_rich_takes_for_markup(name):
    command = getattr(import_module(f"corestory.commands.{COMMANDS[name]}"), name)
    assert "[" not in inspect.getdoc(command)


def test_an_interruption_exits_with_130_and_says_nothing(monkeypatch, capsys):
    def interrupt():
        raise KeyboardInterrupt

    assert run(monkeypatch, interrupt) == 130
    assert capsys.readouterr().err == ""


def test_a_lone_surrogate_in_an_error_is_shown_somehow(capfd, monkeypatch):
    def fail():
        raise DataError("file", where="caf\udce9.txt")

    assert run(monkeypatch, fail) == 2
    assert "caf" in capfd.readouterr().err


def test_a_closed_pipe_ends_the_command_without_a_word():
    code = (
        "import sys\nimport typer\nfrom corestory.commands.app import main\n"
        "def talk():\n    while True:\n        print('x' * 1000)\n"
        "endless = typer.Typer(pretty_exceptions_enable=False)\nendless.command()(talk)\n"
        "sys.argv = ['corestory']\nmain(endless)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().startswith("xxx")
    process.stdout.close()
    assert process.stderr is not None
    error = process.stderr.read()
    process.stderr.close()
    process.wait(timeout=30)
    assert error == ""
    assert process.returncode == 0


def test_each_help_has_an_example_and_needs_no_heavy_library():
    code = (
        f"import sys\nfrom corestory.commands.app import main\nfor name in {tuple(COMMANDS)}:\n"
        "    sys.argv = ['corestory', name, '--help']\n    try:\n        main()\n    except SystemExit:\n        pass\n"
        "print('loaded:', sorted({'numpy', 'pandas', 'pyarrow', 'sklearn', 'joblib', 'scipy'} & set(sys.modules)))"
    )
    environment = os.environ | {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert "loaded: []" in done.stdout
    for name in COMMANDS:
        assert f"Example: corestory {name} " in done.stdout

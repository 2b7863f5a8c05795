import errno
import inspect
import os
import subprocess
import sys
from importlib import import_module

import pytest
import typer

from corestory.commands.app import COMMANDS, main
from corestory.commands.options import model_folder, open_model
from corestory.errors import DataError, ModelError


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


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("mine", "other"):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "manifest.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_a_model_is_found_by_its_path_and_by_its_name(here):
    assert model_folder("models/mine").as_posix() == "models/mine"
    assert model_folder("mine").as_posix() == "models/mine"
    assert model_folder(str(here / "models" / "mine")) == here / "models" / "mine"
    (here / "mine").mkdir()
    assert model_folder("mine").as_posix() == "models/mine", "a folder beside it does not hide it"


def test_default_means_the_model_that_came_along_or_ones_own_of_that_name(here):
    assert model_folder("default") is None
    (here / "models" / "mine").rename(here / "models" / "default")
    assert model_folder("default").as_posix() == "models/default"


@pytest.mark.usefixtures("here")
def test_a_name_that_is_none_is_answered_with_those_there_are():
    with pytest.raises(ModelError) as caught:
        open_model("mina")
    assert str(caught.value).startswith("mina: no such model; ")
    assert "models/ contains: mine, other." in str(caught.value)


def test_where_there_is_no_model_it_is_said_how_to_make_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match="corestory train"):
        model_folder("x")


def test_a_folder_that_is_no_model_is_left_to_loading_to_explain(here):
    (here / "empty").mkdir()
    assert model_folder("empty").as_posix() == "empty"
    with pytest.raises(ModelError):
        open_model("empty")


def test_a_model_is_loaded_by_either_name(model, tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine").symlink_to(model)
    monkeypatch.chdir(tmp_path)
    assert open_model("mine").settings == open_model(str(model)).settings


def test_a_help_text_breaks_no_sentence_but_at_the_width_of_the_terminal(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["corestory", "adapt", "--help"])
    monkeypatch.setenv("COLUMNS", "400")
    with pytest.raises(SystemExit):
        main()
    assert "Each article is left out of the fit once, to measure the gain on an article" in capsys.readouterr().out

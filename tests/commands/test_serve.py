"""The options of serve: what it refuses before it serves; tests/web has the service itself."""

import sys

import pytest

pytest.importorskip("uvicorn", reason="uvicorn is not installed")
pytest.importorskip("prometheus_client", reason="prometheus_client is not installed")

TOKEN = "a-secret-of-the-harbour"


@pytest.fixture(autouse=True)
def environment_is_kept(monkeypatch):
    """serve sets how many threads the libraries of its workers use."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "1")
    monkeypatch.delenv("CORESTORY_TOKEN", raising=False)
    monkeypatch.setenv("COLUMNS", "300")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            ("--host", "0.0.0.0"),
            "other machines can reach 0.0.0.0; give --token (or CORESTORY_TOKEN), or --without-token",
        ),
        (("--token", "short"), "at least 16 ASCII characters"),
        (("--token", TOKEN, "--without-token"), "give --token or --without-token, not both"),
        (("--workers", 0), "0 is not a number of processes"),
        (("--model", "none"), "none: no such model"),
    ],
)
def test_wrong_options_are_refused_with_exit_code_2(run, options, words):
    done = run("serve", *options)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.replace("│", " ").split())


def test_a_missing_package_is_named_with_the_command_that_installs_it(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    done = run("serve")
    assert done.returncode == 2
    assert "pip install 'corestory[serve]'" in done.stderr

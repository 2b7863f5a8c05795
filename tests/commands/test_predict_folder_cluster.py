import sys

import pytest


@pytest.fixture
def predict(run, model, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("The lugger left the quay at 7 on Monday.", encoding="utf-8")
    return lambda *arguments: run("predict", "--model", model, *arguments)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("somewhere", "is not the address of a scheduler"),
        ("tcp://127.0.0.1:8786", "in: is a relative path; expected an absolute path"),
    ],
)
def test_an_address_of_no_use_is_told_at_once(predict, address, message):
    pytest.importorskip("distributed", reason="Dask is not installed: pip install 'corestory[dask]'")
    done = predict("in", "--output", "out/", "--dask", address)
    assert done.returncode == 2
    assert message in done.stderr


def test_without_dask_it_is_said_how_to_get_it(predict, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not installed
    done = predict("in", "--output", "out/", "--dask", "local")
    assert done.returncode == 2
    assert "pip install 'corestory[dask]'" in done.stderr

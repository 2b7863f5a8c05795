import pytest

from corestory.commands.options import model_folder, open_model
from corestory.errors import ModelError


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


def test_a_folder_of_a_models_name_beside_us_does_not_hide_the_model(here):
    (here / "mine").mkdir()
    assert model_folder("mine").as_posix() == "models/mine"


@pytest.mark.usefixtures("here")
def test_nothing_and_default_mean_the_model_that_came_along():
    assert model_folder("") is None
    assert model_folder("default") is None


def test_a_default_model_of_ones_own_goes_before_it(here):
    (here / "models" / "mine").rename(here / "models" / "default")
    assert model_folder("default").as_posix() == "models/default"


@pytest.mark.usefixtures("here")
def test_a_name_that_is_none_is_answered_with_those_there_are():
    with pytest.raises(ModelError) as caught:
        open_model("mina")
    assert str(caught.value).startswith("mina: no such model; ")
    assert "There are: mine, other." in str(caught.value)


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

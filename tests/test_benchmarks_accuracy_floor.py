import json

import pytest
import typer

from benchmarks.accuracy import __main__ as command
from benchmarks.accuracy.comparison import ALL, Row, SetResult
from benchmarks.accuracy.floor import (
    Floor,
    SetFloor,
    measured_floor,
    raised_floor,
    read_floor,
    shortfalls,
    write_floor,
)
from benchmarks.accuracy.models import ModelInfo
from benchmarks.accuracy.result import Result
from benchmarks.accuracy.scores import Estimate
from benchmarks.accuracy.tagging import INPUTS
from corestory.errors import DataError, InputError


def set_of(name, *, counted=True, score=0.95):
    estimate = Estimate(score, score, score)
    rows = tuple(Row(key, estimate, estimate, 0, 10.0) for key in ("trafilatura", *INPUTS))
    return SetResult(name, counted, 100, 4, "trafilatura", rows)


SETS = (set_of(ALL), set_of("wide"), set_of("verified", counted=False))
RESULT = Result("2030-01-01", {}, ModelInfo("trained in this run", ("train",), 0, 1, 1, 1), SETS, (), ())


def floor_of(score, *, pages=100, name="wide"):
    return Floor(0.005, "2030-01-01", {name: SetFloor(pages, {"html": score})})


def test_a_score_below_the_floor_by_more_than_the_tolerance_and_one_page_falls_short():
    assert shortfalls(floor_of(0.95), floor_of(0.95)) == ()
    assert shortfalls(floor_of(0.95), floor_of(0.935)) == ()
    (short,) = shortfalls(floor_of(0.95), floor_of(0.9349))
    assert str(short) == "wide, html: word F1 0.9349, the floor is 0.9500"
    assert shortfalls(floor_of(0.95, pages=10), floor_of(0.9349, pages=10)) == ()


def test_all_pages_together_are_compared_only_where_all_corpora_were_measured():
    floor = Floor(0.005, "", {name: SetFloor(100, {"html": 0.9}) for name in (ALL, "wide", "other")})
    lower = {name: SetFloor(100, {"html": 0.8}) for name in (ALL, "wide")}
    assert [short.set for short in shortfalls(floor, Floor(0.005, "", lower))] == ["wide"]
    assert len(shortfalls(floor, Floor(0.005, "", lower | {"other": SetFloor(100, {"html": 0.9})}))) == 2


def test_an_input_that_is_no_longer_measured_falls_short():
    gone = Floor(0.005, "", {"wide": SetFloor(100, {})})
    assert len(shortfalls(floor_of(0.95), gone)) == 1


def test_a_corpus_that_was_not_measured_or_has_no_floor_falls_short_of_nothing():
    assert shortfalls(floor_of(0.95), floor_of(0.1, name="other")) == ()


def test_scores_on_other_pages_are_not_held_against_the_floor():
    with pytest.raises(DataError, match="40 pages held out of wide; expected 100, "):
        shortfalls(floor_of(0.95), floor_of(0.95, pages=40))


def test_raising_the_floor_needs_no_leave_and_lowering_it_does():
    assert raised_floor(floor_of(0.9), floor_of(0.95)).sets["wide"].scores == {"html": 0.95}
    with pytest.raises(DataError, match="--allow-lower"):
        raised_floor(floor_of(0.95), floor_of(0.9499))
    with pytest.raises(DataError, match="--allow-lower"):
        raised_floor(floor_of(0.95), floor_of(0.95, pages=40))
    assert raised_floor(floor_of(0.95), floor_of(0.9), allow_lower=True).sets["wide"].scores == {"html": 0.9}


def test_a_corpus_that_was_not_measured_keeps_its_floor():
    found = raised_floor(floor_of(0.9), floor_of(0.8, name="other"))
    assert set(found.sets) == {"wide", "other"}


def test_a_floor_is_of_corestory_on_the_counted_corpora():
    found = measured_floor(SETS, tolerance=0.005, date="2030-01-01")
    assert set(found.sets) == {ALL, "wide"}
    assert set(found.sets["wide"].scores) == set(INPUTS)
    assert found.sets["wide"].pages == 100


def test_a_floor_is_read_as_it_was_written(tmp_path):
    floor = measured_floor(SETS, tolerance=0.005, date="2030-01-01")
    write_floor(floor, tmp_path / "floor.json")
    assert read_floor(tmp_path / "floor.json") == floor
    assert [path.name for path in tmp_path.iterdir()] == ["floor.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"tolerance": 0.1, "date": "", "sets": {"a": 3}}'])
def test_a_damaged_floor_file_is_refused_in_words(tmp_path, text):
    (tmp_path / "floor.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="no floor file"):
        read_floor(tmp_path / "floor.json")


def test_a_missing_floor_file_is_refused_in_words(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_floor(tmp_path / "floor.json")


def test_the_floor_file_of_the_repository_is_one_and_tolerates_little(request):
    floor = read_floor(request.path.parent / "benchmarks" / "accuracy_floor.json")
    assert 0 < floor.tolerance <= 0.005
    assert all(
        {"html", "text", "lines"} <= set(part.scores) <= set(INPUTS) and part.pages > 0 for part in floor.sets.values()
    )
    # jusText finds nothing in Chinese, so that after it nothing is left to tag.
    assert all(0 <= score <= 1 for part in floor.sets.values() for score in part.scores.values())


def hold(floor, monkeypatch, tmp_path, *, update=False, allow_lower=False):
    monkeypatch.setattr(command, "FLOOR", tmp_path / "floor.json")
    command._hold(floor, RESULT, update=update, allow_lower=allow_lower)


def test_a_run_below_the_floor_names_each_shortfall_and_exits_with_1(monkeypatch, tmp_path, capsys):
    with pytest.raises(typer.Exit) as caught:
        hold(floor_of(0.99), monkeypatch, tmp_path)
    assert caught.value.exit_code == 1
    assert "Below the floor: wide, html" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_at_the_floor_passes_and_says_which_corpus_has_none(monkeypatch, tmp_path, capsys):
    both = {ALL: SetFloor(100, {"html": 0.95}), "wide": SetFloor(100, {"html": 0.95})}
    hold(Floor(0.005, "", both), monkeypatch, tmp_path)
    assert capsys.readouterr().err == ""
    hold(floor_of(0.95, name="other"), monkeypatch, tmp_path)
    assert "wide has no floor yet" in capsys.readouterr().err


def test_updating_writes_the_floor_and_lowering_it_needs_the_second_flag(monkeypatch, tmp_path):
    with pytest.raises(DataError):
        hold(floor_of(0.99), monkeypatch, tmp_path, update=True)
    assert not list(tmp_path.iterdir())
    hold(floor_of(0.99), monkeypatch, tmp_path, update=True, allow_lower=True)
    assert json.loads((tmp_path / "floor.json").read_text(encoding="utf-8"))["sets"]["wide"]["scores"]["html"] == 0.95


def test_a_trial_cannot_set_the_floor(tmp_path):
    with pytest.raises(DataError, match="--update-floor with --limit"):
        command.main([tmp_path], limit=10, update_floor=True)

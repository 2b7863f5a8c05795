import pickle

import pytest

from corestory.errors import CorestoryError, DataError, InputError, ModelError, OutputError


@pytest.mark.parametrize("kind", [InputError, OutputError, ModelError, DataError])
def test_every_error_is_of_the_one_family(kind: type[CorestoryError]) -> None:
    assert issubclass(kind, CorestoryError)


def test_an_error_says_where_what_what_instead_and_how_to_mend_it_in_one_line() -> None:
    error = InputError("label\n'maybe'", where="a.csv, row 3", expected="core or filler", hint="Name it.")
    assert str(error) == "a.csv, row 3: label 'maybe'; expected core or filler. Name it."


def test_an_error_says_no_more_than_it_knows() -> None:
    assert str(InputError("no text")) == "no text"


def test_an_error_comes_back_whole_from_another_process() -> None:
    error = OutputError("exists", where="a", expected="nothing", hint="Move it.")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is OutputError
    assert str(again) == str(error)
    assert (again.found, again.where, again.expected, again.hint) == ("exists", "a", "nothing", "Move it.")

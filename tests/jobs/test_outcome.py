import json

from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.jobs.job import refusal_line, refusal_of_line

TEXT = st.text(st.characters())


@given(TEXT, TEXT, TEXT, TEXT)
def test_what_a_line_says_comes_back_in_one_line_that_any_file_can_hold(found, where, expected, hint):
    line = refusal_line(InputError(found, where=where, expected=expected, hint=hint))
    assert line.encode().count(b"\n") == 0
    again = refusal_of_line(line)
    assert refusal_line(again) == line
    assert set(json.loads(line)) == {"where", "reason"}

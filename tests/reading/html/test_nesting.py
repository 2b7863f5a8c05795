import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from corestory.reading.html.nesting import Nesting


def element(parts):
    return ["(", *(tag for part in parts for tag in part), ")"]


PAGES = st.lists(st.recursive(st.just(["x"]), lambda inner: st.lists(inner, max_size=4).map(element))).map(element)


@given(PAGES)
def test_the_elements_are_those_that_a_stack_of_open_elements_finds(page):
    tags = np.array(page)
    nesting = Nesting(tags == "(", tags == ")")
    stack, around, opened, level, ends = [], [], {}, [], {}
    for index, tag in enumerate(page):
        if tag == ")":
            opened[index] = stack.pop()
            ends[opened[index]] = index
        around.append(stack[-1] if stack else -1)
        level.append(len(stack))
        if tag == "(":
            stack.append(index)

    assert nesting.level.tolist() == level
    assert nesting.around(np.arange(len(page))).tolist() == around
    assert dict(zip(nesting.closing.tolist(), nesting.opening.tolist(), strict=True)) == opened
    assert nesting.closes(np.arange(len(page)) == 0).tolist() == [opened.get(index) == 0 for index in range(len(page))]
    assert {start: int(nesting.ends()[start]) for start in ends} == ends

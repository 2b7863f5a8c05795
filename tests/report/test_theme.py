import re

from corestory.report.theme import CORE, INK, drawing, inline_svg, themed


def svg(key="one"):
    with themed():
        figure, (axes,) = drawing()
        axes.plot([0, 1], [0, 1], "o-", color=CORE, label="line")
        axes.text(0.5, 0.5, "text", color=INK)
        return inline_svg(figure, key=key, alt="A line.")


def test_colours_are_the_pages():
    found = svg()

    assert "var(--core)" in found
    assert "var(--ink)" in found
    assert not re.search(r"#0[1-6]0[1-6]0[1-6]", found)


def test_ids_carry_the_figures_name_and_every_reference_is_met():
    found = svg("two")
    ids = re.findall(r'\bid="([^"]*)"', found)

    assert all(name.startswith("two-") for name in ids)
    assert set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', found)) <= {
        pair for name in ids for pair in ((name, ""), ("", name))
    }


def test_the_page_decides_how_large_it_is():
    head = svg().split(">", 1)[0]

    assert "viewBox" in head
    assert not re.search(r"\s(width|height)=", head)


def test_text_stays_text_in_the_pages_type():
    found = svg()

    assert ">text</text>" in found
    assert "DejaVu" not in found


def test_nothing_in_it_tells_when_it_was_drawn():
    assert svg() == svg()
    assert "metadata" not in svg()


def test_matplotlib_is_left_as_it_was():
    import matplotlib as mpl

    before = mpl.rcParams["text.color"]
    svg()

    assert mpl.rcParams["text.color"] == before

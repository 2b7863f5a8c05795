"""Stories with every structure and with text that a format may take for its own markup, to write and read again."""

from hypothesis import strategies as st

from corestory.output.story import Story
from corestory.reading.blocks import Block, Cell, Container, Frame, Run, Style

# Characters that Markdown may take for markup, between words and alone.
NASTY = [
    *"\\`*_{}[]<>()#+-.!|~&=:\"'$^0a",
    "**", "***", "__", "~~", "```", "~~~", "---", "***", "# ", "> ", "- ", "1. ", "2) ", "![", "](", "[a]: b",
    "&amp;", "&#35;", "<b>", "<!--", "http://a.example", "| a |", "|---|", "\t", "    ", "word", " ", "\xa0", "“", "”",
    "…", "ü", "\\\n", "\n", "\r\n", "\x0b",
]  # fmt: skip
nasty = st.lists(st.sampled_from(NASTY), min_size=1, max_size=8).map("".join) | st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1
)
texts = nasty.filter(lambda text: bool("".join(text.split())))
styles = st.builds(
    Style,
    st.sampled_from(["", "", "https://a.example/(x)_y?a=b&amp;c=*d e|", "/q\"'<>`\\"]),
    st.booleans(),
    st.booleans(),
)
runs = st.lists(st.builds(Run, texts, styles), min_size=1, max_size=4).map(tuple)
QUOTE, LIST, NUMBERED = Container(Frame.QUOTE, 1), Container(Frame.LIST, 2), Container(Frame.NUMBERED_LIST, 3)
INSIDE = [
    (),
    (QUOTE,),
    (Container(Frame.QUOTE, 11),),
    (LIST, Container(Frame.ITEM, 4, 1)),
    (LIST, Container(Frame.ITEM, 5, 2)),
    (LIST, Container(Frame.ITEM, 5, 2), NUMBERED, Container(Frame.ITEM, 6, 7)),
    (LIST, Container(Frame.ITEM, 5, 2), NUMBERED, Container(Frame.ITEM, 7, 8)),
    (NUMBERED, Container(Frame.ITEM, 8, 10)),
    (QUOTE, LIST, Container(Frame.ITEM, 9, 1)),
    (QUOTE, LIST, Container(Frame.ITEM, 9, 1), Container(Frame.QUOTE, 10)),
]
paragraphs = st.builds(Block, runs, st.sampled_from([0, 0, 0, 1, 2, 6]), st.sampled_from(INSIDE))
cells = st.lists(texts, min_size=2, max_size=6).filter(lambda cells: len(cells) % 2 == 0)


@st.composite
def groups_of_blocks(draw):
    """Paragraphs, and tables of two columns, none of which is another's neighbour by its number."""
    blocks = []
    for table in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            blocks.append(draw(paragraphs))
        else:
            blocks += [
                Block((Run(text),), cell=Cell(table, *divmod(place, 2))) for place, text in enumerate(draw(cells))
            ]
    return blocks


stories = groups_of_blocks()


def squeezed(text):
    """A text without white space, of which a format keeps no more than that there is some."""
    return "".join(text.split())


def story(*blocks, title=""):
    return Story(title, blocks, "a", "", "")

"""Lines of known kind, each planted alone into a story without filler, in HTML and in text.

Each line of ``tests/data/plugs/planted_lines.tsv`` is put between two paragraphs of a story of the folder ``carriers``
beside it, in several forms that news pages use for such lines, with the furniture of a page around the story.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from zlib import crc32

from corestory.types import Label

DATA = Path(__file__).parents[1] / "data" / "plugs"

WAYS = ("paragraph", "link", "block", "bold", "text")
"""The ways of planting a line: in the markup of its neighbours, in the same markup as a link, in a `div` or `aside`
without a class, in bold, and as a line of plain text."""

LAYOUTS = ("article", "divs", "table", "breaks")
"""The structures of a page: semantic elements, nested `div` elements, a table, and lines between `br` elements."""


@dataclass(frozen=True, slots=True)
class PlantedLine:
    """A line to plant.

    Attributes
    ----------
    label
        The label that a reader gives it in any story.
    kind
        For filler one of `corestory.labelling.labelled.KINDS`; for story the reason why it looks like filler.
    """

    label: Label
    kind: str
    language: str
    line: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """A story without filler, and the furniture of its page.

    Attributes
    ----------
    furniture
        The texts of each part: menu, byline, date, share, heading, related, footer.
    """

    name: str
    language: str
    title: str
    story: tuple[str, ...]
    furniture: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class PlantedPage:
    """A carrier with one planted line.

    Attributes
    ----------
    way, layout
        One of `WAYS`; one of `LAYOUTS`, or empty for text.
    source
        HTML, or for the way "text" one line per paragraph.
    texts, labels
        The paragraphs of the page in order, and their labels. The title above the story has no label.
    place
        The position of the planted line.
    """

    carrier: str
    line: PlantedLine
    way: str
    layout: str
    source: str
    texts: tuple[str, ...]
    labels: tuple[Label | None, ...]
    place: int


@cache
def planted_lines() -> tuple[PlantedLine, ...]:
    """Return all lines of the file in order."""
    rows = (DATA / "planted_lines.tsv").read_text(encoding="utf-8").split("\n")[1:-1]
    return tuple(PlantedLine(*row.split("\t")) for row in rows)


@cache
def carriers() -> tuple[Carrier, ...]:
    """Return all stories in the order of their names; the part of a name before the first hyphen is the language."""
    furniture: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in (DATA / "furniture.tsv").read_text(encoding="utf-8").split("\n")[1:-1]:
        language, part, text = row.split("\t")
        furniture[language][part].append(text)
    found = []
    for path in sorted((DATA / "carriers").glob("*.txt")):
        title, *story = path.read_text(encoding="utf-8").splitlines()
        language = path.stem.partition("-")[0]
        found.append(Carrier(path.stem, language, title, tuple(story), furniture[language]))
    return tuple(found)


def planted_pages(
    lines: Sequence[PlantedLine], *, ways: Sequence[str] = WAYS, places_a_line: int = 2
) -> Iterator[PlantedPage]:
    """Plant every line in every way.

    Parameters
    ----------
    lines
        The lines to plant.
    ways
        Some of `WAYS`.
    places_a_line
        The number of times that a line is planted in each way: in different stories of its language, or at different
        positions if there is only one.

    Yields
    ------
    PlantedPage
        The same pages on every run. Position, story and layout depend only on the line's text, so that a new line does
        not change other pages. They are the same in all ways of a line, so that the ways can be compared.
    """
    for line in lines:
        number = crc32(line.line.encode())
        own = [one for one in carriers() if one.language == line.language]
        for turn in range(places_a_line):
            carrier = own[(number + turn) % len(own)]
            at = 1 + (number // 7 + 3 * turn) % (len(carrier.story) - 1)
            layout = LAYOUTS[(number // 64 + turn) % len(LAYOUTS)]
            for way in ways:
                yield planted_page(carrier, line, at=at, way=way, layout="" if way == "text" else layout)


def planted_page(carrier: Carrier, line: PlantedLine, *, at: int, way: str, layout: str) -> PlantedPage:
    """Plant one line before the paragraph `at` of the story."""
    parts = carrier.furniture
    before = [*parts["menu"], carrier.title, *parts["byline"], *parts["date"], *parts["share"]]
    after = [*parts["heading"], *parts["related"], *parts["footer"]]
    texts = (*before, *carrier.story[:at], line.line, *carrier.story[at:], *after)
    labels: list[Label | None] = [None if text == carrier.title else "filler" for text in before]
    labels += ["core"] * at + [line.label] + ["core"] * (len(carrier.story) - at) + ["filler"] * len(after)
    source = "\n".join(texts) if way == "text" else _page(carrier, line.line, at=at, way=way, layout=layout)
    return PlantedPage(carrier.name, line, way, layout, source, texts, tuple(labels), len(before) + at)


def _page(carrier: Carrier, line: str, *, at: int, way: str, layout: str) -> str:
    parts = {part: [escape(text) for text in texts] for part, texts in carrier.furniture.items()}
    title = escape(carrier.title)
    story = [_between(escape(text), layout) for text in carrier.story]
    story.insert(at, _planted(escape(line), way, layout))
    body = _BODIES[layout](title, "\n".join(story), parts)
    direction = ' dir="rtl"' if carrier.language in ("ar", "fa", "he") else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{carrier.language}"{direction}>\n<head><meta charset="utf-8">'
        f"<title>{title}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _between(content: str, layout: str) -> str:
    """Return a paragraph of the story in the markup of its layout."""
    if layout == "divs":
        return f'<div class="t4"><span>{content}</span></div>'
    return f"{content}<br><br>" if layout == "breaks" else f"<p>{content}</p>"


def _planted(content: str, way: str, layout: str) -> str:
    if way == "paragraph":
        return _between(content, layout)
    if way == "link":
        return _between(f'<a href="/a/2041">{content}</a>', layout)
    if way == "bold":
        return _between(f"<strong>{content}</strong>", layout)
    if way == "block":
        tag = "aside" if layout in ("article", "table") else "div"
        return f"<{tag}>{content}</{tag}>"
    raise ValueError(f"no such way in HTML: {way}")


def _links(texts: Sequence[str], tag: str, attributes: str = "") -> str:
    return "\n".join(f'<{tag}{attributes}><a href="/s/{n}">{text}</a></{tag}>' for n, text in enumerate(texts))


def _article(title: str, story: str, parts: Mapping[str, Sequence[str]]) -> str:
    return f"""<header><nav><ul>
{_links(parts["menu"], "li")}
</ul></nav></header>
<main><article>
<h1>{title}</h1>
<p class="byline">{parts["byline"][0]}</p>
<p><time>{parts["date"][0]}</time></p>
<div class="share-bar"><span>{parts["share"][0]}</span></div>
<div class="article-body">
{story}
</div>
</article>
<aside class="related"><h2>{parts["heading"][0]}</h2><ul>
{_links(parts["related"], "li")}
</ul></aside></main>
<footer>
{_lines(parts["footer"], "p")}
</footer>"""


def _divs(title: str, story: str, parts: Mapping[str, Sequence[str]]) -> str:
    return f"""<div id="w"><div class="a1"><div class="a2">
{_links(parts["menu"], "div", ' class="a3"')}
</div></div>
<div class="b1"><div class="b2"><div class="h7">{title}</div>
<div class="b4">{parts["byline"][0]}</div>
<div class="b4">{parts["date"][0]}</div>
<div class="b5"><a href="#">{parts["share"][0]}</a></div>
<div class="b6">
{story}
</div></div>
<div class="c1"><div class="c2">{parts["heading"][0]}</div>
{_links(parts["related"], "div", ' class="c3"')}
</div></div>
<div class="f1">
{_lines(parts["footer"], "div")}
</div></div>"""


def _table(title: str, story: str, parts: Mapping[str, Sequence[str]]) -> str:
    return f"""<table width="760"><tr>
{_links(parts["menu"], "td")}
</tr></table>
<table width="760"><tr><td valign="top" width="560">
<h2>{title}</h2>
<p><i>{parts["byline"][0]}</i></p>
<p><small>{parts["date"][0]}</small></p>
<p><a href="#">{parts["share"][0]}</a></p>
{story}
</td><td valign="top" width="200"><b>{parts["heading"][0]}</b>
{_links(parts["related"], "p")}
</td></tr></table>
<table width="760"><tr>
{_lines(parts["footer"], "td")}
</tr></table>"""


def _breaks(title: str, story: str, parts: Mapping[str, Sequence[str]]) -> str:
    return f"""<div id="top">{_broken(parts["menu"])}</div>
<div id="content"><h1>{title}</h1>
<section><div>{parts["byline"][0]}<br><br>{parts["date"][0]}<br><br><a href="#">{parts["share"][0]}</a></div></section>
<section><div id="text">{story}</div></section>
<section><h3>{parts["heading"][0]}</h3>{_broken(parts["related"])}</section>
</div>
<div id="bottom">{"<br><br>".join(parts["footer"])}</div>"""


def _broken(texts: Sequence[str]) -> str:
    return "<br><br>".join(f'<a href="#">{text}</a>' for text in texts)


def _lines(texts: Sequence[str], tag: str) -> str:
    return "\n".join(f"<{tag}>{text}</{tag}>" for text in texts)


_BODIES = {"article": _article, "divs": _divs, "table": _table, "breaks": _breaks}

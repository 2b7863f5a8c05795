"""The cut of a page: from its tags and texts, in order, to paragraphs and the elements around them."""

from collections.abc import Iterable, Sequence, Set
from itertools import pairwise
from operator import itemgetter
from threading import local

from corestory.reading.html.display import VISIBLE, adjust, needs_adjusting, shown_rows
from corestory.reading.html.outline import Outline
from corestory.reading.html.serialised import (
    MARK,
    PROSE_WORDS,
    NormalForm,
    cut_at_breaks,
    cut_preformatted,
    text_nodes,
    unescaped,
)
from corestory.reading.html.tags import (
    BLOCK,
    BLOCK_VOID,
    BOUNDARY,
    BREAK,
    CLOSE,
    HIDDEN,
    HIDDEN_INLINE,
    HIDDEN_VOID,
    INLINE_OPEN,
    INLINE_VOID,
    LINK,
    NOTHING,
    Meaning,
    Tags,
)
from corestory.reading.text import is_blank

# Limits for deep or endless markup: elements at this depth end paragraphs but are not recorded.
MAX_DEPTH = 200

# What an end tag does lies on the stack of open elements, as further kinds of what a tag does.
_END_INLINE, _END_LINK = NOTHING, BOUNDARY - 1
_END_DEEP, _END_BLOCK, _END_HIDDEN = range(BOUNDARY, BOUNDARY + 3)


class _Known(local):
    """The tags seen in a thread: pages repeat them, a site's pages more so. Renewed when full, never within a page."""

    def __init__(self) -> None:
        self.tags = Tags()


_known = _Known()


def cut(form: NormalForm) -> Outline:
    """Cut a page into its paragraphs, less those that are hidden and not its story."""
    if _known.tags.is_full:
        _known.tags = Tags()
    known = _known.tags
    tags, texts = form.tags_and_texts()
    meanings = list(map(known.__getitem__, tags))
    meanings[:1] = [(BLOCK, name) for _, name in meanings[:1]]  # the body, hidden or not
    if needs_adjusting(tags, texts, known):
        adjust(tags, meanings, texts, known)
    # A page without a single block or break is a text, whose line ends are all that tells its paragraphs.
    is_text = all(kind < BREAK for kind, _ in meanings[1:])
    preformatted = known.preformatted | {meanings[0][1]} if is_text and meanings else known.preformatted
    try:
        if HIDDEN_INLINE in map(itemgetter(0), meanings):
            raise _HidesError
        return _walk(meanings, texts, known, preformatted)
    except _HidesError:
        return _walk(*_without_small_hidden(meanings, texts, form), known, preformatted)


class _HidesError(Exception):
    """The page hides something that may have to be left out first."""


def _walk(meanings: Sequence[Meaning], page_texts: Sequence[str], known: Tags, preformatted: Set[int]) -> Outline:
    texts: list[str] = []
    elements: list[int] = []
    inside: list[tuple[int, ...]] = []
    density: list[float] = []
    hidden: list[int] = []
    parents: list[int] = []
    names: list[int] = []
    ends: list[int] = []
    pieces: list[str] = []
    inline: list[int] = []
    broken: list[int] = []  # for each line break in `pieces`, how many characters before it are in links
    # The innermost open element, and the one in which the outermost open hidden one stands.
    element = hidden_by = VISIBLE
    linked = links = breaks = 0
    for (kind, name), page_text in zip(meanings, page_texts, strict=True):
        if kind == CLOSE:
            kind = ends.pop()
        if kind >= BOUNDARY or (kind == BREAK and breaks):
            if pieces:
                joined = "".join(pieces)
                if names[element] in preformatted:
                    found = [(whole, linked) for whole in cut_preformatted(joined)]
                elif broken:
                    found = cut_at_breaks(joined, [end - begin for begin, end in pairwise((0, *broken, linked))])
                else:
                    found = [(" ".join(joined.split()), linked)]
                for whole, of_links in found:
                    text = unescaped(whole) if "&" in whole else whole
                    if text[:1].isalnum() or not is_blank(text):
                        texts.append(text)
                        elements.append(element)
                        inside.append(tuple(inline))
                        density.append(min(1.0, of_links / len(text)) if of_links else 0.0)
                        hidden.append(hidden_by)
                pieces = []
                broken = []
                linked = 0
            if inline:
                inline = []
            breaks = 0
            if kind < BLOCK:
                if kind >= _END_BLOCK:
                    element = parents[element]
                    if kind == _END_HIDDEN:
                        hidden_by = VISIBLE
            elif len(ends) < MAX_DEPTH:
                parents.append(element)
                names.append(name)
                if kind == BLOCK:
                    ends.append(_END_BLOCK)
                    element = len(parents) - 1
                elif kind == HIDDEN:
                    if hidden_by == VISIBLE:
                        ends.append(_END_HIDDEN)
                        hidden_by = element
                    else:
                        ends.append(_END_BLOCK)
                    element = len(parents) - 1
            elif kind == BLOCK:
                ends.append(_END_DEEP)
            elif kind != BLOCK_VOID:
                raise _HidesError
        elif kind == NOTHING:
            pass
        elif kind == LINK:
            inline.append(name)
            links += 1
            ends.append(_END_LINK)
        elif kind == _END_LINK:
            links -= 1
        elif kind == INLINE_OPEN:
            inline.append(name)
            ends.append(_END_INLINE)
        elif kind == INLINE_VOID:
            inline.append(name)
        else:
            breaks = 1
            if pieces:
                pieces.append(MARK)
                broken.append(linked)
        if not page_text:
            continue
        if page_text.isspace():
            if pieces:
                pieces.append(page_text)
        elif "&" in page_text or MARK in page_text:
            nodes = text_nodes(page_text)
            shown = sum(len(node.strip()) for node in nodes)
            if shown:
                breaks = 0
                if links:
                    linked += shown
                pieces += nodes
            elif pieces and any(nodes):
                pieces.append(" ")
        else:
            breaks = 0
            if links:
                linked += len(page_text.strip())
            pieces.append(page_text)
    if any(element != VISIBLE for element in hidden):
        rows = shown_rows(texts, elements, hidden, parents, lambda element: known.block_words(names[element]).split())
        texts, elements = [texts[row] for row in rows], [elements[row] for row in rows]
        inside, density = [inside[row] for row in rows], [density[row] for row in rows]
    return Outline(texts, elements, inside, density, [-1.0] * len(texts), parents, names, known)


def _without_small_hidden(
    meanings: Iterable[Meaning], texts: Iterable[str], form: NormalForm
) -> tuple[list[Meaning], list[str]]:
    """Leave out what is hidden within a line and little, or deep; of the rest make hidden blocks."""
    kept_meanings: list[Meaning] = []
    kept_texts: list[str] = []
    # Of each open element: where it began, how many spaces came before, and fewer of how many let it be left out.
    opened: list[tuple[int, int, float]] = []
    spaces = 0
    for (kind, name), text in zip(meanings, texts, strict=True):
        deep = len(opened) >= MAX_DEPTH
        if kind == CLOSE:
            place, before, few = opened.pop()
            if spaces - before < few:
                del kept_meanings[place:], kept_texts[place:]
                kind = NOTHING
        elif kind in (HIDDEN, HIDDEN_INLINE):
            few = float("inf") if deep else PROSE_WORDS if kind == HIDDEN_INLINE else 0
            opened.append((len(kept_meanings), spaces, few))
            kind = HIDDEN
        elif kind in (BLOCK, LINK, INLINE_OPEN):
            opened.append((len(kept_meanings), spaces, 0))
        elif kind == HIDDEN_VOID and deep:
            kind = NOTHING
        kept_meanings.append((kind, name))
        kept_texts.append(text)
        if text:
            spaces += form.spaces(text) if MARK in text else text.count(" ")
    return kept_meanings, kept_texts

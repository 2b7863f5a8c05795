"""Where paragraphs stand in the text that they were cut from."""

from collections.abc import Iterator, Sequence

from corestory.reading.text import is_blank, storable

# The start and the end of a paragraph, in characters of the text.
Span = tuple[int, int]

# The cut takes these away besides what does not show: marks of quoted mail, and hyphens of wrapped words.
_TAKEN = frozenset(">-\u2010")
_WRITTEN_BREAKS = ("\\n", "\\r")


def spans_of(texts: Sequence[str], text: str) -> tuple[Span | None, ...]:
    r"""Find paragraphs in the text from which `corestory.reading.one_article.paragraphs_of_text` cut them.

    Parameters
    ----------
    texts
        All paragraphs of the text, in order.
    text
        The whole text.

    Returns
    -------
    tuple of tuple of int, or None
        For each paragraph the start and the end for which ``text[start:end]`` is the paragraph. Where wrapped lines
        were rejoined, it also holds their line ends, parting hyphens and marks of quotation. None for a paragraph that
        is not there, as in a text that is HTML or subtitles.

    Examples
    --------
    >>> text = "Quay opens\n\nThe old quay opened on Monday after a long\ndelay that storms had caused.\n"
    >>> spans_of(["Quay opens", "The old quay opened on Monday after a long delay that storms had caused."], text)
    ((0, 10), (12, 84))
    """
    return tuple(_spans(texts, storable(text)))


def _spans(texts: Sequence[str], text: str) -> Iterator[Span | None]:
    end = 0
    for paragraph in texts:
        start = end
        while start < len(text) and not text.startswith(paragraph, start) and _is_taken(text, start):
            start += 1
        is_whole = text.startswith(paragraph, start)
        found = (start, start + len(paragraph)) if is_whole else _joined_span(paragraph, text, end)
        yield found
        if found is not None:
            end = found[1]


def _joined_span(paragraph: str, text: str, begin: int) -> Span | None:
    """Find a paragraph whose lines were joined: its characters follow each other but for what the cut takes away."""
    place, start = begin, -1
    for char in paragraph:
        if char.isspace() and text[place : place + 1] != char:
            continue  # the cut may put a space in the place of a line end
        while text[place : place + 1] != char:
            if place >= len(text) or not _is_taken(text, place):
                return None
            place += 1
        start = place if start < 0 else start
        place += 1
    return start, place


def _is_taken(text: str, place: int) -> bool:
    char = text[place]
    return (
        char in _TAKEN
        or is_blank(char)
        or text.startswith(_WRITTEN_BREAKS, place)
        or text.startswith(_WRITTEN_BREAKS, place - 1)
    )

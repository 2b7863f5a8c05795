r"""Lines within one block of a page: which line breaks end a paragraph, and text whose entities were escaped twice."""

import html
import re
from collections.abc import Sequence
from itertools import pairwise

from corestory.reading.html.serialised import MARK
from corestory.reading.text import split_text
from corestory.reading.word_count import word_count

# A line of so many words is prose.
PROSE_WORDS = 15
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।॥]['\"’”»›)\]」』*_]*$")
_ENTITY = re.compile(r"&(?!(?:lt|gt);)(?:[A-Za-z]{2,8}\d{0,2}|#\d{2,6}|#[xX][0-9A-Fa-f]{2,5});")


def cut_at_breaks(pieces: str, linked: Sequence[int]) -> list[tuple[str, int]]:
    r"""Cut a block's text at those single line breaks that end a paragraph.

    A break ends a paragraph after the end of a sentence, if prose is before it and after it, or a link is all of the
    line on one side; and every break does in a block of which most lines are prose. Other breaks are spaces: verse and
    addresses have them.

    Parameters
    ----------
    pieces
        The text, with `corestory.reading.html.serialised.MARK` in the place of each break.
    linked
        For each line how many of its characters are in links.

    Returns
    -------
    list of tuple of str and int
        Each paragraph's text, and how many of its characters are in links.

    Examples
    --------
    >>> story = "The quay was opened on Monday after a long delay that storms in the spring had caused."
    >>> cut_at_breaks(f"{story}\0READ MORE: Storm", [0, 16])[1]
    ('READ MORE: Storm', 16)
    >>> cut_at_breaks("The quay,\0the sea.", [0, 0])
    [('The quay, the sea.', 0)]
    """
    lines = [
        (text, count)
        for piece, count in zip(pieces.split(MARK), linked, strict=True)
        if (text := " ".join(piece.split()))
    ]
    if not lines:
        return []
    prose = [word_count(text) >= PROSE_WORDS for text, _ in lines]
    mostly_prose = len(lines) > 2 and 2 * sum(prose) >= len(lines)
    found = [lines[0]]
    for number, ((before, before_linked), (after, after_linked)) in enumerate(pairwise(lines)):
        ended = _SENTENCE_END.search(before) is not None
        is_link = after_linked >= 0.9 * len(after) or before_linked >= 0.9 * len(before)
        if not after[:1].islower() and (
            mostly_prose
            or (ended and prose[number] and (prose[number + 1] or is_link))
            or (is_link and prose[number + 1])
        ):
            found.append((after, after_linked))
        else:
            found[-1] = f"{found[-1][0]} {after}", found[-1][1] + after_linked
    return found


def cut_preformatted(text: str) -> list[str]:
    r"""Cut the text of a ``<pre>`` as plain text is cut, if there is prose in it; code and drawings stay one paragraph.

    Examples
    --------
    >>> text = "The old quay opened on Monday after a\nlong delay that storms in spring had caused.\n\nShips came."
    >>> cut_preformatted(text)
    ['The old quay opened on Monday after a long delay that storms in spring had caused.', 'Ships came.']
    >>> cut_preformatted("def quay():\n    return 1")
    ['def quay(): return 1']
    """
    paragraphs = [" ".join(paragraph.split()) for paragraph in split_text(text.replace(MARK, "\n"))]
    if any(word_count(paragraph) >= PROSE_WORDS for paragraph in paragraphs):
        return paragraphs
    return [" ".join(paragraphs)]


def unescaped(text: str) -> str:
    """Decode the entities that a page escaped twice, so that browsers show them as they are written.

    Examples
    --------
    >>> unescaped("&quot;Sorry,&quot; said Brisk &amp; Sons; AT&T; R&D"), unescaped("&unknown;")
    ('"Sorry," said Brisk & Sons; AT&T; R&D', '&unknown;')
    """
    return " ".join(_ENTITY.sub(lambda match: html.unescape(match[0]), text).split())

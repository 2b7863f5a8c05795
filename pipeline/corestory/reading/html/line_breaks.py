"""Ends of paragraphs within a block: at line breaks, at blank lines, and in preformatted text."""

import re
from collections.abc import Sequence
from itertools import pairwise

from corestory.reading.html.serialised import MARK
from corestory.reading.text import split_text, word_count

# The fewest words of a line of prose, and the fewest characters.
PROSE_WORDS, _PROSE_CHARACTERS = 15, 25
# The fewest words of a sentence that is an answer below a question, or a summary below a headline.
ANSWER_WORDS = 5
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔।॥]['\"’”»›)\]」』*_]*$")


def prose_word_count(text: str) -> int:
    """Count the words of a paragraph, or return 0 if they are too few for prose.

    Examples
    --------
    >>> prose_word_count("Share"), prose_word_count("On Monday " * 8)
    (0, 17)
    """
    if len(text) < _PROSE_CHARACTERS:
        return 0
    words = word_count(text)
    return words if words >= PROSE_WORDS else 0


def cut_at_breaks(pieces: str, linked: Sequence[int]) -> list[tuple[str, int]]:
    r"""Cut a block's text at those single line breaks that end a paragraph.

    A break ends a paragraph after the end of a sentence, if prose is before it and after it, or if a link is the whole
    line on one side. In a block whose lines are mostly prose, every break ends a paragraph. A block's first line is a
    paragraph, such as a headline, if it is a question, a link or ends without a mark, and prose follows, or a sentence
    that is all of the rest. Other breaks become spaces, as in verse and addresses.

    Parameters
    ----------
    pieces
        The text, with `corestory.reading.html.serialised.MARK` in place of each break.
    linked
        The number of characters of each line that are in links.

    Returns
    -------
    list of tuple of str and int
        Each paragraph's text, and the number of its characters that are in links.

    Examples
    --------
    >>> story = "The quay was opened on Monday after a long delay that storms in the spring had caused."
    >>> cut_at_breaks(f"{story}\0READ MORE: Storm", [0, 16])[1]
    ('READ MORE: Storm', 16)
    >>> [text for text, _ in cut_at_breaks(f"Quay reopens\0{story}", [0, 0])] == ["Quay reopens", story]
    True
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
        ended_after = _SENTENCE_END.search(after) is not None and word_count(after) >= ANSWER_WORDS
        was_link = before_linked >= 0.9 * len(before)
        is_link = was_link or after_linked >= 0.9 * len(after)
        heads = number == 0 and (was_link or before[-1].isalnum() or before[-1] in "?？؟")
        if not after[:1].islower() and (
            mostly_prose
            or (ended and prose[number] and (prose[number + 1] or is_link))
            or (prose[number + 1] and is_link)
            or (heads and (prose[number + 1] or (len(lines) == 2 and ended_after)))
        ):
            found.append((after, after_linked))
        else:
            found[-1] = f"{found[-1][0]} {after}", found[-1][1] + after_linked
    return found


# Two paragraphs of prose have more characters than this.
TWO_PARAGRAPHS = 2 * 2 * _PROSE_CHARACTERS
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")


def cut_at_blank_lines(text: str) -> list[str]:
    r"""Cut a block's text at its blank lines, if these can only be the ends of paragraphs that a style sheet shows.

    Examples
    --------
    >>> story = "The quay was opened on Monday after a long delay that storms in the spring had caused."
    >>> cut_at_blank_lines(f"{story}\n\nThe cost\n \n{story}") == [story, "The cost", story]
    True
    >>> cut_at_blank_lines("The quay\n\nwas opened.")
    ['The quay was opened.']
    """
    if _BLANK_LINE.search(text):
        pieces = [" ".join(piece.split()) for piece in _BLANK_LINE.split(text) if piece.strip()]
        prose = [piece for piece in pieces if word_count(piece) >= PROSE_WORDS]
        if (
            len(prose) > 1
            and 2 * len(prose) >= len(pieces)
            and all(map(_SENTENCE_END.search, prose))
            and not any(piece[0].islower() for piece in pieces)
        ):
            return pieces
    return [" ".join(text.split())]


def cut_preformatted(text: str) -> list[str]:
    r"""Cut the text of a ``<pre>`` like plain text, if it contains prose; code and drawings stay one paragraph.

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

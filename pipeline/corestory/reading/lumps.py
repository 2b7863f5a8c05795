"""A text whose line ends were lost, a single long line: what a program put in their place tells its paragraphs."""

import re

from corestory.reading.text_shapes import SENTENCE_END, is_markup, unpacked

# A single line of so many characters and sentences is a text whose line ends were lost.
LUMP_CHARACTERS = 700
LUMP_SENTENCES = 5
# What programs put in the place of line ends. There are so many of them, and of the longer pieces, with so many
# characters, such a share ends as sentences do.
_SEPARATORS = ("¶", r"\|\|", r"\t", r"[ \xa0]{2,}")
_SEPARATED, _PIECE, _ENDED = 3, 40, 0.7
# Or they put nothing there: "… on Monday.The quay …".
_GLUED = re.compile(r"(?:(?<=[^\W\dA-Z_]{2}[.!?…])|(?<=[.!?…][”’»\"]))(?=[\"“„«¿¡]?[^\W\da-zà-ÿ_][^\W\dA-Z_])")
_OPENING = re.compile(r"[\"'“‘„«‹(\[¿¡—–-]*\s?")
_ABBREVIATIONS = frozenset(
    (
        *("mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "gen", "col", "lt", "capt", "sgt"),
        *("rev", "hon", "gov", "sen", "rep", "pres", "no", "nr", "vs", "etc", "inc", "ltd", "co"),
        *("corp", "bros", "approx", "ca", "bzw", "usw", "ggf", "vgl", "str", "dipl", "ing", "hr", "fr"),
        *("mme", "mlle", "sra", "dra", "av", "art", "vol", "fig", "jan", "feb", "mar", "apr", "jun"),
        *("jul", "aug", "sept", "sep", "oct", "nov", "dec", "mt", "ft", "dept"),
    )
)


def is_lump(text: str) -> bool:
    r"""Return whether nothing but its sentences tells a text's paragraphs: no line ends, nothing for them, no tags.

    Examples
    --------
    >>> is_lump("It rained. It stopped.\n"), is_lump("It rained.\rIt stopped."), is_lump(r"Rain.\n\nSun.")
    (True, False, False)
    """
    lines = unpacked(text).strip().splitlines()
    return len(lines) == 1 and not is_markup(text) and not _separated(lines[0])


def lump_paragraphs(text: str) -> list[str]:
    r"""Cut a single long line at what stands in the place of its line ends, else into its sentences.

    A shorter line, or one of few sentences, is returned whole.

    Examples
    --------
    >>> story = "The quay was opened on Monday after a long delay. Nobody came to see it. "
    >>> lump_paragraphs("\t".join(["The quay", *[story * 4] * 4]))[:2] == ["The quay", (story * 4).strip()]
    True
    """
    if len(text) < LUMP_CHARACTERS:
        return [text]
    return _separated(text) or lump_sentences(text)


def _separated(text: str) -> list[str]:
    """Cut a line at the first separator whose longer pieces end as sentences, if any."""
    for separator in (*map(re.compile, _SEPARATORS), _GLUED):
        pieces = [piece for part in separator.split(text) if (piece := part.strip())]
        long = [piece for piece in pieces if len(piece) >= _PIECE]
        ended = sum(SENTENCE_END.search(f"{piece[-8:]} ") is not None for piece in long)
        if len(pieces) > _SEPARATED and len(long) >= _SEPARATED and ended >= _ENDED * len(long):
            return pieces
    return []


# The date and the time of an article end its head, which runs into the first sentence.
_HEAD_CHARACTERS = 250
_HEAD = re.compile(
    r"\b(?:19|20)\d\d\b\D{1,6}\d{1,2}[:.h]\d\d(?: ?(?:Uhr|hrs?|[ap]m|[A-Z]{2,4}))?+(?=\s+[\"“„«]?[^\W\da-z_])"
)


def lump_sentences(text: str) -> list[str]:
    """Cut a single long line into its sentences; a shorter one, or one of few sentences, is returned whole.

    Parameters
    ----------
    text
        A line.

    Returns
    -------
    list of str
        Nothing is lost but the white space between sentences.

    Examples
    --------
    >>> story = "The quay opened on Monday after a long delay. Dr. Brisk said that she was glad of it. " * 10
    >>> lump_sentences(story.strip())[:2]
    ['The quay opened on Monday after a long delay.', 'Dr. Brisk said that she was glad of it.']
    """
    if len(text) < LUMP_CHARACTERS:
        return [text]
    head = _HEAD.search(text[:_HEAD_CHARACTERS])
    begin = head.end() if head else 0
    found = [text[:begin].strip()] if head else []
    for match in SENTENCE_END.finditer(text):
        if _ends_sentence(text, begin, match):
            found.append(text[begin : match.end()].strip())
            begin = match.end()
    if begin < len(text):
        found.append(text[begin:].strip())
    return found if len(found) >= LUMP_SENTENCES else [text]


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    if match.end() >= len(text):
        return False
    opening = _OPENING.match(text, match.end())
    start = opening.end() if opening else match.end()
    first = text[start : start + 1]  # text[start:] would copy the rest for each sentence
    if first.islower() or not (first.isalnum()):
        return False
    if text[match.start()] != "." or text[match.start() : match.start() + 2] == "..":
        return True
    word = text[max(begin, match.start() - 20) : match.start()].rpartition(" ")[2].lstrip("(\"'“‘„«[")
    # Initials ("J. Smith"), abbreviations with points of their own ("U.S.", "z.B."), and German ordinals ("3. Mai").
    return not (len(word) == 1 or "." in word or word.lower() in _ABBREVIATIONS or (word.isdigit() and len(word) < 3))

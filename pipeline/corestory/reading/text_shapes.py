r"""Texts that are not a paragraph per line: mail, subtitles, written-out line ends, one long line.

In a single long line, the marks that a program put in place of line ends separate the paragraphs.
"""

import html
import json
import quopri
import re
from contextlib import suppress
from itertools import groupby, pairwise

# The fewest consecutive quoted lines of mail. Fewer are quotations in Markdown or a writer's own sign, unless the
# second line goes on in lower case.
QUOTED_LINES = 3
# The least share of lines with a tag in a text that is HTML.
MARKUP_LINES = 0.3

# The fewest subtitles of a film or a talk; fewer are an example in a text.
CUES = 3

# The fewest times on their own lines in a transcript; the fewest numbers of lines; the number of first characters with
# the first time or number; the most characters of a time.
CLOCKS, NUMBERS, _HEAD, _CLOCK_SIZE = 8, 8, 1000, 10
GOING_ON = 0.2
"""The least share of lines, in both, that go on in lower case or are in a script without case."""
_CLOCK = re.compile(r"\[?\(?(?:\d{1,2}:)?\d{1,2}:\d\d\)?\]?")
_NUMBERED = re.compile(r"^[ \t]*(\d{1,4})(?:[ \t]{1,6})(?=\S)", re.MULTILINE)
# A subtitle of SubRip or WebVTT: its name or number, its times and its lines.
_TIME = r"(?:\d+:)?\d\d:\d\d[.,]\d{3}"
_CUE = re.compile(rf"(?:^[^\n]*\n)?^{_TIME}[ \t]+-->[ \t]+{_TIME}[^\n]*\n((?:[ \t]*\S[^\n]*(?:\n|\Z))*)", re.MULTILINE)
_CUE_MARKUP = re.compile(r"</?(?:[bicuv]|lang|ruby|rt|font)\b[^<>\n]*>|\{\\an?\d\}")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_TEXT_NAMES = ("text", "body", "content", "articleBody", "article", "maintext", "main_text", "full_text", "story")
_WRITTEN_BREAK = re.compile(r"(?:\\r)?\\n")
# The mark of a news service that has cut a text off.
_CUT_OFF = re.compile(r"\s*(\[\+\d+ chars\])\s*$")
# In a long row of points, only the first is searched: searching each would take quadratic time.
SENTENCE_END = re.compile(r"(?:(?<![.!?…])[.!?…]+[\"'”’“‘»«›‹)\]]*(?=\s)|[。！？]+[」』”’）]*|[।॥۔؟։።။។](?=\s))\s*")
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|blockquote|article|section|table|tr|td|figure|html|body)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
# The fewest characters that a program has written out ("&#8217;", "\u2019", "=E2=80=99"); fewer may be examples of
# code.
ESCAPES = 3
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}\d{0,2});")
_UNICODE = re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2})?\\u[0-9a-fA-F]{4}")
# Quoted-printable: the two bytes of a character, or a line that continues.
_PRINTABLE = re.compile(r"=[C-F][0-9A-F]=[89AB][0-9A-F]|(?<!=)=\r?\n(?=.*=)")


def unpacked(text: str) -> str:
    r"""Return a text with real characters and line breaks, without marks of quoted mail, times and line numbers.

    Examples
    --------
    >>> unpacked(r"The quay opened.\n\nShips came.\nMore came.")
    'The quay opened.\n\nShips came.\nMore came.'
    >>> unpacked("Ann wrote:\n> The quay\n> opened.\n>\n> Ships came.")
    'Ann wrote:\n\nThe quay\nopened.\n\nShips came.\n'
    """
    # Searching one character is twenty times as fast as searching two, and most texts have neither of these.
    if "\\" in text and "\\n" in text and "\n" not in text.strip():
        breaks = len(_WRITTEN_BREAK.findall(text))
        text = _of_json(text.strip()) or (_WRITTEN_BREAK.sub("\n", text) if breaks > 1 else text)
    text = without_escapes(text)
    has_greater = ">" in text
    if has_greater and " --> " in text:
        text = _without_times(text)
    elif ":" in text[:_HEAD] and text.count(":") >= CLOCKS:
        text = _without_clock(text)
    text = _without_numbers(text)
    return _unquoted(text) if has_greater and ("\n>" in text or text.startswith(">")) else text


def without_escapes(text: str) -> str:
    r"""Decode the characters that are written out in a text, if there are several.

    Examples
    --------
    >>> without_escapes("It&#8217;s late, &quot;she&quot; said."), without_escapes(r"It\u2019s \u201clate\u201d.")
    ('It’s late, "she" said.', 'It’s “late”.')
    >>> without_escapes("Caf=C3=A9, caf=C3=A9 and a long =\ncaf=C3=A9"), without_escapes("Write &amp; for a sign.")
    ('Café, café and a long café', 'Write &amp; for a sign.')
    """
    if "&" in text and len(_ENTITY.findall(text)) >= ESCAPES:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "\\" in text and "\\u" in text and len(_UNICODE.findall(text)) >= ESCAPES:
        text = _UNICODE.sub(_character, text)
    if "=" in text and len(_PRINTABLE.findall(text)) >= ESCAPES:
        with suppress(UnicodeError):
            text = quopri.decodestring(text.encode()).decode()
    return text


def is_markup(text: str) -> bool:
    """Return whether a text is HTML, so that tags, not lines, mark its paragraphs.

    Examples
    --------
    >>> is_markup("<p>The quay opened.</p><p>Ships came.</p>"), is_markup("Ships < boats > rafts")
    (True, False)
    """
    if "<" not in text:
        return False
    tags = len(_BLOCK_TAG.findall(text))
    starts = _BLOCK_TAG.match(text.lstrip()) is not None
    if tags < (2 if starts else 3):
        return False
    # Not a text that shows some HTML as an example, nor one with a line of data that contains HTML.
    lines = [line for line in text.splitlines() if line.strip()]
    return tags > len(_BLANK_LINE.findall(text)) and sum("<" in line for line in lines) >= MARKUP_LINES * len(lines)


def without_cut_off(paragraph: str) -> list[str]:
    """Split a paragraph from the mark of a news service that has cut the text off.

    Examples
    --------
    >>> without_cut_off("The quay op… [+2315 chars]")
    ['The quay op…', '[+2315 chars]']
    """
    match = _CUT_OFF.search(paragraph[-40:])
    if match is None or len(match[0]) == len(paragraph):
        return [paragraph]
    return [paragraph[: -len(match[0])], match[1]]


def _without_times(text: str) -> str:
    """Write subtitles as prose: a new line after each subtitle that ends a sentence."""
    cues = _CUE.findall(text.replace("\r\n", "\n"))
    if len(cues) < CUES:
        return text
    spoken = [" ".join(_CUE_MARKUP.sub("", cue).split()) for cue in cues]
    return "".join(f"{cue}\n" if SENTENCE_END.search(f"{cue[-3:]} ") else f"{cue} " for cue in spoken if cue)


def _without_clock(text: str) -> str:
    """Write a transcript as prose, if its spoken lines are between times of day or of a film."""
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    times = [index for index, line in enumerate(lines) if len(line) <= _CLOCK_SIZE and _CLOCK.fullmatch(line)]
    if len(times) < CLOCKS or 3 * len(times) < len(lines):
        return text
    spoken = [line for line in lines if not _CLOCK.fullmatch(line)]
    if 2 * sum(not SENTENCE_END.search(f"{line[-3:]} ") for line in spoken) < len(spoken):
        return text
    # Lists of headlines have the latest time first. In listings of programmes, each line begins anew, as headlines do.
    clocks = [[int(number) for number in re.findall(r"\d+", f"0:{lines[index]}")][-3:] for index in times]
    going_on = sum(1 for line in spoken if line[:1].islower() or line[:1].upper() == line[:1].lower())
    if any(later < sooner for sooner, later in pairwise(clocks)) or going_on < GOING_ON * len(spoken):
        return text
    return "".join(f"{line}\n" if SENTENCE_END.search(f"{line[-3:]} ") else f"{line} " for line in spoken)


def _without_numbers(text: str) -> str:
    """Remove the line numbers of a text, if many of its lines go on in lower case; those of a ranking do not."""
    first = _NUMBERED.search(text[:_HEAD]) if "1" in text[:_HEAD] else None
    if first is None or first[1] not in ("1", "01", "001"):
        return text
    numbers = [int(match[1]) for match in _NUMBERED.finditer(text)]
    lines = sum(1 for line in text.split("\n") if line.strip())
    ascending = 1 + sum(after == before + 1 for before, after in pairwise(numbers))
    going_on = sum(1 for match in _NUMBERED.finditer(text) if text[match.end()].islower())
    if ascending < NUMBERS or ascending < 0.8 * lines or going_on < GOING_ON * ascending:
        return text
    return _NUMBERED.sub("", text)


def _of_json(text: str) -> str:
    """Return the text in a JSON string, or in an object under a name such as "text"; empty if there is none."""
    if text[:1] + text[-1:] not in ('""', "{}"):
        return ""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(value, dict):
        value = next((value[name] for name in _TEXT_NAMES if isinstance(value.get(name), str)), "")
    return str(value)


def _unquoted(text: str) -> str:
    runs = [
        (is_quoted, list(lines)) for is_quoted, lines in groupby(text.split("\n"), lambda line: line.startswith(">"))
    ]
    # If a mail quotes whole paragraphs, a shorter run of quoted lines is also a quotation.
    least = 2 if any(is_quoted and len(lines) >= QUOTED_LINES for is_quoted, lines in runs) else QUOTED_LINES
    parts = []
    for is_quoted, lines in runs:
        wrapped = len(lines) > 1 and _QUOTE.sub("", lines[1], count=1)[:1].islower()
        if is_quoted and (len(lines) >= least or wrapped):
            # A blank line on both sides, because a quoted line does not go on in one that is not quoted.
            lines = ["", *(_QUOTE.sub("", line, count=1) for line in lines), ""]
        parts += lines
    return "\n".join(parts)


def _character(escape: re.Match[str]) -> str:
    units = bytes.fromhex("".join(escape[0].split("\\u")))
    try:
        return units.decode("utf-16-be")
    except UnicodeError:  # half a surrogate pair
        return escape[0]


# The fewest characters and sentences of a single line that is a text without its line ends.
LUMP_CHARACTERS = 700
LUMP_SENTENCES = 5
# The marks that programs put in place of line ends.
_SEPARATORS = ("¶", r"\|\|", r"\t", r"[ \xa0]{2,}")
# The fewest such marks, the fewest characters of a longer piece, and the least share of longer pieces that end as
# sentences do.
_SEPARATED, _PIECE, _ENDED = 3, 40, 0.7
# Some programs put nothing there: "… on Monday.The quay …".
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
    r"""Return whether only sentences separate a text's paragraphs: no line ends, no marks in their place, no tags.

    Examples
    --------
    >>> is_lump("It rained. It stopped.\n"), is_lump("It rained.\rIt stopped."), is_lump(r"Rain.\n\nSun.")
    (True, False, False)
    """
    lines = unpacked(text).strip().splitlines()
    return len(lines) == 1 and not is_markup(text) and not _separated(lines[0])


def lump_paragraphs(text: str) -> list[str]:
    r"""Cut a single long line at the marks in place of its line ends, or else into its sentences.

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
    """Cut a line at the first separator whose longer pieces end as sentences; return nothing if there is none."""
    for separator in (*map(re.compile, _SEPARATORS), _GLUED):
        pieces = [piece for part in separator.split(text) if (piece := part.strip())]
        long = [piece for piece in pieces if len(piece) >= _PIECE]
        ended = sum(SENTENCE_END.search(f"{piece[-8:]} ") is not None for piece in long)
        if len(pieces) > _SEPARATED and len(long) >= _SEPARATED and ended >= _ENDED * len(long):
            return pieces
    return []


# An article's head may end in its date and time, or in a name and a date, and run into the first sentence.
_ARTICLE_HEAD_CHARACTERS = 250
_ARTICLE_HEAD = re.compile(
    r"(?:^[^.!?]{10,200}?[^\W\da-z_]\w+(?:,\s(?:\w+\s){0,2}\w{4,})?[\s,|·–-]+"
    r"(?:\d{1,2}\.?\s[^\W\d_]{3,12}\.?\s|[^\W\d_]{3,12}\.?\s\d{1,2},?\s|\d{1,2}[./]\d{1,2}[./])20\d\d(?:\s?[|·–-])?|"
    r"\b(?:19|20)\d\d\b\D{1,6}\d{1,2}[:.h]\d\d(?: ?(?:Uhr|hrs?|[ap]m|[A-Z]{2,4}))?+)(?=\s+[\"“„«]?[^\W\da-z_])"
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
        The sentences; only the white space between them is lost.

    Examples
    --------
    >>> story = "The quay opened on Monday after a long delay. Dr. Brisk said that she was glad of it. " * 10
    >>> lump_sentences(story.strip())[:2]
    ['The quay opened on Monday after a long delay.', 'Dr. Brisk said that she was glad of it.']
    """
    if len(text) < LUMP_CHARACTERS:
        return [text]
    head = _ARTICLE_HEAD.search(text[:_ARTICLE_HEAD_CHARACTERS])
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

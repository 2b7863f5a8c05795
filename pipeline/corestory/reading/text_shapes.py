r"""Shapes in which text arrives that is not a paragraph a line: mail, subtitles, written-out line ends, one long line.

In a single long line, what a program put in the place of its line ends tells its paragraphs.
"""

import html
import json
import quopri
import re
from contextlib import suppress
from itertools import groupby, pairwise

# Lines that are quoted so many at a time are mail; fewer are Markdown's quotations, unless the second goes on in lower
# case, or a writer's own sign.
QUOTED_LINES = 3
# The least share of the lines with a tag in a text that is HTML.
MARKUP_LINES = 0.3

# The fewest subtitles of a film or a talk; fewer are an example in a text.
CUES = 3

# A transcript has so many times on lines of their own, among its first characters the first; a text so many numbers.
CLOCKS, NUMBERS, _HEAD, _CLOCK_SIZE = 8, 8, 1000, 10
GOING_ON = 0.2
"""In both, such a share of the lines goes on in lower case, or has a script without it."""
_CLOCK = re.compile(r"\[?\(?(?:\d{1,2}:)?\d{1,2}:\d\d\)?\]?")
_NUMBERED = re.compile(r"^[ \t]*(\d{1,4})(?:[ \t]{1,6})(?=\S)", re.MULTILINE)
# A subtitle of SubRip or WebVTT: its name or number, its times, its lines.
_TIME = r"(?:\d+:)?\d\d:\d\d[.,]\d{3}"
_CUE = re.compile(rf"(?:^[^\n]*\n)?^{_TIME}[ \t]+-->[ \t]+{_TIME}[^\n]*\n((?:[ \t]*\S[^\n]*(?:\n|\Z))*)", re.MULTILINE)
_CUE_MARKUP = re.compile(r"</?(?:[bicuv]|lang|ruby|rt|font)\b[^<>\n]*>|\{\\an?\d\}")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_TEXT_NAMES = ("text", "body", "content", "articleBody", "article", "maintext", "main_text", "full_text", "story")
_WRITTEN_BREAK = re.compile(r"(?:\\r)?\\n")
# News services cut a text off with this mark.
_CUT_OFF = re.compile(r"\s*(\[\+\d+ chars\])\s*$")
# From its second mark on, a long row of points is not searched again: that would take quadratic time.
SENTENCE_END = re.compile(r"(?:(?<![.!?…])[.!?…]+[\"'”’“‘»«›‹)\]]*(?=\s)|[。！？]+[」』”’）]*|[।॥۔؟։።။។](?=\s))\s*")
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|blockquote|article|section|table|tr|td|figure|html|body)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
# The characters that a program has written out ("&#8217;", "\u2019", "=E2=80=99"); fewer may be an example of code.
ESCAPES = 3
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}\d{0,2});")
_UNICODE = re.compile(r"(?:\\u[dD][89abAB][0-9a-fA-F]{2})?\\u[0-9a-fA-F]{4}")
# Quoted-printable: the two bytes of a character, or a line that goes on.
_PRINTABLE = re.compile(r"=[C-F][0-9A-F]=[89AB][0-9A-F]|(?<!=)=\r?\n(?=.*=)")


def unpacked(text: str) -> str:
    r"""Return a text with its characters and line breaks as such, without marks of quoted mail, times and line numbers.

    Examples
    --------
    >>> unpacked(r"The quay opened.\n\nShips came.\nMore came.")
    'The quay opened.\n\nShips came.\nMore came.'
    >>> unpacked("Ann wrote:\n> The quay\n> opened.\n>\n> Ships came.")
    'Ann wrote:\n\nThe quay\nopened.\n\nShips came.\n'
    """
    # A single character is looked for twenty times as fast as two, and most texts have neither of these.
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
    r"""Decode the characters that a text has written out, if there are several.

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
    """Return whether a text is HTML: tags, not lines, mark its paragraphs.

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
    # Not text in which somebody shows some HTML, nor one with a line of data that holds it.
    lines = [line for line in text.splitlines() if line.strip()]
    return tags > len(_BLANK_LINE.findall(text)) and sum("<" in line for line in lines) >= MARKUP_LINES * len(lines)


def without_cut_off(paragraph: str) -> list[str]:
    """Part a paragraph from the mark by which a news service says that it has cut the text off.

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
    """Write subtitles as prose: a line for what is said until a sentence ends."""
    cues = _CUE.findall(text.replace("\r\n", "\n"))
    if len(cues) < CUES:
        return text
    spoken = [" ".join(_CUE_MARKUP.sub("", cue).split()) for cue in cues]
    return "".join(f"{cue}\n" if SENTENCE_END.search(f"{cue[-3:]} ") else f"{cue} " for cue in spoken if cue)


def _without_clock(text: str) -> str:
    """Write a transcript whose spoken lines stand between the times of day or of a film as prose."""
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    times = [index for index, line in enumerate(lines) if len(line) <= _CLOCK_SIZE and _CLOCK.fullmatch(line)]
    if len(times) < CLOCKS or 3 * len(times) < len(lines):
        return text
    spoken = [line for line in lines if not _CLOCK.fullmatch(line)]
    if 2 * sum(not SENTENCE_END.search(f"{line[-3:]} ") for line in spoken) < len(spoken):
        return text
    # Lists of headlines have the last time first; those of what is on begin each line anew, as headlines do.
    clocks = [[int(number) for number in re.findall(r"\d+", f"0:{lines[index]}")][-3:] for index in times]
    going_on = sum(1 for line in spoken if line[:1].islower() or line[:1].upper() == line[:1].lower())
    if any(later < sooner for sooner, later in pairwise(clocks)) or going_on < GOING_ON * len(spoken):
        return text
    return "".join(f"{line}\n" if SENTENCE_END.search(f"{line[-3:]} ") else f"{line} " for line in spoken)


def _without_numbers(text: str) -> str:
    """Take the numbers from the lines of a text of which many go on in lower case: those of a ranking do not."""
    first = _NUMBERED.search(text[:_HEAD]) if "1" in text[:_HEAD] else None
    if first is None or first[1] not in ("1", "01", "001"):
        return text
    numbers = [int(match[1]) for match in _NUMBERED.finditer(text)]
    lines = sum(1 for line in text.split("\n") if line.strip())
    ascending = 1 + sum(other == one + 1 for one, other in pairwise(numbers))
    going_on = sum(1 for match in _NUMBERED.finditer(text) if text[match.end()].islower())
    if ascending < NUMBERS or ascending < 0.8 * lines or going_on < GOING_ON * ascending:
        return text
    return _NUMBERED.sub("", text)


def _of_json(text: str) -> str:
    """Return the text that a string of JSON holds, or an object under a name such as "text"; nothing if it is none."""
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
    # Of a mail that quotes whole paragraphs, a shorter run is one as well.
    least = 2 if any(is_quoted and len(lines) >= QUOTED_LINES for is_quoted, lines in runs) else QUOTED_LINES
    parts = []
    for is_quoted, lines in runs:
        wrapped = len(lines) > 1 and _QUOTE.sub("", lines[1], count=1)[:1].islower()
        if is_quoted and (len(lines) >= least or wrapped):
            # A blank line on both sides: what is quoted goes on in no line that is not.
            lines = ["", *(_QUOTE.sub("", line, count=1) for line in lines), ""]
        parts += lines
    return "\n".join(parts)


def _character(escape: re.Match[str]) -> str:
    units = bytes.fromhex("".join(escape[0].split("\\u")))
    try:
        return units.decode("utf-16-be")
    except UnicodeError:  # half a pair
        return escape[0]


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


# The date and the time of an article end its head, which runs into the first sentence; so does a date behind a name.
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
        Nothing is lost but the white space between sentences.

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

r"""Shapes in which text arrives that is not a paragraph a line: mail, subtitles, written-out line breaks, one line."""

import json
import re
from itertools import groupby

# Lines that are quoted so many at a time are mail; fewer are Markdown's quotations, unless the second goes on in lower
# case, or a writer's own sign.
QUOTED_LINES = 3
# A single line of so many characters and sentences is a text whose line ends were lost.
LUMP_CHARACTERS = 700
LUMP_SENTENCES = 5
# Of the lines of a text that is HTML, this share has a tag.
MARKUP_LINES = 0.3

# So many subtitles are a film's or a talk's; fewer are an example in a text.
CUES = 3

# A subtitle of SubRip or WebVTT: its name or number, its times, its lines.
_TIME = r"(?:\d+:)?\d\d:\d\d[.,]\d{3}"
_CUE = re.compile(rf"(?:^[^\n]*\n)?^{_TIME}[ \t]+-->[ \t]+{_TIME}[^\n]*\n((?:[ \t]*\S[^\n]*(?:\n|\Z))*)", re.MULTILINE)
_CUE_MARKUP = re.compile(r"</?(?:[bicuv]|lang|ruby|rt|font)\b[^<>\n]*>|\{\\an?\d\}")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_WRITTEN_BREAK = re.compile(r"(?:\\r)?\\n")
# News services cut a text off with this mark.
_CUT_OFF = re.compile(r"\s*(\[\+\d+ chars\])\s*$")
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"'”’“‘»«›‹)\]]*(?=\s)|[。！？]+[」』”’）]*|[।॥۔؟։።။។](?=\s))\s*")
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
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|h[1-6]|ul|ol|li|blockquote|article|section|table|tr|td|figure|html|body)\b[^<>]{0,300}>",
    re.IGNORECASE,
)
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")


def unpacked(text: str) -> str:
    r"""Return a text with its line breaks as such, without the marks of quoted mail and the times of subtitles.

    Examples
    --------
    >>> unpacked(r"The quay opened.\n\nShips came.\nMore came.")
    'The quay opened.\n\nShips came.\nMore came.'
    >>> unpacked("Ann wrote:\n> The quay\n> opened.\n>\n> Ships came.")
    'Ann wrote:\n\nThe quay\nopened.\n\nShips came.\n'
    """
    if "\\n" in text and "\n" not in text.strip() and len(_WRITTEN_BREAK.findall(text)) > 1:
        text = _of_json(text.strip()) or _WRITTEN_BREAK.sub("\n", text)
    if " --> " in text:
        text = _without_times(text)
    return _unquoted(text) if "\n>" in text or text.startswith(">") else text


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


def is_lump(text: str) -> bool:
    r"""Return whether nothing but its sentences tells the paragraphs of a text: no line ends, no tags.

    Examples
    --------
    >>> is_lump("It rained. It stopped.\n"), is_lump("It rained.\rIt stopped."), is_lump(r"Rain.\n\nSun.")
    (True, False, False)
    """
    return len(unpacked(text).strip().splitlines()) == 1 and not is_markup(text)


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
    found = []
    begin = 0
    for match in _SENTENCE_END.finditer(text):
        if _ends_sentence(text, begin, match):
            found.append(text[begin : match.end()].strip())
            begin = match.end()
    if begin < len(text):
        found.append(text[begin:].strip())
    return found if len(found) >= LUMP_SENTENCES else [text]


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


def _without_times(text: str) -> str:
    """Write subtitles as prose: a line for what is said until a sentence ends."""
    cues = _CUE.findall(text.replace("\r\n", "\n"))
    if len(cues) < CUES:
        return text
    said = [" ".join(_CUE_MARKUP.sub("", cue).split()) for cue in cues]
    return "".join(f"{cue}\n" if _SENTENCE_END.search(f"{cue} ", len(cue) - 3) else f"{cue} " for cue in said if cue)


def _of_json(text: str) -> str:
    """Return the text that a string of JSON holds, and nothing if it is none."""
    if text[:1] != '"' or text[-1:] != '"':
        return ""
    try:
        return str(json.loads(text))
    except ValueError:
        return ""


def _unquoted(text: str) -> str:
    parts = []
    for is_quoted, lines in groupby(text.split("\n"), key=lambda line: line.startswith(">")):
        run = list(lines)
        wrapped = len(run) > 1 and _QUOTE.sub("", run[1], count=1)[:1].islower()
        if is_quoted and (len(run) >= QUOTED_LINES or wrapped):
            # A blank line on both sides: what is quoted goes on in no line that is not.
            run = ["", *(_QUOTE.sub("", line, count=1) for line in run), ""]
        parts += run
    return "\n".join(parts)

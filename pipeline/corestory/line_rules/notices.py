"""Filler by its own words: notices, sponsors, code, ends of press releases, fields of e-mails and exports.

Notes on corrections, on cookies and on the reason for a newsletter are sentences like those of the story, and in a text
no element identifies them. But each language has few ways to begin them. An advertisement, too, reads like a paragraph
of the story. But a sponsor's label begins its element, and the element is small.

Above a text there may be the fields of an e-mail, also of a forwarded one, or of an export: "Subject: …", "Slug: …". A
line of dialogue has the same form, so known names of fields must be among several fields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.patterns import pattern, words_of
from corestory.types import Bool, Float

NOTICE_WORDS = 60
"""The most words of a notice."""
HEADING_WORDS = 8
"""The most words of the line that ends a press release."""
NEAR = 5
"""The number of lines from the end line of a press release on, among which at least one is kept."""
STORY_WORDS, AFTER = 40, 0.6
"""The fewest kept words before that end line, and the most kept words after it as a share of those before."""
CODE_LINES = 3
"""The fewest consecutive lines of code that belong to the story. Scripts of advertisements never do."""
LABEL_WORDS = 8
"""The most words of a sponsor's label."""
ELEMENT = 0.3
"""The greatest share of an article's kept words in the element of an advertisement."""
MAIL_LINES, MAIL_WORDS = 16, 25
"""The number of first lines that may hold the head of an e-mail, and the most words of each field."""
MOST_ABOVE = 0.5
"""The greatest share of the kept words that are above a forwarded e-mail, or above the browser link of a newsletter."""
LINK_LINES, LINK_CHARACTERS = 6, 150
"""The number of first lines that may hold that link, and the most characters of its line."""
BARE_CHARACTERS, BARE_WORDS = 24, 5
"""The most characters of a link that names no letter, and the most words of one that does not begin as a call does."""
GREETING_WORDS = 12
"""The most words of a greeting below the head of an e-mail: "Hi all, the piece for tomorrow:"."""
FIELDS, KNOWN = 3, 2
"""The fewest fields of an export above a text, and the fewest of them with known names."""
FIELD_WORDS = 40
"""The most words of a field."""
FRONT_LINES = 40
"""The most lines of the front matter of a Markdown file, half of which are fields."""

# Lines of agencies: an exchange rate "($1 = 9.80 crowns)", initials of editors "al/mj", an address of a printed page
# "[1] http://…", the name below a quoted post "— Ann Lee (@ann) May 3", and notes to editors "Eds: ...",
# "(Adds quotes)", "(more)", "((desk@wire.example))".
_NOTICES = (
    r"[\W_]{0,3}(?:(?:{corrections})(?: \(?[\d./ ]{4,12}\)?)?\s?[:：]|"
    r"(?:(?:{heads of notes})\s?[:：]\s*)?(?:{notes on corrections})|{notices about cookies}|"
    r"(?:{why one gets a letter})|{lines of agencies})"
)
# Labels such as "Advertisement" alone are missing here, because they also begin sections of stories.
_SPONSORS = (
    r"\W*(?:(?:(?:sponsored|promoted|paid) ?(?:content|post)?|{headings of boxes})\W*$|"
    r"(?:{labels before sponsors}) \S|(?:{headings of boxes}|{headings of boxes and polls})\s?[:：])"
)
# Scripts of advertisements, and placeholders that a publishing system did not replace: '[poll id="3"]',
# "[caption]The quay[/caption]", "{{banner}}".
_SCRIPT = r"(?:window\.|var )?(?:googletag|adsbygoogle|_taboola|dataLayer|fusetag|gtag|fbq|ga|OA_show)\b[ .=(\[].*[;)}]"
_CODE = (
    rf"{_SCRIPT}|\[/?[a-z][\w-]*(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\]]+))+\s*/?\]|\[/[a-z][\w-]*\]|"
    r"\{\{[^{}]*\}\}|\{%[^{}]*%\}|<!--.*-->|[\[\s]{0,2}\{\s{0,2}\"[^\"]{1,60}\"\s*:.*[\]}]|"
    r"\[(?P<code>caption|wp_caption|embed|video|audio|playlist|youtube|tweet|twitter|instagram|img|url|media|iframe|"
    r"button|su_\w+|vc_\w+)\b[^\]]*\].*\[/(?P=code)\]"
)
_CODE_BEGINS, _CODE_ENDS = ("window.", "var ", "goog", "adsby", "_tab", "dataL", "fuse", "gtag", "fbq", "ga", "OA_",
                            "[", "{", "<!--"), (";", ")", "}", "]", "-->")  # fmt: skip
_MAIL = r"\W{0,4}({fields of mail})\s?[:：]\s?\S"
_FORWARDED = r"[\W_]*(?:begin )?(?:{marks of mail that is passed on})[\W_]*"
_BROWSER = r"(?:.*[?!.,:;|(–-]\s*)?(?:(?:please )?(?:click|tap)(?: here)? to )?(?:{links to a letter in the browser})"
_FRONT_FIELD = r"([\w-]{1,30})\s?[:=](?:\s|$)"
_FIELD = r"[\W_]{0,4}([^\W\d_][^\W\d_ -]{0,20}(?:[ -][^\W\d_]{1,12})?)\s?[:：](?:\s|$)"


def notices(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are notices by their words, and those after the end of a press release.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,): notes on corrections, notices about cookies and lines of news agencies.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> batch = batch_of_articles([Article("a", ["The quay is open.", "This article was amended on 3 May."])])
    >>> notices(batch, np.array([4.0, 7.0]), np.ones(2, bool)).tolist()
    [False, True]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    found[[row for row in np.flatnonzero(kept & (words <= NOTICE_WORDS)).tolist() if is_notice(texts[row])]] = True
    return found | _after_releases(batch, words, kept)


def is_notice(text: str) -> bool:
    """Return whether a text begins as a note on a correction, a notice about cookies or a line of a news agency.

    Examples
    --------
    >>> is_notice("We and our 214 partners store information."), is_notice("We and our neighbours store coal.")
    (True, False)
    """
    return pattern(_NOTICES).match(text) is not None


def ends_release(text: str) -> bool:
    """Return whether a line ends a press release: "- ENDS -", or a heading of contacts or of legal notes.

    Examples
    --------
    >>> ends_release("###"), ends_release("Media contact:"), ends_release("The story ends")
    (True, True, False)
    """
    return pattern(r"[\W_]{0,3}(?:{ends of press releases})").fullmatch(text.rstrip(" :")) is not None


def _after_releases(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs from the end line of a press release on: "- ENDS -", or a heading of contacts."""
    layout, found = batch.layout, np.zeros(len(kept), bool)
    near = kept.copy()
    for after in range(1, NEAR):
        near[:-after] |= kept[after:]
    before, end = np.append(0.0, np.cumsum(words * kept)), 0
    of_story, of_rest = before[:-1] - before[layout.start], before[layout.end] - before[:-1]
    may_end = near & (words <= HEADING_WORDS) & (of_story >= STORY_WORDS) & (of_rest <= AFTER * of_story)
    headings = dict[int, int]()
    for row in np.flatnonzero(may_end).tolist():
        if row >= end and ends_release(batch.texts[row]):
            first, last = int(layout.start[row]), int(layout.end[row])
            # In Markdown "###" may be an empty heading.
            is_mark = not batch.texts[row].strip("# ")
            if is_mark and first not in headings:
                headings[first] = sum(line.startswith("#") for line in batch.texts[first:last])
            if not (is_mark and headings[first] > 1):
                found[row:last] = kept[row:last]
                end = last
    return found


def advertisements(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are code, and in pages those in an element that begins with a sponsor's label.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> batch = batch_of_articles([Article("a", ["The quay is open.", "{{banner}}", "[Laughs]"])])
    >>> advertisements(batch, np.array([4.0, 1.0, 1.0]), np.ones(3, bool)).tolist()
    [False, True, False]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    rows = np.flatnonzero(kept).tolist()
    code = [row for row in rows if texts[row].endswith(_CODE_ENDS) and texts[row].startswith(_CODE_BEGINS)]
    code = [row for row in code if pattern(_CODE).fullmatch(texts[row])]
    # A story about code shows several consecutive lines of it.
    for _, run in groupby(enumerate(code), lambda numbered: numbered[1] - numbered[0]):
        lines = [row for _, row in run]
        found[[row for row in lines if len(lines) < CODE_LINES or pattern(_SCRIPT).fullmatch(texts[row])]] = True
    return found | _of_sponsors(batch, words, kept)


def _of_sponsors(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs in small elements that begin with a sponsor's label, and the label."""
    found = np.zeros(len(kept), bool)
    if batch.markup is None:
        return found
    near, forest, layout = kept.copy(), batch.markup.forest, batch.layout
    near[:-1] |= kept[1:]
    near &= (words <= LABEL_WORDS) & (layout.position + 1 < layout.sizes[layout.article])
    labels = [row for row in np.flatnonzero(near).tolist() if pattern(_SPONSORS).match(batch.texts[row])]
    if not labels:
        return found
    paragraphs, before = forest.sums(np.ones(len(kept))), np.append(0.0, np.cumsum(words * kept))
    for label in labels:
        first, end, element = int(layout.start[label]), int(layout.end[label]), forest.common(label, label + 1)
        # The label begins the element if the paragraph before it is outside.
        if element < 0 or (label > first and forest.common(label - 1, label) >= element):
            continue
        last = label + int(paragraphs[element])
        if before[last] - before[label] < ELEMENT * (before[end] - before[first]):
            found[label:last] = kept[label:last]
    return found


def begin_after_mail(texts: Sequence[str], first: int, end: int) -> int:
    """Return the row after the head of an e-mail that begins a text, the last head if it is forwarded; else `first`.

    The link that opens a newsletter in the browser ends a head, too: above it stands the preview that inboxes show.

    Examples
    --------
    >>> begin_after_mail(["From: Ann", "Subject: Quay", "The quay is open."], 0, 3)
    2
    """
    begin, last, fields = first, first - 1, set[str]()
    # Few texts name a browser, and to look for its name is far faster than to match a pattern.
    head = "\n".join(texts[first : min(first + LINK_LINES, end)]).casefold()
    linked = first + LINK_LINES if any(word in head for word in words_of("words for a browser")) else first
    for row in range(first, min(first + MAIL_LINES, end)):
        if row < linked and _leads_to_browser(texts[row]):
            begin = row + 1
        field = pattern(_MAIL).match(texts[row]) if ":" in texts[row][:20] or "：" in texts[row][:20] else None
        if field is None or len(texts[row].split()) > MAIL_WORDS:
            continue
        # "From: the river it is plain to see." is not a field.
        name = () if texts[row].endswith(".") else (field[1].casefold(),)
        fields = {*(fields if last == row - 1 else ()), *name}
        last = row
        if len(fields) > 1:
            begin = row + 1
    return begin


def _leads_to_browser(text: str) -> bool:
    """Return whether a line is the link that opens a newsletter in the browser, and not a sentence about browsers."""
    if len(text) > LINK_CHARACTERS:
        return False
    small = text.casefold()
    if "://" not in text and not any(word in small for word in words_of("words for a letter")):
        return len(text) <= BARE_CHARACTERS and pattern(_BROWSER).match(text) is not None
    form = f".*{_BROWSER}" if len(text.split()) <= BARE_WORDS else _BROWSER
    return pattern(form).match(text) is not None


def of_fields(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept lines in and above the head of an e-mail, and the fields above a text.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> texts = ["Slug: quay", "Author: Ann Lee", "Status: done", "The quay is open.", "Mayor Bo: It is fine."]
    >>> of_fields(batch_of_articles([Article("a", texts)]), np.full(5, 4.0), np.ones(5, bool)).tolist()
    [True, True, True, False, False]
    """
    found = np.zeros(len(kept), bool)
    for inside in batch.layout.slices():
        begin = begin_after_mail(batch.texts, inside.start, inside.stop)
        if begin > inside.start:
            found[_of_mail(batch.texts, words, kept, inside, begin)] = True
        elif batch.markup is None:
            found[_fields_above(batch.texts, words, inside)] = True
    return found & kept


def _of_mail(texts: Sequence[str], words: Float, kept: Bool, inside: slice, begin: int) -> list[int]:
    """Return the rows of an e-mail's head, of the greeting below it and of the lines above a forwarded e-mail."""
    passed_on = any(
        pattern(_FORWARDED).fullmatch(text) or _leads_to_browser(text) for text in texts[inside.start : begin]
    )
    rows = [row for row in range(inside.start, begin) if pattern(_MAIL).match(texts[row])]
    of_kept = words * kept
    if passed_on and of_kept[inside.start : begin].sum() <= MOST_ABOVE * of_kept[inside].sum():
        rows = list(range(inside.start, begin))
    while begin < inside.stop and words[begin] <= GREETING_WORDS and texts[begin].endswith((":", ",", "：", "，")):
        rows.append(begin)
        begin += 1
    return rows


def _fields_above(texts: Sequence[str], words: Float, inside: slice) -> list[int]:
    """Return the rows of the fields that begin a text, as the front matter of Markdown does, between two like lines."""
    if texts[inside.start] in ("---", "+++"):
        rows = range(inside.start + 1, min(inside.start + FRONT_LINES, inside.stop))
        end = next((row for row in rows if texts[row] == texts[inside.start]), rows.start)
        fields = [
            field[1].casefold() for row in range(rows.start, end) if (field := re.match(_FRONT_FIELD, texts[row]))
        ]
        # Turns of a dialogue, results and ingredients may stand between such lines, too.
        is_front = 2 * len(fields) >= end - rows.start and not words_of("fields of exports").isdisjoint(fields)
        return list(range(inside.start, end + 1)) if is_front else []
    names = _names(texts, words, range(inside.start, inside.stop))
    known = len(words_of("fields of exports").intersection(names))
    rows = range(inside.start, inside.start + len(names))
    return list(rows) if len(names) >= FIELDS and known >= KNOWN and _are_values(texts, rows) else []


def _are_values(texts: Sequence[str], rows: range) -> bool:
    """Return whether some line is not a sentence with a colon, such as "Source: an old pipe, they said."."""
    return not all(texts[row].rstrip().endswith((".", "。")) for row in rows)


def _names(texts: Sequence[str], words: Float, rows: range) -> list[str]:
    """Return the different names of fields in consecutive rows. The value of an unknown field is not a sentence."""
    names, known = list[str](), words_of("fields of exports")
    for row in rows:
        field = re.match(_FIELD, texts[row]) if words[row] <= FIELD_WORDS else None
        name = field[1].casefold() if field else ""
        if not name or name in names or (name not in known and texts[row].rstrip()[-1:] in ".!?…。"):
            break
        names.append(name)
    return names

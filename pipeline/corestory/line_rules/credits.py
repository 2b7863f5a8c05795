"""Credits by their form, captions that end in a credit, and traces of printed pages and galleries in texts.

After the words of a credit there are only names, and beside a profession there is a name. The head and number of a
printed page interrupt a sentence of the story. The numbers of pictures follow one another.
"""

from __future__ import annotations

import re
from operator import or_

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import JOINED, pattern, words_of
from corestory.reading.printed_pages import MOST_CHARACTERS, page_heads
from corestory.types import Bool, Float

NAME_WORDS = 5
"""The most words of the name in a byline."""
PICTURE_CHARACTERS = 84
"""The most characters from the colon or © to the end of a caption: forty characters, or forty initials."""
NAMES, JOINED_NAME = 8, 20
"""The most words of photographers' names; in a script without capitals, the most characters."""
SIGNED_CHARACTERS, PROFESSION_WORDS = 90, 6
"""The most characters of a line with a name and a profession, and the most words of the profession."""
COUNTER_WORDS, LABEL_WORDS = 3, 30
"""The most words of the number of a picture, such as "2 / 5" or "2 of 5", and of a caption or credit."""
HEAD_WORDS, PART_WORDS = 8, 8
"""The most words of the head of a printed page, and the fewest words of each part of the sentence around it."""
HEAD_NAME = 2
"""The fewest words of such a head besides its number. A single word may be part of a sentence that markup split."""
ALBUM_WORDS, TITLE_WORDS = 120, 14
"""The most words of a text that shows a video or pictures without a story, and of its title."""
SENTENCE_WORDS, MARK_WORDS = 5, 5
"""The fewest words of a sentence of a story, and the most words of a line with a video's length or picture's number."""
MARKS = 2
"""The fewest marks of a text without a story: credits, lengths, numbers of pictures, a title that names a video.

News in brief may also have a byline, a time and the credit of its picture, but it has a sentence besides these.
"""

_WRITTEN = r"^(?:{before by}) \w{2,4}\s"
_AND = frozenset({"and", "und", "et", "y", "e", "en", "och", "og", "i", "&"})
# Marks of Markdown and of lists.
_AROUND = " \xa0\t*_#|•-–—"
# The end of a caption, "Photo: Ann Lee" or "© Ann Lee", or a line that is only a note on the pictures.
_PICTURE = (
    r"(?:^|.*[\s(])(?:(?:{pictures})(?: credit)?\s?:\s?|©\s?)(?=[^\s\d])(?:[^.!?:]|\b[A-Z]\.){1,40}[.)]?$|"
    r"^[（(](?:写真|画像|photo|foto|bild|pictured|image)[^）)]*[）)]$|"
    r".*[（(](?:(?:ap|afp|getty) )?(?:(?:photo|foto|image|bild)s?|supplied|file|handout|courtesy|archivo?|archive)\b"
    r"[^()（）]*[）)]$|"
    # With a full stop, a sentence may end in such a bracket: "the pictures (images of two men)."
    r".*[（(](?:file |stock )?(?:photo|foto)"
    r"(?: (?:d['’]\w+|(?:de|di|da) ar[cq]\w+|(?:by|courtesy) [^()（）]{1,40}))?[）)]\.$|"
    r".*撮影[)）]?$|.*记者\s?[^\s。，]{2,4}\s?摄$|.*[。\s]图[/／][^\s。，]{2,8}$|"
    r".*[（(](?:[圖图]|照片|写真|画像|資料照|资料照|攝影|摄影|撮影|사진)\s?[:：／/＝=][^（）()]{1,30}[）)]$|"
    r".*[（(][^（）()。，]{1,20}(?:[攝摄]|攝影|摄影|提供|供圖|供图|資料照片?|资料图片?|자료사진)[）)]$"
)
_CREDITED = r"\b(?:{pictures}) credits?\s?:"
# A caption may end in the name of an agency; so may the last paragraph of an agency's story.
_AGENCY = (
    r".*[（(](?:efe|afp|ap|reuters|dpa|ansa|lusa|anp|pap|čtk|mti|apa|keystone|imago|shutterstock|unsplash|pexels|pixabay|"
    r"getty images|europa press)[）)]$"
)
# A caption may also end in names without a colon: "... on Monday. Foto Ann Lee", "... (fot. Ann Lee)",
_NAMED = r"(?P<names>(?:[^\W\d]|\b\w\.|[ /@’'&-]){2,44})[)）]?$"
_AFTER = rf"(?:^|[.!?»)”\"|/,;(（。]\s?)(?:{{pictures}}|credit)[ .:=/：／＝]\s?{_NAMED}"
# "... on Monday. Ann Lee/The Post", "... on Monday. / A. Lee".
_BESIDE = rf"(?:(?<!\b\d)(?<!\b\d\d)[.!?»”\"](?:\s[|/–—-])?|[(（])\s*{_NAMED}"
# "Port=Ann Lee reporter lee@post.example", "Ann Lee (ann lee) reporter of the desk".
_REPORTERS = r"\S+=\S+ (?:기자|특파원)(?: \S+@\S+)?|\S+ (?:기자|특파원) \S+@\S+|[^\s。、]+[)）部局][^\s。、]*記者"
_OF_REPORTERS = ("기자", "특파원", "記者")
_LABELS = r"[\W_]*(?:(?:{notes on the printed paper})|(?P<credit>{credits}))"
_BETWEEN = re.compile(r"[,|/–—]|\s-\s")
_LENGTH = r"(?:\d{1,2}:)?\d{1,2}:[0-5]\d"
_COUNTER = r"\d{1,3}\s?(?:/|of|von|sur|de|di|van|av|af|z|из|із)\s?\d{1,3}"
_SIGNED = r"([^,|/–—(:]{5,40}?)\s?(?:[,|/–—]|\s-\s)\s*(\S.*)"
_ALBUM = r"\W*(?:{videos}|{galleries})(?![\w'’])|.*\b(?:{in pictures})\W*$"
_MARK = r"\D*\d{1,2}:[0-5]\d(?::[0-5]\d)?\D*|\D*\d{1,3}\s?(?:/|of|von|sur|de|di|van|av|af|z|из|із)\s?\d{1,3}"


def credits_and_numbers(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept bylines, captions that end in a credit, notes on the printed paper and picture numbers ("2/5").

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> batch = batch_of_articles([Article("a", ["By Ann Lee", "The quay was opened."])])
    >>> credits_and_numbers(batch, np.array([3.0, 4.0]), np.ones(2, bool)).tolist()
    [True, False]
    """
    texts, found = batch.texts, np.zeros(len(kept), bool)
    counters: dict[int, list[int]] = {}
    followed = batch.layout.all_but_last(kept)
    for row in np.flatnonzero(kept & (words <= LABEL_WORDS)).tolist():
        text = texts[row]
        found[row] = is_credit(text) or (bool(followed[row]) and ends_in_agency(text))
    for row in np.flatnonzero(words <= COUNTER_WORDS).tolist():
        if texts[row][:1].isdecimal() and re.fullmatch(_COUNTER, texts[row]):
            counters.setdefault(int(batch.layout.article[row]), []).append(row)
    if batch.markup is not None:
        lengths = [
            row for row in np.flatnonzero(kept & (words <= COUNTER_WORDS)).tolist() if re.fullmatch(_LENGTH, texts[row])
        ]
        # A live report has several times, a video one length.
        once = np.bincount(batch.layout.article[lengths], minlength=len(batch.layout.sizes)) == 1
        found[[row for row in lengths if once[batch.layout.article[row]]]] = True
    for rows in counters.values():
        # Many ratings are equal; the numbers of pictures differ.
        if len({texts[row] for row in rows}) == len(rows):
            found[rows] = True
    return found & kept


def heads_of_pages(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the heads of printed pages: lines that count pages, and a number and a name that interrupt a sentence.

    The name is in capitals. The sentence is not finished before it, and goes on after it.

    Parameters and the shape of the answer are those of `corestory.line_rules.headlines.own_headlines`.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> parts = "The town has to put off the school by", "three years, said one of its members on Monday."
    >>> batch = batch_of_articles([Article("a", [parts[0], "THE BAY POST 12", parts[1]])])
    >>> heads_of_pages(batch, np.array([9.0, 4.0, 9.0]), np.ones(3, bool)).tolist()
    [False, True, False]
    """
    texts, layout = batch.texts, batch.layout
    found = np.zeros(len(kept), bool)
    if batch.markup is None:
        for inside in layout.slices():
            asked = [
                row
                for row in (inside.start + np.flatnonzero(kept[inside])).tolist()
                if len(texts[row]) <= MOST_CHARACTERS
            ]
            if asked:  # most kept lines are longer
                heads = page_heads(texts[inside])
                found[asked] = [texts[row] in heads for row in asked]
    short = np.flatnonzero(words <= HEAD_WORDS)
    # Nearly always the second letter decides.
    has_small = [texts[row][1:2].islower() or any(map(str.islower, texts[row])) for row in short.tolist()]
    in_capitals = short[~np.array(has_small, bool)]
    if not len(in_capitals):
        return found
    # Consecutive lines interrupt the same sentence.
    is_new = (np.diff(in_capitals, prepend=-2) > 1) | (np.diff(layout.article[in_capitals], prepend=-1) > 0)
    new = np.flatnonzero(is_new)
    begins, ends = in_capitals[new], in_capitals[np.append(new[1:], len(in_capitals)) - 1]
    first = layout.first[layout.article[begins]]
    before = np.maximum(begins - 1, first)
    after = np.minimum(ends + 1, first + layout.sizes[layout.article[begins]] - 1)
    within = kept[before] & kept[after] & (np.minimum(words[before], words[after]) >= PART_WORDS)
    columns = (column[within].tolist() for column in (begins, ends, before, after))
    for begin, end, before_head, after_head in zip(*columns, strict=True):
        head = " ".join(texts[before_head + 1 : after_head]).split()
        if (
            any(map(str.isdecimal, head)) and sum(map(str.isalpha, head)) >= HEAD_NAME
            and texts[before_head][-1:].isalnum() and texts[after_head][:1].islower()
        ):  # fmt: skip
            found[begin : end + 1] = kept[begin : end + 1]
    return found


def profession() -> re.Pattern[str]:
    """Return the pattern of the professions of people who write, and of their work."""
    return pattern(r"\b(?:{professions})\b")


def is_credit(text: str) -> bool:
    """Return whether a line is a byline or credit, a caption that ends in one, or a note on the printed paper.

    Examples
    --------
    >>> is_credit("Ann Lee, reporter"), is_credit("The quay on Monday. Ann Lee/The Post"), is_credit("Ann Lee, mayor")
    (True, True, False)
    """
    label = pattern(_LABELS).match(text)
    if label is not None:
        return not label["credit"] or _is_of_names(text[label.end() :])
    return is_byline(text) or is_picture_credit(text) or (not ends_as_sentence(text) and _is_signed(text))


def is_picture_credit(text: str) -> bool:
    """Return whether a line ends in the credit of a picture.

    Examples
    --------
    >>> is_picture_credit("The quay on Monday. Photo: Ann Lee"), is_picture_credit("By Ann Lee")
    (True, False)
    """
    return _is_of_picture(text) or (not ends_as_sentence(text) and _ends_in_names(text))


def ends_in_agency(text: str) -> bool:
    """Return whether a text ends in the name of an agency, as a caption or the last paragraph of its story does."""
    return text.endswith((")", "）")) and pattern(_AGENCY).match(text) is not None


def is_byline(text: str) -> bool:
    """Return whether a line names the author of a story, and nothing else.

    Examples
    --------
    >>> is_byline("*By Ann Lee*"), is_byline("By Ann Lee and Bo"), is_byline("By Size"), is_byline("By Ann Lee we went")
    (True, True, False, False)
    >>> is_byline("Par Ann Lee, à Port-Louis"), is_byline("By Ann Lee, writer in Bath"), is_byline("By Ann Lee, later")
    (True, True, False)
    """
    text = text.strip(_AROUND)
    # Most lines begin with another word, and need no pattern.
    begin = next(iter(text.split(None, 1)), "")
    if begin not in words_of("before a name") and begin not in words_of("before by"):
        return False
    text, _, place = text.partition(", ")
    if place and not _is_of_names(place) and profession().match(place) is None:
        return False
    by, *name = pattern(_WRITTEN, re.NOFLAG).sub(lambda match: match[0].split()[-1].title() + " ", text).split()
    # A name has two words or more: "By Size" is a subhead, and so is "By The Numbers". In scripts without case, the
    # form of a word does not show that it is a name.
    long = 2 <= len(name) <= NAME_WORDS and name[0] not in ("The", "A", "An")
    return by in words_of("before a name") and long and all(word[0].isupper() or word in _AND for word in name)


def _is_signed(text: str) -> bool:
    """Return whether a line consists of a name and a profession."""
    if len(text) > SIGNED_CHARACTERS:
        return False
    if any(map(text.__contains__, _OF_REPORTERS)) and re.fullmatch(_REPORTERS, text):
        return True
    # The separator is searched first, because the pattern tries every character.
    signed = re.fullmatch(_SIGNED, text) if _BETWEEN.search(text) else None
    if signed is None or any(map(str.isdigit, text)):
        return False
    name, work = signed[1].split(), signed[2]
    of_name = 1 < len(name) < NAME_WORDS and all(
        word[0].isupper() or word in words_of("small words of names") for word in name
    )
    return of_name and len(work.split()) <= PROFESSION_WORDS and profession().search(work) is not None


def _is_of_names(names: str) -> bool:
    """Return whether a text consists of names: "Reporting by The Herald found that ..." is a sentence."""
    return all(
        word[0].isupper()
        or len(word.strip(".,;)")) <= 3
        or word.strip(".,;)").casefold() in words_of("words in credits")
        for word in names.split()
    )


def _is_of_picture(text: str) -> bool:
    # The necessary characters are searched first, because the pattern tries every word.
    end = text[-PICTURE_CHARACTERS:]
    has_colon = ":" in end
    may_be = has_colon or "©" in end or "图" in end
    may_be = may_be or text.startswith(("(", "（")) or text.endswith((")", "）", ").", "撮影", "摄"))
    return may_be and (
        pattern(_PICTURE).match(text) is not None
        or (has_colon and "credit" in text.casefold() and pattern(_CREDITED).search(text) is not None)
    )


def _ends_in_names(text: str) -> bool:
    """Return whether a caption ends in names after a word such as "photo", or in longer names beside "/" or "|"."""
    begin = max(len(text) - PICTURE_CHARACTERS, 0)
    for ending, least in [(_AFTER, 1)] + [(_BESIDE, 3)] * ("/" in text[begin:] or "|" in text[begin:]):
        end = pattern(ending).search(text, begin)
        if end is not None and _are_names(end["names"].strip(" /"), least - (end[0][2:3] == "/")):
            return True
    return False


def _are_names(text: str, least: int) -> bool:
    names = re.split(r"[\s/]+", text)
    if JOINED.match(names[0]):
        return least == 1 and len(text) <= JOINED_NAME
    of_names = all(name[:1].isupper() or name.casefold() in words_of("small words of names") for name in names)
    return of_names and names[0][:1].isupper() and least <= len(names) <= NAMES


def only_pictures(batch: Batch, words: Float) -> Bool:
    """Find the texts that contain the title of a video or of pictures, captions and labels, but no story.

    Parameters
    ----------
    batch, words
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (articles,). Such a text may describe a video in a single sentence.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> lines = ["Video: Crane falls into harbour", "0:45", "A crane falls into the harbour.", "Share"]
    >>> only_pictures(batch_of_articles([Article("a", lines)]), np.array([5.0, 1.0, 6.0, 1.0])).tolist()
    [True]
    """
    layout = batch.layout
    found = np.zeros(len(layout.sizes), bool)
    if batch.markup is not None:
        return found
    slices = list(layout.slices())
    for article in np.flatnonzero(np.add.reduceat(words, layout.first) <= ALBUM_WORDS).tolist():
        rows = slices[article]
        texts, lengths = batch.texts[rows], words[rows].tolist()
        names_video = lengths[0] <= TITLE_WORDS and pattern(_ALBUM).match(texts[0]) is not None
        numbers = [
            length <= MARK_WORDS and pattern(_MARK).fullmatch(text) is not None
            for text, length in zip(texts, lengths, strict=True)
        ]
        credited = [is_picture_credit(text) for text in texts]
        # In a gallery, a caption is beside the number of its picture.
        beside = [names_video and any(numbers[max(index - 1, 0) : index + 2]) for index in range(len(texts))]
        sentences = [
            text for text, length, is_caption in zip(texts, lengths, map(or_, credited, beside), strict=True)
            if not is_caption and length >= SENTENCE_WORDS and ends_as_sentence(text)
        ]  # fmt: skip
        marks = sum(map(or_, credited, numbers)) + names_video
        found[article] = marks >= MARKS and len(sentences) <= (names_video and any(numbers))
    return found

"""Comments of readers behind a story in a text: by the names, times and buttons between them, not by their words.

What a reader writes is prose, and in a text nothing else tells it from the story. But comments follow one another, and
each has a line with its time and a button to answer it. Such lines alone do not tell: a blog has "Comments (3)" and a
date below each post, a diary has dates, a story may quote posts with their times. So most of these lines are dropped by
the first decision, and two of three say the same: a heading, buttons with times, and that all these lines or some of
the prose between them are dropped. Without buttons each comment has a name and a day of one month above it. The posts
of a forum say "Re:" and the headline of the story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.headlines import ends_as_sentence
from corestory.types import Bool, Float

STORY_WORDS = 30
"""At least so many kept words stand before comments."""
LINE_WORDS, BESIDE_WORDS, BESIDE_SENTENCE = 12, 7, 1
"""A line with a time, a heading or a line of buttons has at most so many words, and so many besides the time, or so
many where it ends as a sentence does: "vor 2 Std." is a time, "She left 3 days ago." is not."""
SUBJECT_WORDS, REPLY_CHARACTERS = 25, 16
"""A line with the subject of a reply has at most so many words, and its colon among so many characters."""
STAMP_CHARACTERS, SHORT_STAMP = 150, 4
"""So many characters, for a word may be long; with so few, "3d" says how long ago."""
NAME_WORDS = 6
"""The name of who writes has at most so many words."""
PROSE_WORDS = 4
"""Lines of so many words that are none of these may be comments."""
BEHIND_HEADING = 8
"""The first time or button stands at most so many lines behind the heading."""
BEHIND_LAST = 16
"""So many lines behind the last kept one are looked at."""
APART_WORDS = 250
"""Between the times or buttons of two comments, and behind the last, stand at most so many words."""
MOST_KEPT = 1 / 3
"""At most such a share of the times and buttons is kept,"""
LINES_BEHIND = 2
"""and without a heading at most so many kept lines stand behind them: a story that quotes posts goes on."""

_HEADINGS = (
    "comment|comments|reader comments|user comments|your comments|all comments|recent comments|top comments|"
    "comments section|join the conversation|join the discussion|start the conversation|have your say|leave a comment|"
    "leave a reply|post a comment|add a comment|kommentare|leserkommentare|nutzerkommentare|alle kommentare|"
    "kommentieren|kommentar schreiben|commentaires|vos commentaires|commentaires des lecteurs|laisser un commentaire|"
    "ajouter un commentaire|réagir|comentarios|comentarios de lectores|comentarios de los lectores|"
    "deja un comentario|deja tu comentario|escribe un comentario|comentários|comentários dos leitores|"
    "deixe um comentário|deixe seu comentário|escreva um comentário|commenti|commenti dei lettori|lascia un commento|"
    "scrivi un commento|aggiungi un commento|reageer|kommentarer|läsarkommentarer|skriv en kommentar|skriv kommentar|"
    "kommentit|komentarze|dodaj komentarz|komentáře|komentáre|hozzászólás|hozzászólások|kommentek|comentarii|"
    "komentari|komentarji|комментарии|комментариев|коментарі|коментарів|коментари|σχόλια|yorumlar|التعليقات|تعليقات|"
    "תגובות|دیدگاه ها|دیدگاه‌ها|टिप्पणियाँ|टिप्पणियां|bình luận|ความคิดเห็น|maoni|"
    "コメント|留言|网友评论|網友評論|网友留言|網友留言|"
    "读者评论|全部评论|最新评论|댓글"
)
# Interviews, letters and opinions within a story have these, too.
_OF_STORIES = (
    "discussion|responses|replies|what do you think|your reactions|your views|your thoughts|kommentar|diskussion|"
    "ihre meinung|lesermeinungen|leserbriefe|commentaire|réactions|vos réactions|les réactions|comentario|opiniones|"
    "comentário|commento|reactie|reacties|lezersreacties|diskutera|debat|kommentti|keskustelu|komentarz|opinie|"
    "dyskusja|komentář|diskuse|diskuze|diskusia|komentar|комментарий|комментария|обсуждение|коментар|σχόλιο|yorum|"
    "تعليق|دیدگاه|نظرات|टिप्पणी|독자 의견|评论|評論"
)
_BUTTONS = (
    "reply replies respond report antworten antwort melden répondre signaler responder respuesta denunciar "
    "rispondi segnala beantwoorden reageer antwoord antwoorden svara svar anmäl anmeld rapporter vastaa ilmoita "
    "odpowiedz zgłoś odpovědět nahlásit odpovedať válasz válaszolok răspunde odgovori отговор отговори ответить "
    "пожаловаться відповісти απάντηση yanıtla cevapla رد الرد השב הגב پاسخ जवाब उत्तर balas trả 返信 返信する 回复 回覆 "
    "답글 답글쓰기 ตอบกลับ jibu"
)
# Other words beside them: "Signaler un abus", "Gefällt mir", "Trả lời". By themselves these stand in other places, too.
_OF_BUTTONS = (
    "abuse comment more show like likes dislike quote permalink share upvote downvote abus un gefällt mir teilen "
    "zitieren j'aime partager citer me gusta compartir citar curtir gosto compartilhar partilhar mi piace condividi "
    "vind ik leuk gilla synes godt om lik tykkää lubię to tetszik нравится beğen إعجاب दें suka thích lời いいね 赞 공감 "
    "ถูกใจ"
)
CLOCK = r"\d{1,2}(?:[:.]\d\d|\s?[hH]\s?\d\d)(?::\d\d)?"
_MONTH = r"[^\W\d_]{3,12}\.?"
_DATES = (
    r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{4}[年년] ?\d{1,2}[月월] ?\d{1,2}[日일]|"
    rf"\d{{1,2}}(?:st|nd|rd|th|\.|º|er)? (?:de )?{_MONTH},?(?: de)? \d{{4}}|"
    rf"{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|"
    rf"\d{{4}}\. {_MONTH} \d{{1,2}}\.?|"
    # Without a year a date has the time of day behind it.
    rf"(?:\d{{1,2}}\.? {_MONTH}|{_MONTH} \d{{1,2}})(?=.{{1,6}}{CLOCK})"
)
_AGO = (
    r"(?:\d++|an?|one)\s?(?:sec\w*|min\w*|hours?|hrs?|days?|weeks?|months?|years?) ago|^\d++\s?[smhdwy]$|"
    r"vor (?:\d++|eine[rmn]?) \w+|il y a (?:\d++|une?) \w+|hace (?:\d++|una?) \w+|há (?:\d++|uma?) \w+|\d++ \w+ atrás|"
    r"(?:\d++|un['’]?a?) ?\w+ fa\b|\d++ \w+ geleden|\d++ \w+ sedan|\d++ \w+ siden|\d++ \w+ sitten|\d++ \w+ temu|"
    r"před \d++ \w+|pred \d++ \w+|\d++ \w+ ezelőtt|\d++ (?:napja|órája|perce)|acum \d++ \w+|prije \d++ \w+|"
    r"преди \d++ \w+|\d++ \w+ назад|\d++ \w+ тому|πριν (?:από )?\d++ \w+|\d++ \w+ önce|"
    r"منذ (?:\d++ )?\w+|لפני (?:\d++ )?\w+|\d++ \w+ (?:پیش|قبل)|"
    r"\d++ \w+ पहले|\d++ \w+ (?:yang )?lalu|\d++ \w+ trước|"
    r"\d++\s?(?:秒|分|分钟|分鐘|小时|小時|時間|日|天|週間|周|か月|个月|年)前|\d++\s?(?:초|분|시간|일|주|개월|달|년) ?전"
)
# A line that says how long ago has one of these, and a date one of the others: they are found faster than all of it.
_AGO_WORDS = (
    "ago vor il hace há atrás fa geleden sedan siden sitten temu před pred ezelőtt napja órája perce acum prije преди "
    "назад тому πριν önce منذ לפני پیش قبل पहले lalu trước"
)
_IN_DATES = re.compile(r"\d(?:\d{3}|[./-]\s?\d|\s?[:hH]\s?\d\d)")
# The months' begins in most languages of Europe, Turkish and Indonesian, and a day without its year.
_MONTHS = (
    "jan|feb|fev|fév|mar|mär|mrt|apr|abr|avr|may|mai|maj|mei|mag|jun|jui|giu|jul|lug|aug|aoû|ago|agu|sep|set|oct|okt|"
    "oto|out|ott|nov|dec|dez|déc|dic|dis|des|ene|gen|sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|oca|şub|nis|haz|tem|ağu|"
    "eyl|eki|kas|ara|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру"
)
_DAY = rf"\d{{1,2}}\.? (?:de )?(?:{_MONTHS})[^\W\d_]{{0,9}}\.?|(?:{_MONTHS})[^\W\d_]{{0,9}} \d{{1,2}}"
# Who writes, in a line with what is written: "Ann P.: I agree."
_SPOKEN = r"[^\s:.][^:.!?]{0,20}(?:\b[^\W\d_]\.)?: \S"
# "Re:" in the languages of forums and of mail.
_REPLY = r"[\W_]*(?:re|aw|antw|antwort|sv|vs|odp|rép|rif|ynt|ha|vá|отв|ответ|回复|回覆|返信)\s?[:：]\s*(\S.{4,})"
_DIGIT = re.compile(r"\d")
_MARKS = " \xa0\t0123456789()[]:：.,!?#*•·-–—|/>»›▲▼↓↩️件개条條则"


class _Words(NamedTuple):
    """The headings of comments, those that stories have, too, and the words of buttons, beside them and of times."""

    headings: frozenset[str]
    of_stories: frozenset[str]
    buttons: frozenset[str]
    of_buttons: frozenset[str]
    ago: frozenset[str]


@cache
def _words() -> _Words:
    of_stories, buttons = frozenset(_OF_STORIES.split("|")), frozenset(_BUTTONS.split())
    headings, of_buttons = of_stories.union(_HEADINGS.split("|")), buttons.union(("", *_OF_BUTTONS.split()))
    return _Words(headings, of_stories, buttons, of_buttons, frozenset(_AGO_WORDS.split()))


@cache
def _pattern(words: str) -> re.Pattern[str]:
    # Compiled when first used, for that takes milliseconds.
    return re.compile(words, re.IGNORECASE)


def _label(text: str) -> str:
    """Give a line without marks, counts and capitals."""
    return text.casefold().strip(_MARKS)


def _is_button(label: str) -> bool:
    """Tell whether the label of a line, as of `_label`, holds nothing but labels of buttons and counts."""
    known, pressed = _words(), False
    for word in label.replace("’", "'").split():
        part = word.strip(_MARKS)
        if part not in known.of_buttons:  # nearly always the first
            return False
        pressed |= part in known.buttons
    return pressed


def is_label_of_comments(text: str) -> bool:
    """Tell whether a line is a heading of comments, or holds nothing but labels of their buttons."""
    label = _label(text)
    return label in _words().headings or _is_button(label)


def is_stamp(text: str) -> bool:
    """Tell whether a line holds a date or says how long ago, and little else.

    Examples
    --------
    >>> is_stamp("Ann Lee • 3 hours ago"), is_stamp("Ann Lee left 3 hours ago."), is_stamp("Ann Lee left hours ago")
    (True, False, False)
    """
    return len(text) <= STAMP_CHARACTERS and _is_stamp(text)


# Several rules ask about a line, and menus have the same lines on all pages of a site.
@lru_cache(maxsize=4096)
def _is_stamp(text: str) -> bool:
    found = _pattern(_DATES).search(text) if _IN_DATES.search(text) else None
    if found is None:
        words = text.casefold().replace(")", " ").split()
        if len(text) <= SHORT_STAMP or text.endswith(("前", "전")) or not _words().ago.isdisjoint(words):
            found = _pattern(_AGO).search(text)
    if found is None or "@" in text:
        return False
    beside = text[: found.start()] + " " + re.sub(CLOCK, " ", text[found.end() :])
    most = BESIDE_SENTENCE if ends_as_sentence(text) else BESIDE_WORDS
    return len(re.findall(r"[^\W\d_]+", beside)) <= most


def in_comments(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs of comments in texts.

    Parameters
    ----------
    batch, words, kept
        As of `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,). In pages nothing is found.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> comments = ["Ann", "2 days ago", "My street is still shut, what about us?", "Reply", "Bo", "1 day ago", "Same."]
    >>> batch = batch_of_articles([Article("a", ["The quay is open.", "2 comments", *comments])])
    >>> kept = np.array([True, False, False, False, True, False, False, False, False])
    >>> in_comments(batch, np.array([40.0, 2, 2, 3, 8, 1, 1, 3, 2]), kept).tolist()
    [False, False, False, False, True, False, False, False, False]
    """
    found = np.zeros(len(kept), bool)
    if batch.markup is not None:
        return found
    before = np.append(0.0, np.cumsum(words * kept))
    for inside in batch.layout.slices():
        rows = inside.start + np.flatnonzero(kept[inside])
        begin = int(np.searchsorted(before, before[inside.start] + STORY_WORDS))
        if len(rows) and begin <= rows[-1]:
            last = int(rows[-1]) + 1
            part = slice(begin, min(last + BEHIND_LAST, inside.stop))
            replies = _replies(batch.texts, words, kept, part, inside.start)
            if replies is not None:
                found[replies : inside.stop] = kept[replies : inside.stop]
            comments = _comments(batch.texts, words, kept, part)
            if comments is not None:
                first, end, headed = comments
                # What the last one writes; without a heading the story may go on.
                if headed and before[last] - before[min(end, last)] <= APART_WORDS:
                    end = last
                found[first:end] = kept[first:end]
    return found


def _comments(texts: Sequence[str], words: Float, kept: Bool, inside: slice) -> tuple[int, int, bool] | None:
    """Give the first row and the end of the first comments, and whether a heading stands above their times or buttons.

    The first row is the heading's or the first name's, and the last that of the last time or button.
    """
    short = (inside.start + np.flatnonzero(words[inside] <= LINE_WORDS)).tolist()
    labels = [(row, _label(texts[row])) for row in short]
    known = _words()
    headings = {row for row, label in labels if label in known.headings}
    buttons = [row for row, label in labels if _is_button(label)]
    if not headings and len(buttons) < 2:  # of most texts
        signed = _signed(texts, words, kept, inside)
        return signed and (*signed, False)
    stamps = [row for row in short if is_stamp(texts[row])]
    of_buttons, of_stamps = set(buttons), set(stamps)
    marks = sorted(of_buttons | of_stamps)
    if len(marks) < 2:
        return _spoken(texts, sorted(headings), inside.stop)
    apart = np.flatnonzero(np.add.reduceat(words, marks)[:-1] > APART_WORDS) + 1
    for group in np.split(np.array(marks), apart):
        dropped = group[~kept[group]]
        first, last = int(dropped[0] if len(dropped) else group[0]), int(group[-1])
        heading = next((row for row in range(first - BEHIND_HEADING, first) if row in headings), None)
        lines = np.setdiff1d(np.arange(first, min(last + 2, inside.stop)), group)
        lines = lines[words[lines] >= PROSE_WORDS]
        several = min(sum(row in some for row in group.tolist()) for some in (of_buttons, of_stamps)) > 1
        if (
            kept[group].mean() <= MOST_KEPT and len(lines)
            and several + (heading is not None) + (not kept[lines].all() or not kept[group].any()) > 1
            and (heading is not None or kept[last + 1 : inside.stop].sum() <= LINES_BEHIND)
        ):  # fmt: skip
            named = first > inside.start and words[first - 1] <= NAME_WORDS and not ends_as_sentence(texts[first - 1])
            behind = last in of_stamps and last + 1 < inside.stop  # the text below a name and a time
            return first - named if heading is None else heading, last + 1 + behind, heading is not None
    return None


def _replies(texts: Sequence[str], words: Float, kept: Bool, inside: slice, start: int) -> int | None:
    """Give the first row of the replies of a forum: "Re:" and the headline, or two of one subject, mostly dropped."""
    subjects = {
        row: _label(reply[1]) for row in (inside.start + np.flatnonzero(words[inside] <= SUBJECT_WORDS)).tolist()
        if (":" in (begin := texts[row][:REPLY_CHARACTERS]) or "：" in begin)
        and (reply := _pattern(_REPLY).match(texts[row]))
    }  # fmt: skip
    if not subjects:  # of nearly all texts
        return None
    first = int(min(subjects))
    several = len(set(subjects.values())) < len(subjects) and kept[first : inside.stop].mean() <= MOST_KEPT
    if not several and subjects[first] not in map(_label, texts[start : inside.start]):
        return None
    # The head of the post.
    while first > inside.start and words[first - 1] <= NAME_WORDS and not ends_as_sentence(texts[first - 1]):
        first -= 1
    return first


def _signed(texts: Sequence[str], words: Float, kept: Bool, inside: slice) -> tuple[int, int] | None:
    """Give the row of the first name and the end of two or more comments, each behind a name and a day of one month.

    Letters have the name below them, posts of a blog a headline above it, and entries of a diary no name.
    """
    behind_names = (words[inside][1:-1] <= LINE_WORDS) & (words[inside][:-2] <= NAME_WORDS)
    dates = [
        row for row in (inside.start + 1 + np.flatnonzero(behind_names)).tolist()
        if _DIGIT.search(texts[row]) and _may_name(texts[row - 1]) and ends_as_sentence(texts[row - 2])
        and (is_stamp(texts[row]) or re.fullmatch(_DAY, texts[row], re.IGNORECASE))
    ]  # fmt: skip
    if len(dates) < 2 or kept[dates].mean() > MOST_KEPT or len({texts[row - 1] for row in dates}) < 2:
        return None
    if 2 * sum(ends_as_sentence(texts[row + 1]) for row in dates) < len(dates):
        return None
    months = {re.sub(rf"{CLOCK}|\b\d\d?\b|\W", "", texts[row]) for row in dates}
    end = dates[-1] + 2
    return (dates[0] - 1, end) if len(months) == 1 and kept[end : inside.stop].sum() <= LINES_BEHIND else None


def _may_name(text: str) -> bool:
    """Tell whether a short line may be a name: it ends in no sentence, but for an initial."""
    return not ends_as_sentence(text) or re.search(r"\b[^\W\d_]\.$", text) is not None


def _spoken(texts: Sequence[str], headings: Sequence[int], end: int) -> tuple[int, int, bool] | None:
    """Give, as `_comments`, two or more comments below a heading that begin with the name of who writes."""
    for heading in headings:
        if _label(texts[heading]) in _words().of_stories:
            continue
        last = heading + 1
        while last < end and re.match(_SPOKEN, texts[last]):
            last += 1
        if last > heading + 2:
            return heading, last, False
    return None

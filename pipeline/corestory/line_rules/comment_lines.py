"""Lines around readers' comments, by their words and form: headings, times, buttons, names, links to more."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from corestory.line_rules.headlines import ends_as_sentence
from corestory.line_rules.patterns import LETTER, pattern

BESIDE_WORDS, BESIDE_SENTENCE, BESIDE_HALF = 7, 1, 2
"""The most words of a line besides the time in it. The second number is for a line that ends as a sentence does: "vor 2
Std." is a time, "She left 3 days ago." is not. The third is for a line that ends in "a.m."."""
STAMP_CHARACTERS, SHORT_STAMP = 150, 4
"""The most characters of a line with a time, because a word may be long; and of a line such as "3d", which says how
long ago without a word such as "ago"."""

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
# Below the comments that a page shows.
_MORE = (
    "more comments|show more comments|load more comments|view more comments|see more comments|read more comments|"
    "older comments|weitere kommentare|mehr kommentare|weitere kommentare laden|weitere kommentare anzeigen|"
    "mehr kommentare anzeigen|ältere kommentare|plus de commentaires|voir plus de commentaires|"
    "afficher plus de commentaires|más comentarios|ver más comentarios|cargar más comentarios|mais comentários|"
    "ver mais comentários|carregar mais comentários|altri commenti|mostra altri commenti|carica altri commenti|"
    "meer reacties|fler kommentarer|visa fler kommentarer|flere kommentarer|lisää kommentteja|więcej komentarzy|"
    "pokaż więcej komentarzy|další komentáře|zobrazit další komentáře|további hozzászólások|mai multe comentarii|"
    "još komentara|ещё комментарии|еще комментарии|показать ещё комментарии|більше коментарів|още коментари|"
    "daha fazla yorum|المزيد من التعليقات|xem thêm bình luận|komentar lainnya|"
    "もっとコメントを見る|查看更多评论|더 많은 댓글"
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
# "Ann Lee says:", above or behind the time of her comment.
_SAYS = (
    "says said writes wrote commented sagt sagte schreibt schrieb meint dit écrit dice dijo escribe escribió diz disse "
    "escreveu scrive scrisse ha detto zegt schrijft schreef skriver skrev säger sier sa siger sanoo kirjoittaa "
    "pisze mówi napisał napisała říká píše napsal napsala hovorí napísal írta mondja spune scrie kaže piše pravi "
    "пишет говорит сказал сказала каже пише казва λέει dedi ki diyor yazdı يقول אומר گفت कहते berkata viết nói anasema"
)
CLOCK = r"\d{1,2}(?:[:.]\d\d|\s?[hH]\s?\d\d)(?::\d\d)?"
_MONTH = rf"(?:{LETTER}{{3,12}}\.?|[ก-ฮ]\.[ก-ฮ]\.)"
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
    r"منذ (?:\d++ )?\w+|לפני (?:\d++ )?\w+|\d++ \w+ (?:پیش|قبل)|"
    r"\d++ \w+ पहले|\d++ \w+ (?:yang )?lalu|\d++ \w+ trước|"
    r"\d++\s?(?:秒|分|分钟|分鐘|小时|小時|時間|日|天|週間|周|か月|个月|年)前|\d++\s?(?:초|분|시간|일|주|개월|달|년) ?전"
)
# A line that says how long ago has one of these, and a date one of the others: they are found faster than all of it.
_AGO_WORDS = (
    "ago vor il hace há atrás fa geleden sedan siden sitten temu před pred ezelőtt napja órája perce acum prije преди "
    "назад тому πριν önce منذ לפני پیش قبل पहले lalu trước"
)
# A line that says nothing else begins so, or with a digit.
_AGO_BEGINS = (
    *("a", "one", "vor ", "il y a ", "hace ", "há ", "un", "před ", "pred ", "acum ", "prije ", "преди ", "πριν "),
    *("منذ ", "לפני "),
)
_IN_DATES = re.compile(r"\d(?:\d{3}|[./-]\s?\d|\s?[:hH]\s?\d\d)")
# The months' begins in most languages of Europe, Turkish and Indonesian, and a day without its year.
_MONTHS = (
    "jan|feb|fev|fév|mar|mär|mrt|apr|abr|avr|may|mai|maj|mei|mag|jun|jui|giu|jul|lug|aug|aoû|ago|agu|sep|set|oct|okt|"
    "oto|out|ott|nov|dec|dez|déc|dic|dis|des|ene|gen|sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|oca|şub|nis|haz|tem|ağu|"
    "eyl|eki|kas|ara|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру"
)
DAY = rf"\d{{1,2}}\.? (?:de )?(?:{_MONTHS})[^\W\d_]{{0,9}}\.?|(?:{_MONTHS})[^\W\d_]{{0,9}} \d{{1,2}}"
_COMMENTS = (
    "comments|reader comments|kommentare|commentaires|comentarios|comentários|commenti|reacties|kommentarer|"
    "kommenttia|komentarze|komentarzy|komentářů|komentárov|hozzászólás|komment|comentarii|komentara|komentarjev|"
    "комментариев|комментария|коментарів|коментара|σχόλια|yorum|bình luận|tanggapan"
)
# "38 comments … read them below", "See all comments (27)".
_COUNTED = rf"(?<![\d.,:/-])\d{{1,5}}\)?\s?(?:{_COMMENTS})(?!\w)|\b(?:{_COMMENTS})\s?[(\[:]\s?\d{{1,5}}(?![\d.,:/-])"
_NUMBERS = re.compile(r"\d+")
_MARKS = " \xa0\t0123456789()[]:：.,!?#*•·-–—|/>»›▲▼↓↩️件개条條则"


class _Words(NamedTuple):
    """Headings of comments, those of them that stories have, too, links to more comments, words and their begins."""

    headings: frozenset[str]
    of_stories: frozenset[str]
    more: frozenset[str]
    buttons: frozenset[str]
    of_buttons: frozenset[str]
    says: frozenset[str]
    ago: frozenset[str]
    comments: frozenset[str]


@cache
def _words() -> _Words:
    of_stories, buttons = frozenset(_OF_STORIES.split("|")), frozenset(_BUTTONS.split())
    headings, of_buttons = of_stories.union(_HEADINGS.split("|")), buttons.union(("", *_OF_BUTTONS.split()))
    says, ago = frozenset(_SAYS.split()), frozenset(_AGO_WORDS.split())
    comments = frozenset(word[:4] for word in _COMMENTS.split("|"))
    return _Words(headings, of_stories, frozenset(_MORE.split("|")), buttons, of_buttons, says, ago, comments)


def label_of(text: str) -> str:
    """Return a line without marks, counts and capitals."""
    return text.casefold().strip(_MARKS)


def is_heading(label: str) -> bool:
    """Return whether the label of a line, as of `label_of`, is a heading of comments."""
    return label in _words().headings


def is_heading_of_stories(label: str) -> bool:
    """Return whether a heading of comments stands within stories, too."""
    return label in _words().of_stories


def is_link_to_more(label: str) -> bool:
    """Return whether the label of a line is that of a link to more comments."""
    return label in _words().more


def is_button(label: str) -> bool:
    """Return whether the label of a line, as of `label_of`, holds nothing but labels of buttons and counts."""
    known, pressed = _words(), False
    for word in label.replace("’", "'").split():
        part = word.strip(_MARKS)
        if part not in known.of_buttons:  # nearly always the first
            return False
        pressed |= part in known.buttons
    return pressed


def numbers_of_comments(text: str) -> tuple[str, ...]:
    """Return the numbers of a short line that says how many comments there are."""
    numbers = _NUMBERS.findall(text) if len(text) <= STAMP_CHARACTERS else []
    # Few lines with a number have one of the words.
    may_be = numbers and any(map(text.casefold().__contains__, _words().comments))
    return tuple(numbers) if may_be and pattern(_COUNTED).search(text) else ()


def ends_in_speech(label: str) -> bool:
    """Return whether a line ends as the head of a comment does: with a verb of speech."""
    return label.rpartition(" ")[2] in _words().says


def is_label_of_comments(text: str) -> bool:
    """Return whether a line is a heading of comments, or holds nothing but labels of their buttons."""
    label = label_of(text)
    return is_heading(label) or is_button(label)


def is_stamp(text: str) -> bool:
    """Return whether a line holds a date or says how long ago, and little else.

    Examples
    --------
    >>> is_stamp("Ann Lee • 3 hours ago"), is_stamp("Ann Lee left 3 hours ago."), is_stamp("Ann Lee left hours ago")
    (True, False, False)
    >>> is_stamp("Updated May 3, 2024 at 5 a.m."), is_stamp("Ann Lee left on May 3, 2024 at 5 a.m.")
    (True, False)
    >>> is_stamp("11 जुलाई 2024, 06:40"), is_stamp("18 ก.ค. 2567 10:05 น.")
    (True, True)
    """
    return len(text) <= STAMP_CHARACTERS and _is_stamp(text)


def says_how_long_ago(line: str) -> bool:
    """Return whether a line says nothing but how long ago.

    Examples
    --------
    >>> says_how_long_ago("3 hours ago"), says_how_long_ago("vor 3 Stunden"), says_how_long_ago("3 m")
    (True, True, False)
    """
    return begins_as_ago(line) and len(line) > SHORT_STAMP and pattern(_AGO).fullmatch(line) is not None


def begins_as_ago(line: str) -> bool:
    """Return whether a line begins as those do that say nothing but how long ago; few others do."""
    return line[:1].isdecimal() or line[:8].casefold().startswith(_AGO_BEGINS)


# Several rules ask about a line, and menus have the same lines on all pages of a site.
@lru_cache(maxsize=4096)
def _is_stamp(text: str) -> bool:
    found = pattern(_DATES).search(text) if _IN_DATES.search(text) else None
    if found is None:
        words = text.casefold().replace(")", " ").split()
        if len(text) <= SHORT_STAMP or text.endswith(("前", "전")) or not _words().ago.isdisjoint(words):
            found = pattern(_AGO).search(text)
    if found is None or "@" in text:
        return False
    # "a.m." ends no sentence, but sentences end in it.
    line = pattern(r"\s?[ap]\.\s?m\.$").sub("", text)
    beside = text[: found.start()] + " " + re.sub(CLOCK, " ", line[found.end() :])
    most = BESIDE_HALF if line != text else BESIDE_SENTENCE if ends_as_sentence(text) else BESIDE_WORDS
    return len(re.findall(f"{LETTER}+", beside)) <= most

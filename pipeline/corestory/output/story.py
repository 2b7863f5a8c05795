"""The parts of an article that are written: paragraphs by their kinds, and the story with its structure or as a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corestory.errors import InputError
from corestory.model.kinds import CLASSES
from corestory.model.tagged_article import TaggedArticle
from corestory.reading.article import language_of
from corestory.reading.blocks import Block, text_blocks
from corestory.reading.text import storable, word_count
from corestory.reading.text_shapes import is_markup
from corestory.types import Label


@dataclass(frozen=True, slots=True)
class KindChoice:
    """The choice of paragraphs to write by their kinds, and of writing the kinds.

    Attributes
    ----------
    shown
        Whether rows have the columns ``kind`` and ``kind_score``.
    drop
        The kinds and roles of paragraphs to leave out, whatever their label.
    keep
        The kinds of filler to write with the story if only core is written.

    Examples
    --------
    >>> KindChoice(drop=("newsletter", "legal")).drop
    ('newsletter', 'legal')
    """

    shown: bool = False
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def allows(self, kind: str, label: Label, only: Label | None) -> bool:
        """Return whether to write a paragraph of this kind and label if only `only` is written, or both for None."""
        if kind in self.drop:
            return False
        return only in (None, label) or (only == "core" and kind in self.keep)


def chosen_positions(article: TaggedArticle, only: Label | None, kinds: KindChoice | None) -> list[int]:
    """Return the positions of the paragraphs to write.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.kinds import Kinds
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.reading.article import Article
    >>> scores = np.array([0.9, 0.1, 0.2])
    >>> article = TaggedArticle(
    ...     Article("a", ["It rained.", "Share", "By Mara"]), scores, scores > 0.5, 0.8,
    ...     kinds=Kinds(("body", "share", "byline"), scores))
    >>> chosen_positions(article, "core", None), chosen_positions(article, "core", KindChoice(keep=("byline",)))
    ([0], [0, 2])
    >>> chosen_positions(article, None, KindChoice(drop=("share",)))
    [0, 2]
    """
    if kinds is None or article.kinds is None:
        return [position for position, label in enumerate(article.labels) if only in (None, label)]
    found = enumerate(zip(article.kinds.names, article.labels, strict=True))
    return [position for position, (kind, label) in found if kinds.allows(kind, label, only)]


def kind_choice(*, shown: bool, drop: str, keep: str, only: Label | None) -> KindChoice | None:
    """Read a user's choice of kinds; None if the user made none.

    Parameters
    ----------
    shown
        As in `KindChoice`.
    drop, keep
        Names of kinds and roles, separated by commas.
    only
        As in `corestory.output.formats.RowChoice`.

    Raises
    ------
    InputError
        A name is unknown, a kind is in both options, or kinds are to be kept although all filler is written.

    Examples
    --------
    >>> kind_choice(shown=False, drop="plug", keep="", only=None)
    Traceback (most recent call last):
    corestory.errors.InputError: --drop-kinds: there is no kind 'plug'; expected navigation, ...
    """
    dropped, kept = _names("--drop-kinds", drop), _names("--keep-kinds", keep)
    if kept and only != "core":
        raise InputError("needs --only core", where="--keep-kinds", hint="Without --only, all filler is written.")
    both = [name for name in kept if name in dropped]
    if both:
        raise InputError(f"{both[0]} is also in --drop-kinds", where="--keep-kinds", expected="each kind in one option")
    return KindChoice(shown, dropped, kept) if shown or dropped or kept else None


def _names(option: str, given: str) -> tuple[str, ...]:
    names = dict.fromkeys(name.strip().casefold() for name in given.split(",") if name.strip())
    for name in names:
        if name not in CLASSES:
            raise InputError(f"there is no kind {name[:40]!r}", where=option, expected=", ".join(CLASSES))
    return tuple(names)


StoryRow = tuple[str, str, str, str, float, float | None, str, int, int, *tuple[object, ...]]

STORY_COLUMNS = ("id", "url", "title", "text", "confidence", "is_article", "language", "words_core", "words_all")


@dataclass(frozen=True, slots=True)
class Story:
    """The story of an article.

    Attributes
    ----------
    title
        The title, in one line; empty if unknown.
    blocks
        The paragraphs in order, without a headline that repeats the title.
    article_id, url
        The id and the URL of the article.
    language
        As in `corestory.reading.article.language_of`.
    """

    title: str
    blocks: tuple[Block, ...]
    article_id: str
    url: str
    language: str


def story_of(article: TaggedArticle, kinds: KindChoice | None) -> Story:
    """Return the story of a tagged article with its structure.

    Parameters
    ----------
    article
        An article with its source (`corestory.reading.article.Article.source`); without it, a page has no structure.
        If the article was tagged with kinds, they identify the headings of a text.
    kinds
        Which kinds to leave out of the story, or to keep in it.

    Examples
    --------
    >>> import numpy as np
    >>> from dataclasses import replace
    >>> from corestory.reading.one_article import page_article
    >>> html = "<title>Rain - The Herald</title><h1>Rain</h1><p>It <b>rained</b>.</p><p>Share</p>"
    >>> page = replace(page_article(html, article_id="a", where="a.html"), source=html)
    >>> scores = np.array([0.9, 0.9, 0.1])
    >>> story = story_of(TaggedArticle(page, scores, scores > 0.5, 0.8), None)
    >>> story.title, [block.text for block in story.blocks]
    ('Rain', ['It rained.'])
    """
    source = article.article.source
    blocks = _blocks(article, source)
    headlines = [block.text for parts in blocks for block in parts if block.heading == 1]
    title = _title(storable(article.title), headlines)
    chosen = [block for position in chosen_positions(article, "core", kinds) for block in blocks[position]]
    shown = [block for block in chosen if not (block.heading == 1 and block.text == title)]
    text = " ".join(block.text for block in shown) or " ".join(article.texts)
    url, language = storable(article.url), language_of(text, declared=article.article.language)
    return Story(title, tuple(shown), storable(article.article_id), url, language)


def _blocks(article: TaggedArticle, source: str) -> Sequence[Sequence[Block]]:
    texts = [storable(text) for text in article.texts]
    if source and (article.article.markup is not None or is_markup(source)):
        from corestory.reading.html.structure import page_blocks  # only pages need the parser

        return page_blocks(source, texts, url=article.url)
    return [[block] for block in text_blocks(texts, article.kinds.names if article.kinds is not None else ())]


def _title(title: str, headlines: Sequence[str]) -> str:
    """Return the headline that the title contains, because a title may also name the site; otherwise the title."""
    return next((text for text in headlines if text in title), title) if title else next(iter(headlines), "")


def story_row(article: TaggedArticle, kinds: KindChoice | None, *, digits: int) -> StoryRow:
    r"""Return the row of an article, with `STORY_COLUMNS` and the kept columns.

    Parameters
    ----------
    article
        The article. A page without a story has a row, too, with an empty text.
    kinds
        Which kinds to leave out of the story, or to keep in it.
    digits
        The number of digits of probabilities.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> import numpy as np
    >>> from dataclasses import replace
    >>> scores = np.array([0.9, 0.1, 0.8])
    >>> texts = ["It rained.", "Share", "Boats sailed on."]
    >>> article = replace(Article("a", texts, title="Rain"), language="en")
    >>> story_row(TaggedArticle(article, scores, scores > 0.5, 0.8, is_article=0.9), None, digits=6)
    ('a', '', 'Rain', 'It rained.\n\nBoats sailed on.', 0.8, 0.9, 'en', 5, 6)
    """
    texts = article.texts
    story = [storable(texts[position]) for position in chosen_positions(article, "core", kinds)]
    is_article = None if article.is_article is None else round(float(article.is_article), digits)
    kept = article.kept
    return (
        storable(article.article_id),
        storable(article.url),
        storable(article.title),
        "\n\n".join(story),
        round(float(article.confidence), digits),
        is_article,
        language_of(" ".join(story or texts), declared=article.article.language),
        sum(map(word_count, story)),
        sum(map(word_count, texts)),
        *(kept[0] if kept else ()),
    )

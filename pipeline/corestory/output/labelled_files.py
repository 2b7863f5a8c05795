"""Tagged articles as labelled files, which people correct and ``corestory prepare`` reads."""

from corestory.labelling.labelled import KINDS, ROLES
from corestory.model.tagged_article import TaggedArticle
from corestory.reading.sites import site_of
from corestory.reading.text import storable


def in_one_line(text: str) -> str:
    r"""Return a text with a space for each line end.

    Examples
    --------
    >>> in_one_line("Two\r\nlines\u2028here")
    'Two lines here'
    """
    return " ".join(text.splitlines())


def labelled_text(article: TaggedArticle) -> str:
    r"""Return an article in the sample format of `corestory.labelling.origins.read_sample`.

    Parameters
    ----------
    article
        The article. If it was tagged with kinds, each label has its kind or role, body text excepted.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.reading.article import Article
    >>> article = Article("a", ["It rained.", "Share"], url="https://herald.example/7", title="Rain")
    >>> print(labelled_text(TaggedArticle(article, np.array([0.9, 0.1]), np.array([True, False]), 0.8)), end="")
    site: herald.example
    url: https://herald.example/7
    title: Rain
    <BLANKLINE>
    core: It rained.
    filler: Share
    """
    facts = {
        "site": site_of(article.article),
        "url": article.url,
        "title": article.title,
        "language": article.article.language,
    }
    header = [f"{name}: {line}\n" for name, value in facts.items() if (line := in_one_line(storable(value)).strip())]
    kinds = article.kinds.names if article.kinds is not None else ("",) * len(article.texts)
    lines = [
        f"{label}{_detail(label, kind)}: {in_one_line(storable(text)).strip()}\n"
        for label, kind, text in zip(article.labels, kinds, article.texts, strict=True)
    ]
    return "".join([*header, *["\n"] * bool(header), *lines])


def _detail(label: str, kind: str) -> str:
    # Filler that repeats the title has a kind that is none of the format's.
    known = kind != "body" and kind in ROLES if label == "core" else kind in KINDS
    return f"/{kind}" if known else ""

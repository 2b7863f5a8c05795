"""Lines as the rules read them: without the numbers of links that dumps of pages write before them."""

from __future__ import annotations

import re
from dataclasses import replace

from corestory.features.batch import Batch

_BEFORE_LINK = re.compile(r"\s*(?:[*+•-]\s+)?\[\d{1,4}\](?=[^\W_])")


def without_link_numbers(batch: Batch) -> Batch:
    """Leave out the numbers of links before the lines of texts, and the marks of their lists.

    Lynx and its kin write "* [12]Sport". A number with a space behind it is that of a note.

    Examples
    --------
    >>> from corestory.features.batch import batch_of_articles
    >>> from corestory.reading.article import Article
    >>> without_link_numbers(batch_of_articles([Article("a", ["* [12]Sport", "[3] Lee 2011", "* Eggs"])])).texts
    ['Sport', '[3] Lee 2011', '* Eggs']
    """
    if batch.markup is not None:
        return batch
    texts = list(batch.texts)
    for row in [row for row, text in enumerate(texts) if "[" in text[:6]]:
        texts[row] = _BEFORE_LINK.sub("", texts[row], count=1)
    return replace(batch, texts=texts)

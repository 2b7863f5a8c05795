"""What a sponsor says within a story, in the element that its label begins, and code that is left in the text.

What is advertised reads like a paragraph of the story. But its label begins its element, and the element is small.
"""

from __future__ import annotations

import numpy as np

from corestory.features.batch import Batch
from corestory.line_rules.patterns import pattern
from corestory.types import Bool, Float

LABEL_WORDS = 8
"""The most words of the label of a sponsor."""
ELEMENT = 0.3
"""The most that an advertisement's element holds of an article's kept words."""

# Labels such as "Advertisement" begin sections of stories as well.
_SPONSORS = (
    r"\W*(?:(?:sponsored|promoted|paid) ?(?:content|post)?\W*$|(?:together with|in partnership with|a message from|"
    r"(?:presented|sponsored|brought to you|paid for) by|präsentiert von|en partenariat avec|offert par|"
    r"patrocinado por|presentado por|apresentado por|offerto da|in samenwerking met|i samarbete med|i samarbejde med|"
    r"i samarbeid med|we współpracy z) \S)"
)
# Scripts of advertisements, comments in HTML, and marks of what a publishing system was to put in: '[poll id="3"]',
# "[caption]The quay[/caption]", "{{banner}}".
_CODE = (
    r"(?:window\.|var )?(?:googletag|adsbygoogle|_taboola|dataLayer|fusetag|gtag|fbq|ga|OA_show)\b[ .=(\[].*[;)}]|"
    r"\[/?[a-z][\w-]*(?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\]]+))+\s*/?\]|\[/[a-z][\w-]*\]|\{\{[^{}]*\}\}|\{%[^{}]*%\}|<!--.*-->|"
    r"[\[\s]{0,2}\{\s{0,2}\"[^\"]{1,60}\"\s*:.*[\]}]|"
    r"\[(?P<code>caption|wp_caption|embed|video|audio|playlist|youtube|tweet|twitter|instagram|img|url|media|iframe|"
    r"button|su_\w+|vc_\w+)\b[^\]]*\].*\[/(?P=code)\]"
)
_CODE_BEGINS, _CODE_ENDS = ("window.", "var ", "goog", "adsby", "_tab", "dataL", "fuse", "gtag", "fbq", "ga", "OA_",
                            "[", "{", "<!--"), (";", ")", "}", "]", "-->")  # fmt: skip


def advertisements(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs that are code, and in pages those in the element of a sponsor's label.

    Parameters
    ----------
    batch, words, kept
        As in `corestory.line_rules.headlines.own_headlines`.

    Returns
    -------
    numpy.ndarray
        Shape (paragraphs,).

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
    found[[row for row in code if pattern(_CODE).fullmatch(texts[row])]] = True
    return found | _of_sponsors(batch, words, kept)


def _of_sponsors(batch: Batch, words: Float, kept: Bool) -> Bool:
    """Find the kept paragraphs in small elements of a page that begin with the label of a sponsor, and the label."""
    found = np.zeros(len(kept), bool)
    if batch.markup is None:
        return found
    near, forest, layout = kept.copy(), batch.markup.forest, batch.layout
    near[:-1] |= kept[1:]
    near &= (words <= LABEL_WORDS) & (layout.position + 1 < layout.sizes[layout.article])
    for label in np.flatnonzero(near).tolist():
        if not pattern(_SPONSORS).match(batch.texts[label]):
            continue
        first, last, end = int(layout.start[label]), label + 1, int(layout.end[label])
        behind = set(forest.around(last))
        element = next((one for one in forest.around(label) if one in behind), -1)
        if element < 0 or (label > first and element in forest.around(label - 1)):
            continue
        while last < end and element in forest.around(last):
            last += 1
        of_kept = words * kept
        if of_kept[label:last].sum() < ELEMENT * of_kept[first:end].sum():
            found[label:last] = kept[label:last]
    return found

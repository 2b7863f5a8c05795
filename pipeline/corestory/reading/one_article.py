"""One article from a string, as people give it in Python."""

import re
import warnings

from corestory.errors import InputError
from corestory.reading.article import Article, article_of_texts
from corestory.reading.article_rows import paragraphs_of_text

_TAG = re.compile(r"<(?:!doctype|/?(?:html|body|div|p|article|section|h[1-6]|ul|li|br|span|a)\b)[^<>]*>", re.IGNORECASE)


def article_of_text(text: str, *, html: bool = False, url: str = "") -> Article:
    r"""Read one article's text, or its page's HTML, from a string; warn if a text looks like HTML.

    Parameters
    ----------
    text
        The text or the HTML.
    html
        Whether it is HTML.
    url
        Its address; the one that a page gives itself where empty.

    Raises
    ------
    InputError
        It is not a string.

    Examples
    --------
    >>> article_of_text("The quay opened.\nREAD MORE: Ferry sold", url="https://herald.example/7").texts
    ['The quay opened.', 'READ MORE: Ferry sold']
    """
    if not isinstance(text, str):
        hint = "Decode it first, or give the file to corestory predict." if isinstance(text, bytes) else ""
        if isinstance(text, list | tuple):
            hint = "Call it once for each article, or use corestory.tag_frame."
        raise InputError(f"a value of type {type(text).__name__}", expected="one article's text as a string", hint=hint)
    if html:
        from corestory.reading.html.page import read_page  # only pages need the parser

        page = read_page(text)
        return Article("", page.paragraphs, url or page.url, page.title)
    if len(_TAG.findall(text[:100_000])) > 1:
        warnings.warn("The text looks like HTML; pass html=True to read it as a page.", stacklevel=3)
    return article_of_texts("", paragraphs_of_text(text, where="the text"), url=url)

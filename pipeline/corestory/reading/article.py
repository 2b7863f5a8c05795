"""Articles as every reader returns them: paragraphs in order, with markup if the source has any; site and language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

    from corestory.reading.html.outline import Outline


_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_HOST_END = re.compile(r"[/?#\\]")
_PORT = re.compile(r":\d*$")
_LONGEST_NAME = 253  # as of a host
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)$")
# Reserved for examples, tests and private networks. No list of suffixes has them, but they are not file endings either.
_RESERVED = {"example", "test", "invalid", "localhost", "local", "internal", "onion"}
# The number of first characters that identify the language nearly as well as the whole story, in 10 ms.
TOLD_CHARACTERS = 500
# Fewer letters are too little evidence.
LEAST_LETTERS = 20

_LANGUAGE = re.compile(r"[a-z]{2}(?![a-z])")
# Two written forms of Norwegian, which the detector treats as one language.
_SAME_LANGUAGE = {"nb": "no", "nn": "no"}


def registered_domain(url: str) -> str:
    """Return the registered domain of a URL, or an empty string if it has none.

    The Public Suffix List that is bundled with publicsuffixlist decides, including its private section, so two blogs at
    one host are two sites. Nothing is fetched.

    Parameters
    ----------
    url
        A URL, with or without a scheme, or a bare host name.

    Returns
    -------
    str
        The domain in lower case; an internationalised name in its ASCII form; an IP address unchanged.

    Examples
    --------
    >>> registered_domain("https://www.news.example.co.uk:8080/a?b#c")
    'example.co.uk'
    >>> registered_domain("harbour-blog.github.io/2024/05"), registered_domain("not a URL")
    ('harbour-blog.github.io', '')
    """
    url = url.strip()
    scheme = _SCHEME.match(url)
    host = _HOST_END.split(url[scheme.end() :] if scheme else url, maxsplit=1)[0].rpartition("@")[2]
    if host.startswith("["):
        return _address(host[1:].partition("]")[0])
    host = _ascii(_PORT.sub("", host).rstrip("."))
    if not host or not all(_LABEL.match(label) for label in host.split(".")):
        return ""
    if host.rpartition(".")[2].isdigit():  # no top-level domain is a number
        return _address(host)
    site = _suffixes().privatesuffix(host)
    if site is None:  # the host itself is in the private section, such as the front page of a blog host
        site = _suffixes(only_icann=True).privatesuffix(host)
    if site is not None:
        return str(site)
    labels = host.split(".")
    # Without a scheme, an unknown last label is more likely the ending of a file name.
    known = labels[-1] in _RESERVED or (scheme is not None and _suffixes().publicsuffix(host) is None)
    return ".".join(labels[-2:]) if len(labels) > 1 and known else ""


def site_of(article: Article) -> str:
    """Return the site of an article, or an empty string if nothing names it.

    The source names the site; else the URL does; else a folder or archive of the file that has the name of a site.

    Examples
    --------
    >>> from corestory.reading.article import Article
    >>> site_of(Article("pages/herald.example/2024/quay.txt", ())), site_of(Article("7", (), site="Herald"))
    ('herald.example', 'herald')
    """
    if article.site:
        return registered_domain(article.site) or " ".join(article.site.lower().split())[:_LONGEST_NAME]
    if article.url:
        return registered_domain(article.url)
    # The ending of an archive is also a top-level domain.
    folders = [folder.removesuffix(".zip") for folder in article.article_id.split("/")[-2::-1]]
    return next((site for folder in folders if "." in folder and (site := registered_domain(folder))), "")


def language_of(text: str, *, declared: str = "") -> str:
    """Return the language of a text as a code of two letters (ISO 639-1), or an empty string if it is unknown.

    If a page declares another language than that of its text, the text was right each time (docs/outputs.md).

    Parameters
    ----------
    text
        The text; only its first `TOLD_CHARACTERS` are read.
    declared
        The language that the source declares, such as ``en`` or ``de-AT``. It counts if the text is too short or
        py3langid (the extra ``language``; Lui and Baldwin, ACL 2012) is not installed.

    Examples
    --------
    >>> language_of("", declared="de-AT"), language_of("", declared="English"), language_of("")
    ('de', '', '')
    """
    text = text[:TOLD_CHARACTERS]
    if sum(map(str.isalpha, text)) >= LEAST_LETTERS and _detects_languages():
        from py3langid import classify

        return str(classify(text)[0])
    match = _LANGUAGE.match(declared.strip().lower())
    return _SAME_LANGUAGE.get(match[0], match[0]) if match else ""


@cache
def _detects_languages() -> bool:
    return find_spec("py3langid") is not None


def _ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


@cache
def _suffixes(*, only_icann: bool = False) -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    # Only the list that comes with the package is read.
    return PublicSuffixList(accept_unknown=False, only_icann=only_icann)


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its paragraphs in the order of the page.

    Attributes
    ----------
    texts
        The paragraphs.
    title
        The title if the source gives it separately, else empty.
    site
        The site if the source names it, else empty; `corestory.reading.article.site_of` also reads it from the URL.
    markup
        The markup around the paragraphs of a page; None for a text.
    kept
        For each paragraph the values of the columns that the caller asked for, in that order; None for a column that
        the source does not have. Empty if the caller asked for none.
    source
        The text or the HTML from which the article was read; empty if the caller did not ask for it, or for a list.

    Examples
    --------
    >>> Article("a", ["Story.", "Share"], title="Quay").texts
    ['Story.', 'Share']
    """

    article_id: str
    texts: Sequence[str]
    url: str = ""
    title: str = ""
    language: str = ""
    site: str = ""
    markup: Outline | None = field(default=None, kw_only=True, repr=False, compare=False)
    kept: Sequence[tuple[object, ...]] = field(default=(), kw_only=True)
    source: str = field(default="", kw_only=True, repr=False)


def keeping(article: Article, values: Sequence[Mapping[str, object]], keep: Sequence[str]) -> Article:
    """Give each paragraph of an article the values of the columns to keep, whose names are in lower case.

    Examples
    --------
    >>> keeping(Article("a", ["One."]), [{"desk": "ports"}], ("desk", "page")).kept
    (('ports', None),)
    """
    if not keep:
        return article
    kept = [tuple(row.get(name) for name in keep) for _, row in zip(article.texts, values, strict=True)]
    return replace(article, kept=tuple(kept))

"""The content of a record's field, by the names that scrapers, data sets and interfaces give to their fields."""

import re
from collections.abc import Iterable
from functools import lru_cache

# Names without case and punctuation.
_NAMES = {
    "text": "body content contents maintext maincontent articlebody articletext articlecontent article fulltext "
    "fullcontent cleanedtext cleantext textcontent contenttext rawtext plaintext bodytext storytext story newstext "
    "newscontent pagetext pagecontent extractedtext document",
    "html": "rawhtml htmlcontent contenthtml bodyhtml htmlbody pagehtml htmlpage fullhtml articlehtml htmltext "
    "texthtml pagesource sourcehtml htmlsource articlebodyhtml browserhtml",
    "article_id": "uuid guid articleid docid documentid storyid storiesid newsid",
    "url": "link pageurl articleurl sourceurl weburl originalurl canonicalurl canonicallink permalink uri "
    "targeturi warctargeturi loadedurl source",
    "title": "headline articletitle pagetitle newstitle storytitle webtitle",
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names.split()}
# In an object of the record, the names that corestory itself reads count, too.
_ROLES_IN_OBJECTS = _ROLES | {
    "text": "text", "paragraphs": "text", "html": "html", "url": "url", "title": "title", "id": "article_id",
}  # fmt: skip
# Objects that contain an article, and objects that describe the article beside them.
_ARTICLES = frozenset(
    (
        *("_source", "article", "story", "post", "news", "page", "document", "doc", "record"),
        *("item", "entry", "result", "object", "node", "fields", "attributes", "data"),
    )
)
_DESCRIPTIONS = frozenset(["metadata", "meta", "warc_headers", "crawl"])
# The field with the value in an object that has only one: {"rendered": "<p>One.", "protected": false}.
_VALUES = frozenset(["rendered", "value", "content", "main", "$oid"])
# Lists in which an interface returns its articles.
_ANSWERS = frozenset(
    (
        *("articles", "items", "entries", "results", "docs", "documents", "hits", "records", "posts"),
        *("stories", "objects", "rows", "news", "data", "pages", "value", "nodes", "edges"),
    )
)
_PUNCTUATION = re.compile(r"[\W_]+")
# Separators in the name of a field in an object, in JSON and in tables made from it.
_NESTING = re.compile(r"[./]")
# Lists of strings that are not paragraphs.
_OTHER_LISTS = re.compile(
    r"author|byline|writer|tag|keyword|topic|categor|section|image|photo|picture|video|movie|link|url|href|label|"
    r"entit|person|people|place|location|organi[sz]ation|compan|countr|lang|date|token|word|highlight|source|site|id$"
)


@lru_cache(maxsize=4096)
def role_of(name: str) -> str:
    """Return the content of a field by its name, or an empty string.

    Parameters
    ----------
    name
        The field's name; for a field in an object, the names of both with a dot or a slash between.

    Returns
    -------
    str
        ``text``, ``html``, ``article_id``, ``url`` or ``title``.

    Examples
    --------
    >>> [role_of(name) for name in ("main_text", "_source.body", "metadata/url", "content.rendered", "author.url")]
    ['text', 'text', 'url', 'text', '']
    """
    *outer, last = _NESTING.split(name.strip().lower())
    if outer and last in _VALUES:
        path = ".".join(outer)
        if role := role_of(path) or _role(path, _ROLES_IN_OBJECTS):
            return role
    if role := _role(name, _ROLES):
        return role
    if not outer or not _ARTICLES.union(_DESCRIPTIONS).issuperset(outer):
        return ""
    role = _role(last, _ROLES_IN_OBJECTS)
    return role if _ARTICLES.issuperset(outer) or role not in ("text", "html") else ""


def _role(name: str, roles: dict[str, str]) -> str:
    return roles.get(_PUNCTUATION.sub("", name.lower()), "article_id" if name.strip().lower() == "_id" else "")


@lru_cache(maxsize=4096)
def roles_of(names: tuple[str, ...]) -> frozenset[str]:
    """Return the possible contents of a record's fields by their names, which all records of a table share."""
    return frozenset(map(role_of, names))


def outer_names(names: Iterable[str]) -> list[str]:
    """Return the names of fields that are in no object of the record, or all names if each is in one.

    Examples
    --------
    >>> outer_names(["body", "article.text"]), outer_names(["article.text"])
    (['body'], ['article.text'])
    """
    names = list(names)
    return [name for name in names if not _NESTING.search(name)] or names


def may_be_paragraphs(name: str) -> bool:
    """Return whether a list of strings with an unknown name may be paragraphs, and not authors, tags or images."""
    return not _OTHER_LISTS.search(name)


def may_be_articles(name: str) -> bool:
    """Return whether a list of objects may be the one in which an interface returns its articles.

    Examples
    --------
    >>> may_be_articles("response.results"), may_be_articles("comments")
    (True, False)
    """
    return _NESTING.split(name)[-1] in _ANSWERS

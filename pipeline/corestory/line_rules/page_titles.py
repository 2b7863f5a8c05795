"""Titles of pages that have no story, in ``words.tsv``: of forms, offers, legal notices, searches and errors."""

from __future__ import annotations

import re
from functools import cache

from corestory.line_rules.patterns import words_of
from corestory.line_rules.teasers import folded

# What parts the name of a page from that of its site; behind a colon or a dash a headline may go on: "Privacy: …".
_BARS, _MARKS = re.compile(r"\s+[|·•»]\s+|\s*[|•»]\s*"), re.compile(r"\s*:\s+|\s+[–—-]\s+")
SITE_WORDS, SMALL_CHARACTERS = 5, 3
"""The most words of a site's name, and the most characters of its words that begin with a small letter."""
_NUMBERED = re.compile(
    r"(?:http )?(?:error|fehler|erreur|errore|erro|fout|fel|chyba|błąd|ошибка|помилка|hata) [45]\d\d"
    r"(?:\W+(?:not|page|internal|bad|service|forbidden|gateway|server|access|unauthorized|seite|nicht|página|pagina)\b.*)?|"
    r"(?:40\d|410|429|451|50[0-4]|52\d)(?: (?:not found|forbidden|error|bad|service|gateway|internal|gone)\b.*)?"
)
_BEGUN = re.compile(
    r"(?:search(?: results)?|suche(?:rgebnisse)?|(?:résultats de (?:la )?)?recherche|"
    r"(?:resultados de (?:la )?)?búsqueda|zoekresultaten|sökresultat|wyniki wyszukiwania|(?:результаты )?поиска?)"
    r"(?: (?:for|nach|für|pour|para|de|voor|po|по))? "
    r"(?:[\"“„«»][^\"“”«»]*|['‘][^'’]*['’]?)|"
    r"(?:search results for|suchergebnisse für|résultats de (?:la )?recherche pour|resultados de (?:la )?búsqueda para|"
    r"zoekresultaten voor|sökresultat för|wyniki wyszukiwania dla|результаты поиска по запросу) \S+(?: \S+){0,3}|"
    r"(?:subscribe to|suscríbete a|abonnez-vous à|abonnieren sie|abbonati a|assine o|prenumerera på|abonneer je op)"
    r" [^:,?]{2,40}"
)


@cache
def _titles() -> frozenset[str]:
    return frozenset(map(folded, words_of("titles without a story")))


def is_title_without_story(title: str) -> bool:
    """Return whether a title, or a part of it beside the name of a site, is that of a page that has no story.

    Examples
    --------
    >>> is_title_without_story("Sign in | The Bay Post"), is_title_without_story("404 - Not Found")
    (True, True)
    >>> is_title_without_story("Mayor told to sign in: what we know"), is_title_without_story("")
    (False, False)
    """
    title = " ".join(title.split())
    if "«" in title:  # its "»" parts nothing
        title = title.replace("»", "”")
    first = _BARS.split(title, maxsplit=1)[0]
    mark = _MARKS.search(first)
    if mark is None:
        return _names_no_story(first)
    name, rest = first[: mark.start()], first[mark.end() :]
    parts = _MARKS.split(rest)
    is_site = ":" not in mark[0] and _is_site(parts[-1].split())
    return _names_no_story(name) and (is_site or _names_no_story(parts[0]))


def _is_site(words: list[str]) -> bool:
    """Return whether words may name a site: a headline goes on in small letters."""
    small = any(word[0].islower() and (len(word) > SMALL_CHARACTERS or word is words[0]) for word in words)
    return len(words) <= SITE_WORDS and not small


def _names_no_story(part: str) -> bool:
    bare = folded(part).strip(' .!?…"“”«»')
    return bare in _titles() or _BEGUN.fullmatch(bare) is not None or _NUMBERED.fullmatch(bare) is not None

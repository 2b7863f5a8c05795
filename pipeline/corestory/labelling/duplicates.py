"""Articles that stand in the data twice: they would count double, and could be learned and then asked for."""

import re
from hashlib import blake2b

from corestory.labelling.alignment import alignment_words

_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:www\.)?([^/?#]+)([^?#]*)(\?[^#]*)?", re.IGNORECASE)


class Duplicates:
    """Remembers the articles seen so far, by their address and by their text.

    Examples
    --------
    >>> seen = Duplicates()
    >>> seen.reason(url="https://www.herald.example/ferry", text="The ferry sailed.")
    ''
    >>> seen.reason(url="http://herald.example/ferry/#top", text="The ferry has sailed.")
    'same page address as an earlier article'
    >>> seen.reason(url="", text="the ferry — sailed")
    'same text as an earlier article'
    """

    def __init__(self) -> None:
        self._addresses: set[str] = set()
        self._texts: set[bytes] = set()

    def reason(self, *, url: str, text: str) -> str:
        """Say why an article is a duplicate; an empty string, and the article remembered, if it is none.

        Parameters
        ----------
        url
            The article's address. Scheme, ``www.``, fragment and a slash at the end do not tell pages apart; an
            address without a path is the site's, not the article's, and is not looked at.
        text
            The story. Only its words count.
        """
        address = page_address(url)
        if address and address in self._addresses:
            return "same page address as an earlier article"
        words = alignment_words(text)
        digest = blake2b("\0".join(words).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        if words and digest in self._texts:
            return "same text as an earlier article"
        if address:
            self._addresses.add(address)
        if words:
            self._texts.add(digest)
        return ""


def page_address(url: str) -> str:
    """Part of an address that tells pages apart, or an empty string if it names no page.

    Examples
    --------
    >>> page_address("https://www.Herald.example/ferry/?id=7#top")
    'herald.example/ferry?id=7'
    >>> page_address("https://herald.example/")
    ''
    """
    match = _ADDRESS.match(url.strip())
    if match is None:
        return ""
    host, path, query = match[1].lower(), match[2].rstrip("/"), match[3] or ""
    return f"{host}{path}{query}" if path or len(query) > 1 else ""

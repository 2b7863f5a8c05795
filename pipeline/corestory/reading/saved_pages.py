"""The page in a file that a browser has saved whole, as MHTML: a mail whose parts are the page and its pictures."""

import re

from corestory.errors import InputError

# The beginning of a mail or of a page that is saved as one: lines "Name: value", some of which only mail has.
_HEADER = re.compile(rb"(?:From [^\n]*\n)?(?:[A-Za-z][A-Za-z0-9-]*:[ \t]?[^\n]*\n(?:[ \t][^\n]*\n)*){3,}")
_MAIL_ONLY = re.compile(
    rb"^(?:Received|Return-Path|Message-ID|MIME-Version|Delivered-To|Content-Transfer-Encoding|DKIM-Signature):",
    re.I | re.M,
)
_SAVED_PAGE = re.compile(rb"^Content-Type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)


def is_mail(head: bytes) -> bool:
    r"""Return whether a file is a mail by its beginning, or a page that is saved as one.

    Examples
    --------
    >>> is_mail(b"Subject: Quay\nTo: Ann\nMIME-Version: 1.0\n"), is_mail(b"Subject: Quay\nTo: Ann\nDate: Monday\n")
    (True, False)
    """
    header = _HEADER.match(head)
    return header is not None and _MAIL_ONLY.search(header[0]) is not None


def is_saved_page(head: bytes) -> bool:
    r"""Return whether a file is a page that a browser has saved as MHTML, by its beginning.

    Examples
    --------
    >>> is_saved_page(b"Subject: Quay\nMIME-Version: 1.0\nContent-Type: multipart/related\n"), is_saved_page(b"<p>Quay")
    (True, False)
    """
    header = _HEADER.match(head)
    return header is not None and is_mail(head) and _SAVED_PAGE.search(header[0]) is not None


def saved_page(data: bytes, *, where: str) -> tuple[bytes, str]:
    r"""Return the HTML of a page that is saved as MHTML.

    Parameters
    ----------
    data
        The whole file.
    where
        Its name, for the error.

    Returns
    -------
    page : bytes
        The first part that is a page: the others are pictures, style sheets and pages in frames.
    charset : str
        The encoding that the file declares for it, empty if none.

    Raises
    ------
    InputError
        No part is a page.

    Examples
    --------
    >>> head = b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n"
    >>> page = b"Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p id=3Da>The =\nquay.\n--x--"
    >>> saved_page(head + page, where="a.mhtml")
    (b'<p id=a>The quay.', '')
    """
    # To import it takes longer than to read a page, and few files need it.
    from email import message_from_bytes

    try:
        for part in message_from_bytes(data).walk():
            if part.get_content_type() == "text/html":
                page = part.get_payload(decode=True)
                if isinstance(page, bytes):
                    return page, part.get_content_charset("")
    except (RecursionError, ValueError, LookupError):  # parts within parts without end, headers that nobody can read
        pass
    raise InputError("no page in a file saved as MHTML", where=where, expected="a part of the type text/html")

"""Which paragraphs only repeat the page's title, and so say nothing of core and filler."""

from corestory.labelling.alignment import alignment_words

# What stands between a title and the site's name; without its spaces it is part of a word.
_SEPARATORS = (" | ", " - ", " – ", " — ")


def titled(title: str) -> frozenset[tuple[str, ...]]:
    """Word sequences that say nothing but the title: all of it, and all but the site's name at its end.

    Parameters
    ----------
    title
        The page's title, with or without the site's name.

    Returns
    -------
    frozenset of tuple of str
        Sequences as of `alignment_words`; empty where the title has no word.

    Examples
    --------
    >>> sorted(titled("Quay opens | Harbour Herald"))
    [('quay', 'opens'), ('quay', 'opens', 'harbour', 'herald')]
    """
    heads = [head for separator in _SEPARATORS for head, found, _ in [title.rpartition(separator)] if found]
    return frozenset(tuple(words) for part in (title, *heads) if (words := alignment_words(part)))

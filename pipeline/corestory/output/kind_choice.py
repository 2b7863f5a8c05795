"""What a user wants of the kinds: their columns, and paragraphs left out or kept by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corestory.errors import InputError
from corestory.model.kinds import CLASSES

if TYPE_CHECKING:
    from corestory.model.tagged_article import TaggedArticle
    from corestory.types import Label


@dataclass(frozen=True, slots=True)
class KindChoice:
    """Which paragraphs to write by their kinds, and whether to write the kinds.

    Attributes
    ----------
    shown
        Whether rows have the columns ``kind`` and ``kind_score``.
    drop
        Paragraphs of these kinds and roles are left out, whatever their label.
    keep
        Filler of these kinds is written with the story where only core is asked for.

    Examples
    --------
    >>> KindChoice(drop=("newsletter", "legal")).drop
    ('newsletter', 'legal')
    """

    shown: bool = False
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()

    def allows(self, kind: str, label: Label, only: Label | None) -> bool:
        """Whether a paragraph of this kind and label is written where only one label is asked for, or all."""
        if kind in self.drop:
            return False
        return only in (None, label) or (only == "core" and kind in self.keep)


def chosen_positions(article: TaggedArticle, only: Label | None, kinds: KindChoice | None) -> list[int]:
    """Give the positions of the paragraphs to write.

    Examples
    --------
    >>> import numpy as np
    >>> from corestory.model.kinds import Kinds
    >>> from corestory.model.tagged_article import TaggedArticle
    >>> from corestory.reading.article import Article
    >>> scores = np.array([0.9, 0.1, 0.2])
    >>> article = TaggedArticle(
    ...     Article("a", ["It rained.", "Share", "By Mara"]), scores, scores > 0.5, 0.8,
    ...     kinds=Kinds(("body", "share", "byline"), scores))
    >>> chosen_positions(article, "core", None), chosen_positions(article, "core", KindChoice(keep=("byline",)))
    ([0], [0, 2])
    >>> chosen_positions(article, None, KindChoice(drop=("share",)))
    [0, 2]
    """
    if kinds is None or article.kinds is None:
        return [place for place, label in enumerate(article.labels) if only in (None, label)]
    found = enumerate(zip(article.kinds.names, article.labels, strict=True))
    return [place for place, (kind, label) in found if kinds.allows(kind, label, only)]


def kind_choice(*, shown: bool, drop: str, keep: str, only: Label | None) -> KindChoice | None:
    """Read what a user asked for; None if nothing about kinds.

    Parameters
    ----------
    shown, only
        As of `KindChoice`.
    drop, keep
        Names of kinds and roles, with commas between.

    Raises
    ------
    InputError
        If a name is unknown, a kind is to be dropped and kept, or kinds are to be kept where all filler is written.

    Examples
    --------
    >>> kind_choice(shown=False, drop="plug", keep="", only=None)
    Traceback (most recent call last):
    corestory.errors.InputError: --drop-kinds: there is no kind 'plug'; expected navigation, ...
    """
    dropped, kept = _names("--drop-kinds", drop), _names("--keep-kinds", keep)
    if kept and only != "core":
        raise InputError(
            "needs --only core", where="--keep-kinds", hint="Without --only, filler is written anyway, with its label."
        )
    both = [name for name in kept if name in dropped]
    if both:
        raise InputError(f"{both[0]} is dropped as well", where="--keep-kinds", expected="each kind in one option")
    return KindChoice(shown, dropped, kept) if shown or dropped or kept else None


def _names(option: str, given: str) -> tuple[str, ...]:
    names = dict.fromkeys(name.strip().casefold() for name in given.split(",") if name.strip())
    for name in names:
        if name not in CLASSES:
            raise InputError(f"there is no kind {name[:40]!r}", where=option, expected=", ".join(CLASSES))
    return tuple(names)

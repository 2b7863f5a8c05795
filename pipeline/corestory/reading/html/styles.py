"""The elements that a page's own ``<style>`` elements hide, by the simplest selectors: a class or an id.

Rules that show such an element also count: those for wide screens, and those for another class of the element. Style
sheets in files are not read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np

from corestory.reading.html.markup_words import Name, Names
from corestory.reading.html.tags import TagKind
from corestory.types import Int

MOST_CHARACTERS = 2**17
"""The most characters of a style sheet that is read. Longer ones take noticeable time, and belong to frameworks rather
than to a page."""
MOST_NAMES = 50
"""The most classes of an element that the rules may hide. Finding the rules that show it takes the square of their
number."""

# The declarations that hide an element, without spaces. The last ones keep a text for search engines or screen readers.
_HIDING = (
    *("display:none", "display :none", "visibility:hidden", "visibility :hidden"),
    *(f"{side}:-{far}" for side in ("left", "right", "top", "bottom", "text-indent") for far in (9999, 10000)),
    *("clip:rect(", "clip-path:inset(50%)", "clip-path:inset(100%)"),
)
_SHOWING = ("display:", "display :", "visibility:visible", "visibility :visible", "clip:auto", "position:static")
_NAME = re.compile(r"[.#](?:[\w-]|\\.)+")
_NOT = re.compile(r":not\([^()]*+\)")
_COMBINATOR = re.compile(r"[\s>+~]+")
# Blocks of rules for paper and for small screens, which do not apply to the page that people read.
_ELSEWHERE = re.compile(r"@media(?=[^{}@]*(?:print|max-))[^{}@]*+\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\}", re.IGNORECASE)


class Rules:
    """The rules of a page's styles that hide elements, and those that show them.

    Parameters
    ----------
    sheets
        The texts of the style elements.

    Examples
    --------
    >>> rules = Rules(["/* ads */ .late, #seo { display: none } .late.open { display: block }"])
    >>> names = ("p", "late", ()), ("p", "late open", ()), ("p", "", ("seo",)), ("p", "story", ())
    >>> list(map(rules.hide, names))
    [True, False, True, False]
    """

    def __init__(self, sheets: Iterable[str]) -> None:
        sheet = "}}}".join(sheets)  # a block that is not closed ends with its sheet
        self._sheet = _plain(sheet) if len(sheet) <= MOST_CHARACTERS else ""
        self._hidden = {
            name
            for selectors, is_within in _rules(self._sheet, _HIDING, but=("clip:rect(auto",))
            if not is_within
            for name in _listed(selectors)
            if _NAME.fullmatch(name)
        }
        self._bare = {name[1:] for name in self._hidden}

    def hide(self, name: Name) -> bool:
        """Return whether an element is hidden by its class or its id."""
        if self._bare.isdisjoint(name[1].split()) and self._bare.isdisjoint(name[2][:1]):  # as nearly always
            return False
        names = [*map(".".__add__, name[1].split()), *map("#".__add__, name[2][:1])]
        if len(names) > MOST_NAMES or self._hidden.isdisjoint(names):
            return False
        beside, anyway = self._shown
        return anyway.isdisjoint(names) and any(
            one in self._hidden and not any((one, other) in beside for other in names) for one in names
        )

    @cached_property
    def _shown(self) -> tuple[set[tuple[str, str]], set[str]]:
        """The names that show an element: each beside one that hides it, maybe the same; and those that always do."""
        beside, anyway = set[tuple[str, str]](), set[str]()
        for selectors, is_within in _rules(_ELSEWHERE.sub("", self._sheet), _SHOWING, but=_HIDING[:2]):
            may_show = is_within or not self._hidden.isdisjoint(_NAME.findall(selectors))
            for selector in _NOT.sub("", selectors).split(",") if may_show else ():
                if ":hover" in selector or ":focus" in selector:  # menus and notes that wait for the pointer
                    continue
                names = [name.replace("\\", "") for name in _NAME.findall(_COMBINATOR.split(selector.strip())[-1])]
                if is_within and len(names) == 1:
                    anyway.add(names[0])
                for name in self._hidden.intersection(names):
                    beside.add((name, next((other for other in names if other != name), name)))
        return beside, anyway

    def hidden_tags(self, kinds: Int, numbers: Int, known: Names) -> Int:
        """Return the positions of the tags that the rules hide.

        Several blocks of one class are not hidden: they unfold, as the parts of a story or answers to questions do.

        Parameters
        ----------
        kinds
            The `TagKind` of each tag.
        numbers
            The number of each tag's name.
        known
            The names by their numbers.
        """
        if not self._hidden:
            return numbers[:0]
        used = np.flatnonzero(np.bincount(numbers))
        hidden = np.zeros(used[-1] + 1, bool)
        hidden[used] = [self.hide(known[number]) for number in used.tolist()]
        positions = np.flatnonzero(hidden.take(numbers))
        names = [known[number][:2] for number in numbers.take(positions).tolist()]
        blocks = (kinds.take(positions) == TagKind.BLOCK).tolist()
        often = Counter(name for name, is_block in zip(names, blocks, strict=True) if is_block and name[1])
        return positions.compress([often[name] < 2 for name in names])


def _plain(sheet: str) -> str:
    """Return a sheet without comments and without spaces after colons."""
    if "/*" in sheet:
        # A pattern would search the rest of the sheet for the end of each comment without one.
        first, *others = sheet.split("/*")
        sheet = " ".join([first, *(other.partition("*/")[2] for other in others)])
    # Old pages put styles into an HTML comment, which style sheets ignore.
    return sheet.replace("<!--", "").replace(": ", ":")


def _listed(selectors: str) -> Iterator[str]:
    """Yield the selectors of a list, but not those of a list in brackets."""
    depth = 0
    for selector in selectors.split(","):
        if not depth:
            yield selector.strip()
        depth += selector.count("(") - selector.count(")")


def _rules(sheet: str, declared: Sequence[str], *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, bool]]:
    """Yield the selectors of the rules with certain declarations, and whether each rule is within another block."""
    last = counted = depth = 0
    for at in sorted(at for declaration in declared for at in _positions(sheet, declaration)):
        begin = sheet.rfind("{", last, at)
        # The name of another property may have the same ending: backface-visibility.
        is_whole = sheet[at - 1].isspace() or sheet[at - 1] in "{;"
        if begin >= 0 and is_whole and not sheet.startswith(but, at):
            depth = max(0, depth + sheet.count("{", counted, begin) - sheet.count("}", counted, begin))
            start = max(last - 1, *(sheet.rfind(mark, last, begin) for mark in "{};"))
            yield sheet[start + 1 : begin], depth > 0
            counted = begin
        last = at


def _positions(sheet: str, text: str) -> Iterator[int]:
    at = sheet.find(text)
    while at >= 0:
        yield at
        at = sheet.find(text, at + 1)

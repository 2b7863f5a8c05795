"""Kinds of filler and roles of core from a page's markup: distant supervision, made clean by agreement between sites.

Class, id and tag names say of many paragraphs what they are (``class="byline"``), and nothing of others. A kind is
given only where the nearest telling element claims one kind, and where other sites do not contradict it for the same
text (Mintz et al., ACL 2009, name the principle for relations).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corestory.labelling.alignment import alignment_words
from corestory.types import Bool, Int

if TYPE_CHECKING:
    import pandas as pd

    from corestory.labelling.labelled import Kind, Role

_CLAIMS: dict[Kind, str] = {
    "navigation": "nav navbar navigation menu submenu breadcrumb breadcrumbs pagination sitemap topnav subnav megamenu "
    "offcanvas hamburger pager navlinks",
    "related": "related recommended recommendations recommendation popular trending mostread mostpopular readmore "
    "alsoread recirc recirculation teaser teasers outbrain taboola yarpp morestories readnext upnext relatedposts "
    "relatedpost latestnews seealso relatedposts",
    "newsletter": "newsletter newsletters signup mailchimp mailpoet emailsignup nlsignup newsletterform",
    "advertisement": "ad ads advert adverts advertisement advertising adsense sponsor sponsored sponsors dfp gpt "
    "affiliate adslot adbox adunit advertorial",
    "paywall": "paywall regwall piano donate donation donations subscriber subscribers metered steady",
    "byline": "byline bylines author authors authorbox bio biography contributor contributors writer reporter authored "
    "authorname authorbio",
    "date": "date dateline datetime timestamp time pubdate published updated datepublished datemodified dtreviewed "
    "postdate publishdate readingtime",
    "caption": "caption captions figcaption photocredit cutline imagecredit imagecaption photocaption",
    "share": "share sharing sharebar sharedaddy addtoany addthis sharethis socialshare sociable shares jssocials "
    "shareaholic heateor",
    "comment": "comment comments disqus commentlist respond commentform reply livefyre commenting fbcomments",
    "legal": "copyright legal cookie cookies consent gdpr disclaimer onetrust cookiebanner colophon imprint cmplz",
    "tags": "tag tags keyword keywords taglist topics topiclist tagcloud taxonomies",
}
# The same of elements further out: all of a comment section, or of a menu, is of one kind.
_OUTER_CLAIMS: dict[Kind, str] = {
    "navigation": "nav navbar menu megamenu breadcrumb breadcrumbs",
    "related": "related recommended recommendations popular trending outbrain taboola mostread",
    "newsletter": "newsletter newsletters mailchimp",
    "paywall": "paywall regwall",
    "comment": "comments disqus commentlist respond commentform",
    "legal": "cookie cookies consent gdpr onetrust cookiebanner",
    "share": "sharedaddy addtoany addthis sharebar",
}
_STANDFIRSTS = frozenset({
    "standfirst", "dek", "deck", "subtitle", "lede", "strapline", "subheadline", "subheading", "chapo", "chapeau",
    "vorspann", "anreisser", "entradilla", "bajada", "sottotitolo", "sommario", "ingress", "manchet", "sapo", "lead",
    "intro", "summary", "abstract",
})  # fmt: skip

_KIND_OF = {word: kind for kind, words in _CLAIMS.items() for word in words.split()}
_OUTER_KIND_OF = {word: kind for kind, words in _OUTER_CLAIMS.items() for word in words.split()}
_DIGIT = re.compile(r"\d")
_MANY_WORDS = 200
_NEAR = ("own_", "up_", "upup_")
# The element of a whole post has the post's tags, category and author among its classes.
_POSTS = frozenset({"hentry", "postid", "publish", "single", "body", "html", "main"})
_HEADING = re.compile(r"\bown_h_(?:two|three|four|five|six)\b")
_LONGEST: dict[str, int] = {
    "date": 14, "share": 14, "tags": 30, "navigation": 12, "byline": 120, "advertisement": 50, "paywall": 60,
}  # fmt: skip
"""Longer paragraphs, in words, are not of the kind, whatever element holds them."""
# Menus in footers hold the copyright line and the links to terms and privacy, whose words say more than their element.
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\W*(?:©\W*)?(?:19|20)\d\d|all rights reserved|alle rechte vorbehalten|tous droits réservés|"
    r"(?:todos los|todos os) (?:derechos|direitos) reservados|tutti i diritti riservati|все права защищены|"
    r"wszelkie prawa zastrzeżone|alle rechten voorbehouden|版权所有|無断転載",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"privacy|cookie|\bterms (?:of|and|&)|disclaimer|impressum|datenschutz|\bagb\b|nutzungsbedingungen|"
    r"mentions légales|confidentialité|aviso legal|privacidad|note legali|informativa|voorwaarden|personvern|"
    r"regulamin|prywatności|конфиденциальност|gizlilik|隐私|プライバシー|개인정보",
    re.IGNORECASE,
)
_RIGHTS_WORDS, _POLICY_WORDS = 60, 8

INLINE_WORDS = 10
"""Up to so many words, the inline elements of a paragraph tell what the whole of it is."""
AGREEMENT = 2 / 3
"""The share of a text's sites that must agree on its kind."""
MIN_SITES = 2
"""A text of fewer sites has the kind that its own markup tells."""
SPREAD_SITES = 3
"""A text of which so many sites tell the kind has it also on sites that tell none."""


def kind_of_markup(markup: str, *, words: int) -> Kind | None:
    """Tell the kind of a filler paragraph from its markup words.

    Parameters
    ----------
    markup
        As of `corestory.reading.article.Markup.words`.
    words
        How many words the paragraph has.

    Returns
    -------
    str or None
        One of `corestory.labelling.labelled.KINDS`; None where no element tells it, or the nearest one tells two.

    Examples
    --------
    >>> kind_of_markup("own_p up_div up_byline p div byline body", words=3)
    'byline'
    >>> kind_of_markup("own_p up_div up_share up_author p div share author body", words=3) is None
    True
    """
    levels: tuple[list[str], ...] = ([], [], [], [])
    for word in markup.split():
        level = next((level for level, mark in enumerate(_NEAR) if word.startswith(mark)), None)
        if level is not None:
            levels[level].append(word[len(_NEAR[level]) :])
        elif not word.startswith("in"):
            levels[3].append(word)
        elif words <= INLINE_WORDS:
            levels[0].append(word[2:])
    for level, found in enumerate(levels):
        outer = level == len(_NEAR)
        if not outer and not _POSTS.isdisjoint(found):
            continue
        known = _OUTER_KIND_OF if outer else _KIND_OF
        claimed = {known[word] for word in found if word in known}
        if claimed:
            (kind, *others) = claimed
            return kind if not others and words <= _LONGEST.get(kind, words) else None
    return None


def kind_of_words(text: str, claimed: Kind | None, *, words: int) -> Kind | None:
    """Tell the kind of a filler paragraph whose words say more than its element.

    Parameters
    ----------
    text
        The paragraph.
    claimed
        The kind that its markup tells (`kind_of_markup`).
    words
        How many words the paragraph has.

    Examples
    --------
    >>> kind_of_words("© 2026 Harbour Herald", "navigation", words=3)
    'legal'
    >>> kind_of_words("© Getty Images", "caption", words=2)
    'caption'
    """
    if claimed in (None, "navigation") and words <= _RIGHTS_WORDS and _RIGHTS.search(text):
        return "legal"
    if claimed == "navigation" and words <= _POLICY_WORDS and _POLICY.search(text):
        return "legal"
    return claimed


def without_telling_words(markup: str) -> str:
    """Leave out the markup words that tell a kind, so that a model learns from the others as well.

    Examples
    --------
    >>> without_telling_words("own_p up_div up_byline p div byline body inauthor")
    'own_p up_div p div body'
    """
    return " ".join(word for word in markup.split() if not _KIND_OF.keys() & {_bare(word), word, word[2:]})


def _bare(word: str) -> str:
    return word.split("_", 1)[1] if word.startswith(_NEAR) else word


def role_of_markup(markup: str, *, is_title: bool) -> Role | None:
    """Tell the role of a core paragraph, or of one that repeats the title, from its markup words.

    Parameters
    ----------
    markup
        As of `kind_of_markup`.
    is_title
        Whether its text is the page's title.

    Examples
    --------
    >>> role_of_markup("own_h_two own_title up_div h_two title div body", is_title=False)
    'subhead'
    """
    if is_title or "own_h_one" in markup:
        return "title"
    if _HEADING.search(markup):
        return "subhead"
    near = {word.partition("_")[2] for word in markup.split() if word.startswith(_NEAR[:2])}
    if not _STANDFIRSTS.isdisjoint(near):
        return "standfirst"
    return "body" if "own_p" in markup else None


def with_kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill in the kinds and roles of a labelled table that its sources do not give and its markup tells.

    Parameters
    ----------
    frame
        Columns of `corestory.labelling.table.table_schema`. Kinds and roles that are there stay as they are.

    Returns
    -------
    pandas.DataFrame
        The frame with more of `kind` and `role`. The views of a page without markup have those of the same texts in
        the page's view with markup, where these agree.
    """
    import pandas as pd

    kind, role = frame["kind"].to_numpy(object, copy=True), frame["role"].to_numpy(object, copy=True)
    given = frame["kind"].notna().to_numpy() | frame["role"].notna().to_numpy()
    label = frame["label"].fillna("").to_numpy(object)
    marked = frame["markup"].notna().to_numpy()
    text_of, texts = pd.factorize(frame["text"])
    spelt = [alignment_words(text) for text in texts]
    length = np.array([len(one) for one in spelt])[text_of]
    filler, markup = label == "filler", frame["markup"].to_numpy(object)
    claim = cache(kind_of_markup)
    for row in np.flatnonzero(marked & filler & ~given & (length > 0)).tolist():
        words = int(min(length[row], _MANY_WORDS))
        kind[row] = kind_of_words(texts[text_of[row]], claim(markup[row], words=words), words=words)
    of_role = cache(role_of_markup)
    for row in np.flatnonzero(marked & ~filler & ~given & (length > 0)).tolist():
        # Without a label it repeats the page's title.
        role[row] = of_role(markup[row], is_title=label[row] == "")
    same = pd.factorize(np.array([_DIGIT.sub("0", " ".join(one)) for one in spelt], object))[0][text_of]
    _agree(kind, same, frame["site"].to_numpy(object), filler=filler, given=given)
    frame = frame.assign(kind=kind, role=role)
    for column, of_label in (("kind", filler), ("role", ~filler)):
        found = _of_views(frame, column, known=marked & of_label, wanted=~marked & ~given & of_label)
        frame[column] = frame[column].where(frame[column].notna(), found)
    return frame


def _agree(
    kind: npt.NDArray[np.object_], same: Int, site: npt.NDArray[np.object_], *, filler: Bool, given: Bool
) -> None:
    """Give equal texts the kind that most of their sites tell, and none where they disagree."""
    import pandas as pd

    rows = np.flatnonzero(filler & pd.notna(kind))
    votes = pd.DataFrame({"text": same[rows], "site": site[rows], "kind": kind[rows]}).drop_duplicates()
    sites = votes.groupby("text")["site"].nunique()
    counts = votes.groupby(["text", "kind"]).size().reset_index(name="count")
    best = counts.sort_values(["text", "count"], kind="stable").drop_duplicates("text", keep="last").set_index("text")
    agreed = best["kind"].where(best["count"] >= AGREEMENT * sites, None)
    several = sites >= MIN_SITES
    claimed = filler & ~given & pd.notna(kind) & np.isin(same, several.index[several])
    spread = filler & ~given & np.isin(same, sites.index[(sites >= SPREAD_SITES) & agreed.notna()])
    changed = claimed | spread
    kind[changed] = agreed.reindex(same[changed]).to_numpy(object)


def _of_views(frame: pd.DataFrame, column: str, *, known: Bool, wanted: Bool) -> pd.Series:
    """Look up what the same texts of the page have in its view with markup, where they agree."""
    pairs = frame.loc[known & frame[column].notna(), ["page", "text", column]].drop_duplicates()
    unique = pairs[~pairs.duplicated(["page", "text"], keep=False)]
    rows = frame.loc[wanted, ["page", "text"]].reset_index(names="row")
    found = rows.merge(unique, on=["page", "text"], how="inner").set_index("row")[column]
    return found.reindex(frame.index)

"""Distant supervision: kinds of filler and roles of core, from a page's markup if sites agree, and from words.

Class, id and tag names identify many paragraphs (``class="byline"``), but not all. A kind is given on three conditions:
the nearest element that suggests any kind suggests only this one; its site does not have such elements around its
story; and other sites do not contradict it for the same text. Mintz et al. (ACL 2009) introduced the principle for
relations.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from corestory.labelling.alignment import alignment_words
from corestory.labelling.table import site_or_page
from corestory.reading.html.markup_words import NEAR
from corestory.types import Bool, Int

if TYPE_CHECKING:
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
    "paywall": "paywall regwall donate donation donations steady",
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
# Words that suggest a kind in more distant elements, too: all of a comment section, or of a menu, is of one kind.
_OUTER_CLAIMS = (
    "nav navbar menu megamenu breadcrumb breadcrumbs related recommended recommendations popular trending outbrain "
    "taboola mostread newsletter newsletters mailchimp comments disqus commentlist respond commentform cookie cookies "
    "consent gdpr onetrust cookiebanner sharedaddy addtoany addthis sharebar"
)
_STANDFIRSTS = frozenset({
    "standfirst", "dek", "deck", "subtitle", "lede", "strapline", "subheadline", "subheading", "chapo", "chapeau",
    "vorspann", "anreisser", "entradilla", "bajada", "sottotitolo", "sommario", "ingress", "manchet", "sapo", "lead",
    "intro", "summary", "abstract",
})  # fmt: skip

_KIND_OF = {word: kind for kind, words in _CLAIMS.items() for word in words.split()}
_OUTER_KIND_OF = {word: _KIND_OF[word] for word in _OUTER_CLAIMS.split()}
_DIGIT = re.compile(r"\d")
_MANY_WORDS = 200
_LEVEL = re.compile("^(?:own|up|upup)_")
# The element of a whole post has the post's tags, category and author among its classes.
_POSTS = frozenset({"hentry", "postid", "publish", "single", "body", "html", "main"})
# Parts of hashes that a build tool writes into class names; `ad` beside them is one, too.
_HASHED = re.compile(r"[a-f]{2,4}|[b-df-hj-np-tv-z]{2,3}")
_SHORT_NAMES = frozenset(
    {"ad", "ads", "bg", "css", "dfp", "gpt", "lg", "mb", "md", "mt", "px", "py", "sm", "wp", "xs", "xl"}
)
# In such an element a tag is the label of a teaser, a recipe or the like.
_NO_TAGS = frozenset({"hed", "heading", "headline", "title", "card", "summary", "recipe", "promo", "alerts"})
_TAG_LISTS = frozenset({"list", "cloud", "links", "terms", "wrap", "wrapper", "container"})
# Elements of a form, in which `author` is the name that a commenter enters.
_FIELDS = frozenset({"label", "input", "textarea", "form"})
_HEADING = re.compile(r"\bown_h_(?:two|three|four|five|six)\b")
_LONGEST: dict[str, int] = {
    "date": 14, "share": 14, "tags": 30, "navigation": 12, "byline": 120, "advertisement": 50, "paywall": 60,
}  # fmt: skip
"""The most words of a paragraph of each kind, whatever element it is in."""
_TAG_WORDS = 6

# Menus in footers contain the copyright line and the links to terms and privacy.
_RIGHTS = re.compile(
    r"(?i)(?:©|\(c\)|copyright)\W{0,10}(?:19|20)\d\d|all rights reserved|alle rechte vorbehalten|tous droits réservés|"
    r"(?:todos los|todos os) (?:derechos|direitos) reservados|tutti i diritti riservati|все права защищены|"
    r"wszelkie prawa zastrzeżone|alle rechten voorbehouden|版权所有|無断転載"
)
_POLICY = re.compile(
    r"(?i)privacy|cookie|\bterms (?:of|and|&)|disclaimer|impressum|datenschutz|\bagb\b|nutzungsbedingungen|"
    r"mentions légales|confidentialité|aviso legal|privacidad|note legali|informativa|voorwaarden|personvern|"
    r"regulamin|prywatności|конфиденциальност|gizlilik|隐私|プライバシー|개인정보"
)
# The label of an advertisement, and the notice that a shop pays for a link.
_ADVERTISED = re.compile(
    r"(?i)(?:(?:skip|close|continue after)\W+)?(?:paid )?(?:advert(?:isement|ising|s)?|anzeige|werbung|publicité|"
    r"publicidad|pubblicità|annonce|annonsørinnhold|annons|advertentie|reklam[ae]?|реклама|publicidade|mainos|hirdetés|"
    r"διαφήμιση|广告|廣告|広告|광고|إعلان|विज्ञापन)(?:\W+(?:scroll (?:down )?to )?continue (?:reading|below).*)?[\W\d]*|"
    r"sponsored(?: (?:content|links?|post|stories))?|"
    r".*\b(?:may|might|will) (?:earn|receive|get) (?:an? |some )?(?:\w+ )?(?:commissions?|compensation)\b.*"
)
# Subscription walls, offers and appeals, which few elements identify.
_PAID = re.compile(
    r"(?i)already (?:a |an )?(?:\w+ )?(?:subscriber|subscribed|member)\b|"
    r"to (?:continue|keep) reading|subscribers?[- ]only|"
    r"for subscribers|exclusive to subscribers|unlimited (?:digital )?access|article limit|cancel any ?time|"
    r"free (?:articles?|stor(?:y|ies)) (?:left|remaining|limit|this month)|"
    r"become an? (?:\w+ )?(?:subscriber|supporter|patron|donor)|support (?:\w+ )?(?:\w+ )?journalism|"
    r"make a (?:donation|contribution)|^(?:please )?donate(?: now| today)?\W*$|"
    r"bereits (?:abonnent|registriert)|jetzt (?:abonnieren|spenden|weiterlesen)|jederzeit kündbar|für abonnenten|"
    r"unterstützen sie uns|déjà abonné|réservé aux abonnés|abonnez-vous|je m.abonne|faire un don|soutenez|"
    r"suscríbete (?:para|y|ahora)|ya (?:eres|soy) suscriptor|para (?:suscriptores|assinantes)|já é assinante|"
    r"assine (?:já|agora)|già abbonato|per gli abbonati|abbonati (?:ora|subito)|word abonnee|al abonnee|voor abonnees|"
    r"bliv abonnent|for abonnenter|bli abonnent|wykup dostęp|dla prenumeratorów|dla subskrybentów|"
    r"оформит[еь] подписку|для подписчиков"
)
_MAILED = re.compile(r"news ?letter|e-?mail|podcast|push|infolettre|boletín|рассылк", re.IGNORECASE)
# The most words of a line that gets a kind by its words alone, and of a link to a policy.
_LONGEST_TOLD, _LONGEST_POLICY = 60, 8

INLINE_WORDS = 10  # the most words of a paragraph whose inline elements give the kind of all of it
AGREEMENT = 2 / 3  # the share of a text's sites that must agree on its kind
MIN_SITES = 2  # the fewest sites of a text whose agreement decides; with fewer, its own markup decides
STORY_SHARE = 0.3  # the greatest share of story in an element that gives a kind; with more, it encloses the story
MOST_STANDFIRSTS = 3  # the most standfirsts of a page
TEXT_WORDS = 12  # the fewest words of a paragraph of text after which there is no standfirst
SPREAD_SITES = 3  # the fewest sites that must agree on a text's kind before it has this kind on other sites, too


def kind_of_markup(markup: str, words: int) -> tuple[Kind | None, int]:
    """Return the kind of a filler paragraph from its markup words, and the element that shows it.

    Parameters
    ----------
    markup
        The markup words, as `corestory.reading.html.markup_words.MarkupWords` spells them.
    words
        The number of the paragraph's words.

    Returns
    -------
    kind : str or None
        One of `corestory.labelling.labelled.KINDS`; None if no element shows one, or the nearest one shows two.
    level : int
        The nearest element that shows a kind: 0 is the paragraph's own, 3 any but the two around it.

    Examples
    --------
    >>> kind_of_markup("own_p up_div up_byline p div byline body", words=3)
    ('byline', 1)
    >>> kind_of_markup("own_p up_div up_share up_author p div share author body", words=3)
    (None, 1)
    """
    levels: tuple[list[str], ...] = ([], [], [], [])
    for word in markup.split():
        level = next((level for level, mark in enumerate(NEAR) if word.startswith(mark)), None)
        if level is not None:
            levels[level].append(word[len(NEAR[level]) :])
        elif not word.startswith("in"):
            levels[3].append(word)
        elif words <= INLINE_WORDS:
            levels[0].append(word[2:])
    for level, found in enumerate(levels):
        outer = level == len(NEAR)
        if not outer and not _POSTS.isdisjoint(found):
            continue
        known = _OUTER_KIND_OF if outer else _KIND_OF
        claimed = {known[word] for word in found if word in known and not _is_contradicted(word, found, words)}
        if claimed:
            (kind, *others) = claimed
            return (kind if not others and words <= _LONGEST.get(kind, words) else None), level
    return None, len(NEAR)


def _is_contradicted(word: str, found: list[str], words: int) -> bool:
    """Return whether the other words of an element show that this one does not identify a kind."""
    if word == "ad":
        return any(_HASHED.fullmatch(other) and other not in _SHORT_NAMES for other in found[1:])
    if word == "author":
        return not _FIELDS.isdisjoint(found)
    if word in ("tag", "keyword"):
        long = words > _TAG_WORDS and _TAG_LISTS.isdisjoint(found)
        return long or found[0] == "article" or not _NO_TAGS.isdisjoint(found)
    return False


def kind_of_words(text: str, claimed: Kind | None, *, words: int) -> Kind | None:
    """Return the kind of a filler paragraph, from its words if they show more than its element.

    Parameters
    ----------
    text
        The paragraph.
    claimed
        The kind of its markup (`kind_of_markup`).
    words
        The number of the paragraph's words.

    Examples
    --------
    >>> kind_of_words("© 2026 Harbour Herald", "navigation", words=3)
    'legal'
    >>> kind_of_words("© Getty Images", "caption", words=2)
    'caption'
    >>> kind_of_words("Already a subscriber? Log in", None, words=5)
    'paywall'
    """
    if claimed in ("navigation", "tags") and words <= _LONGEST_POLICY and _POLICY.search(text):
        return "legal"
    if words > _LONGEST_TOLD:
        return claimed
    if claimed in (None, "navigation") and _RIGHTS.search(text):
        return "legal"
    if claimed not in ("comment", "byline", "navigation") and _ADVERTISED.fullmatch(text.strip()):
        return "advertisement"
    open_to_offers = claimed in (None, "navigation", "paywall", "advertisement", "newsletter")
    return "paywall" if open_to_offers and _PAID.search(text) and not _MAILED.search(text) else claimed


def without_telling_words(markup: str) -> str:
    """Leave out the markup words that identify a kind, so that a model also learns from the others.

    Examples
    --------
    >>> without_telling_words("own_p up_div up_byline p div byline body inauthor")
    'own_p up_div p div body'
    """
    return " ".join(word for word in markup.split() if not _KIND_OF.keys() & {_LEVEL.sub("", word), word, word[2:]})


def role_of_markup(markup: str, *, is_title: bool) -> Role | None:
    """Return the role of a core paragraph, or of one that repeats the title, from its markup words.

    Parameters
    ----------
    markup
        As in `kind_of_markup`.
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
    near = {word.partition("_")[2] for word in markup.split() if word.startswith(NEAR[:2])}
    if not _STANDFIRSTS.isdisjoint(near):
        return "standfirst"
    return "body" if "own_p" in markup else None


def with_kinds(frame: pd.DataFrame) -> pd.DataFrame:
    """Fill in the kinds and roles of a labelled table that its sources do not give, from the markup.

    Parameters
    ----------
    frame
        Columns of `corestory.labelling.table.table_schema`, rows in the order of their pages. Existing kinds and roles
        stay as they are.

    Returns
    -------
    pandas.DataFrame
        The frame with more values in `kind` and `role`. The views of a page without markup get those of the same texts
        in the page's view with markup, if these agree.
    """
    kind, role = frame["kind"].to_numpy(object, copy=True), frame["role"].to_numpy(object, copy=True)
    given = frame["kind"].notna().to_numpy() | frame["role"].notna().to_numpy()
    label = frame["label"].fillna("").to_numpy(object)
    marked = frame["markup"].notna().to_numpy()
    text_of, texts = pd.factorize(frame["text"])
    spelt = [alignment_words(text) for text in texts]
    length = np.array([len(words) for words in spelt])[text_of]
    filler, markup = label == "filler", frame["markup"].to_numpy(object)
    claims = _page_claims(frame, markup, length, marked & (label != "") & (length > 0))
    shown = marked & ~given & (length > 0)
    for row in np.flatnonzero(shown & filler).tolist():
        kind[row] = kind_of_words(texts[text_of[row]], claims[row], words=int(length[row]))
    of_role = cache(role_of_markup)
    for row in np.flatnonzero(shown & ~filler).tolist():
        # A paragraph without a label repeats the page's title.
        role[row] = of_role(markup[row], is_title=label[row] == "")
    _keep_leading(role, frame, length, marked & ~given & (label == "core"))
    same = pd.factorize(np.array([_DIGIT.sub("0", " ".join(words)) for words in spelt], object))[0][text_of]
    _agree(kind, same, frame["site"].to_numpy(object), filler=filler, given=given)
    frame = frame.assign(kind=kind, role=role)
    for column, of_label in (("kind", filler), ("role", ~filler)):
        found = _of_views(frame, column, known=marked & of_label, wanted=~marked & ~given & of_label)
        frame[column] = frame[column].where(frame[column].notna(), found)
    return frame


def _keep_leading(role: npt.NDArray[np.object_], frame: pd.DataFrame, length: Int, core: Bool) -> None:
    """Keep the role of standfirsts if they are few and before the text; the others are the text of such an element."""
    rows = np.flatnonzero(core)
    lead = role[rows] == "standfirst"
    text = ~lead & (role[rows] != "subhead") & (length[rows] >= TEXT_WORDS)
    pages = pd.DataFrame({"page": frame["page"].to_numpy(object)[rows], "lead": lead, "text": text}).groupby("page")
    late = lead & ((pages["text"].cumsum() > 0) | (pages["lead"].transform("sum") > MOST_STANDFIRSTS)).to_numpy()
    role[rows[late]] = "body"


def _page_claims(
    frame: pd.DataFrame, markup: npt.NDArray[np.object_], length: Int, inside: Bool
) -> npt.NDArray[np.object_]:
    """Return the kinds that elements suggest, except for elements that a site also has around its stories."""
    claim = cache(kind_of_markup)
    rows = np.flatnonzero(inside)
    claimed = [claim(markup[row], min(int(length[row]), _MANY_WORDS)) for row in rows.tolist()]
    claims = pd.DataFrame(
        {"site": site_or_page(frame).to_numpy(object)[rows], "kind": [kind for kind, _ in claimed],
         "level": [level for _, level in claimed], "core": frame["label"].to_numpy(object)[rows] == "core"}, index=rows
    )  # fmt: skip
    claims = claims[claims["kind"].notna()]
    share = claims.groupby(["site", "kind", "level"])["core"].transform("mean")
    found = np.full(len(frame), None, object)
    kept = claims[share <= STORY_SHARE]
    found[kept.index] = kept["kind"].to_numpy(object)
    return found


def _agree(
    kind: npt.NDArray[np.object_], same: Int, site: npt.NDArray[np.object_], *, filler: Bool, given: Bool
) -> None:
    """Give equal texts the kind that most of their sites suggest, and none if they disagree."""
    rows = np.flatnonzero(filler & pd.notna(kind))
    votes = pd.DataFrame({"text": same[rows], "site": site[rows], "kind": kind[rows]}).drop_duplicates()
    sites = votes.groupby("text")["site"].nunique()
    counts = votes.groupby(["text", "kind"]).size().reset_index(name="count")
    best = counts.sort_values(["text", "count"], kind="stable").drop_duplicates("text", keep="last").set_index("text")
    agreed = best["kind"].where(best["count"] >= AGREEMENT * sites, None)
    claimed = filler & ~given & pd.notna(kind) & np.isin(same, sites.index[sites >= MIN_SITES])
    spread = filler & ~given & np.isin(same, sites.index[(sites >= SPREAD_SITES) & agreed.notna()])
    changed = claimed | spread
    kind[changed] = agreed.reindex(same[changed]).to_numpy(object)


def _of_views(frame: pd.DataFrame, column: str, *, known: Bool, wanted: Bool) -> pd.Series:
    """Look up the kinds or roles of the same texts in the page's view with markup, if they agree."""
    pairs = frame.loc[known & frame[column].notna(), ["page", "text", column]].drop_duplicates()
    unique = pairs[~pairs.duplicated(["page", "text"], keep=False)]
    rows = frame.loc[wanted, ["page", "text"]].reset_index(names="row")
    found = rows.merge(unique, on=["page", "text"], how="inner").set_index("row")[column]
    return found.reindex(frame.index)

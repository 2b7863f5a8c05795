"""Kinds of filler from the words of a paragraph, where these say more than the element that holds it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corestory.labelling.labelled import Kind

# Menus in footers hold the copyright line and the links to terms and privacy.
_RIGHTS = re.compile(
    r"(?:©|\(c\)|copyright)\W{0,10}(?:19|20)\d\d|all rights reserved|alle rechte vorbehalten|tous droits réservés|"
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
# The label of an advertisement, and the notice that a shop pays for a link.
_ADVERTISED = re.compile(
    r"(?:(?:skip|close|continue after)\W+)?(?:paid )?(?:advert(?:isement|ising|s)?|anzeige|werbung|publicité|"
    r"publicidad|pubblicità|annonce|annonsørinnhold|annons|advertentie|reklam[ae]?|реклама|publicidade|mainos|hirdetés|"
    r"διαφήμιση|广告|廣告|広告|광고|إعلان|विज्ञापन)(?:\W+(?:scroll (?:down )?to )?continue (?:reading|below).*)?[\W\d]*|"
    r"sponsored(?: (?:content|links?|post|stories))?|"
    r".*\b(?:may|might|will) (?:earn|receive|get) (?:an? |some )?(?:\w+ )?(?:commissions?|compensation)\b.*",
    re.IGNORECASE,
)
# Subscription walls, offers and appeals; few elements say that they hold one.
_PAID = re.compile(
    r"already (?:a |an )?(?:\w+ )?(?:subscriber|subscribed|member)\b|to (?:continue|keep) reading|subscribers?[- ]only|"
    r"for subscribers|exclusive to subscribers|unlimited (?:digital )?access|article limit|cancel any ?time|"
    r"free (?:articles?|stor(?:y|ies)) (?:left|remaining|limit|this month)|"
    r"become an? (?:\w+ )?(?:subscriber|supporter|patron|donor)|support (?:\w+ )?(?:\w+ )?journalism|"
    r"make a (?:donation|contribution)|^(?:please )?donate(?: now| today)?\W*$|"
    r"bereits (?:abonnent|registriert)|jetzt (?:abonnieren|spenden|weiterlesen)|jederzeit kündbar|für abonnenten|"
    r"unterstützen sie uns|déjà abonné|réservé aux abonnés|abonnez-vous|je m.abonne|faire un don|soutenez|"
    r"suscríbete (?:para|y|ahora)|ya (?:eres|soy) suscriptor|para (?:suscriptores|assinantes)|já é assinante|"
    r"assine (?:já|agora)|già abbonato|per gli abbonati|abbonati (?:ora|subito)|word abonnee|al abonnee|voor abonnees|"
    r"bliv abonnent|for abonnenter|bli abonnent|wykup dostęp|dla prenumeratorów|dla subskrybentów|"
    r"оформит[еь] подписку|для подписчиков",
    re.IGNORECASE,
)
_MAILED = re.compile(r"news ?letter|e-?mail|podcast|push|infolettre|boletín|рассылк", re.IGNORECASE)
_LONGEST, _LONGEST_POLICY = 60, 8
"""The most words of a line that its words alone give a kind, and of a link to a policy."""


def kind_of_words(text: str, claimed: Kind | None, *, words: int) -> Kind | None:
    """Return the kind of a filler paragraph whose words say more than its element.

    Parameters
    ----------
    text
        The paragraph.
    claimed
        The kind of its markup (`corestory.labelling.kinds.kind_of_markup`).
    words
        How many words the paragraph has.

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
    if words > _LONGEST:
        return claimed
    if claimed in (None, "navigation") and _RIGHTS.search(text):
        return "legal"
    if claimed not in ("comment", "byline", "navigation") and _ADVERTISED.fullmatch(text.strip()):
        return "advertisement"
    open_to_offers = claimed in (None, "navigation", "paywall", "advertisement", "newsletter")
    return "paywall" if open_to_offers and _PAID.search(text) and not _MAILED.search(text) else claimed

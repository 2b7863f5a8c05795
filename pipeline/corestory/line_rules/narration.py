"""Sentences that tell what somebody did, and sentences that speak to nobody.

Lines of a page call ("Subscribe now"), offer ("Your trial ends soon") or name ("Photo: Ann Lee"). They hardly ever tell
in the past: "The paper corrected the story on Monday." is of the story, whatever else the sentence is about.
"""

from __future__ import annotations

import re
from functools import cache

# The past of verbs, for each language the frequent ones and endings that few other words have. In English no passive
# ("is reserved"), no adjective ("a retired judge") and no credit ("provided by").
_ENGLISH = (
    r"(?<!\bis )(?<!\bare )(?<!\bbe )(?<!\bbeen )(?<!\bbeing )(?<!\bhas )(?<!\bhave )(?<!\ba )(?<!\ban )(?<!\bthe )"
    r"(?<!\bof )(?<!\brights )(?<!\bto )(?<!\bwith )(?<!\band )(?<!\bor )"
    r"(?:was|were|had|did|went|took|drew|paid|wrote|said|told|came|gave|got|made|saw|found|left|lost|sold|sent|kept|held|"
    r"stood|fell|led|met|ran|rose|sat|shot|spent|spoke|stole|struck|taught|thought|threw|won|began|became|bought|brought|"
    r"built|caught|chose|drove|felt|flew|forgot|fought|grew|heard|hid|knew|rang|sang|sank|slept|swam|wore|woke|broke|ate|"
    r"died|lay|laid|[a-z]{2,}[^\Weu]ed|[a-z]+(?:su|gu|qu)ed)\b(?! by\b)"
)
_OTHERS = (
    r"war|waren|hatten?|wurden?|gingen?|kam|kamen|sagten?|schrieb|schrieben|standen?|blieb|blieben|fand|fanden|nahmen?|"
    r"ließ|ließen|riefen?|starb|starben|mussten?|konnten?|wollten?|sollten?|durften?|kosteten?|zahlten?|zeigten?|erschien|"
    r"erschienen|verlor|gewann|schwieg|sprachen?|fielen|antworteten?|meinten?|erklärten?|warnten?|[a-zäöü]{3,}ierten?",
    r"était|étaient|avait|avaient|furent|(?:a|ont|avait|avaient) (?:été |\w+ )?[a-zéèê]{2,}(?:ée?s?|ue?s?|it|is)|"
    r"(?:est|sont) (?:mort|parti|venu|resté|tombé|devenu)e?s?|[a-zéèê]{2,}(?:aient|èrent|irent)",
    r"eran|fue|fueron|había|habían|hizo|hicieron|dijo|dijeron|tuvo|tuvieron|pudo|quiso|puso|vino|estuvo|"
    r"[a-zñáéíóú]{2,}(?:ió|aron|ieron|aban)|[a-zñáéíóú]{3,}ó",
    r"erano|furono|aveva|avevano|disse|dissero|fece|fecero|"
    r"(?:ha|hanno|aveva|avevano) (?:\w+ )?[a-zàèìòù]{2,}(?:ato|uto|ito|sso|tto|rso)|"
    r"(?:è|sono) (?:stat|mort|andat|rimast|tornat|nat)[oaei]|[a-z]{2,}(?:arono|irono|avano|evano|ivano)|[a-z]{3,}ò",
    r"foi|foram|tinha|tinham|havia|disseram|fez|fizeram|teve|pôde|veio|esteve|[a-zçãéíôú]{2,}(?:ou|aram|eram|iram|avam)",
    r"werd|werden|hadden|gingen|kwam|kwamen|zei|zeiden|schreef|schreven|stonden|bleef|bleven|vonden|liet|lieten|kreeg|"
    r"kregen|moest|moesten|wilde|wilden|kostte|betaalde|verloor|waarschuwde|vroeg|vroegen|[a-z]{3,}eerden?",
    r"hade|blev|gick|skrev|fick|måste|kunde|ville|kostade|betalade|[a-zåäö]{3,}ade",
    r"havde|gik|sagde|fandt|fik|måtte|kunne|kostede|betalte|[a-zæøå]{3,}ede|hadde|ble|gikk|fikk",
    r"oli|olivat|eivät|sanoi|sanoivat|kertoi|[a-zäö]{3,}iv[aä]t",
    r"był|była|było|byli|były|miał|miała|[a-ząćęłńóśźż]{2,}[aiyuę](?:ł|ła|ło|ły)",
    r"byl|byla|bylo|byli|byly|měl|měla|měli|řekl|řekla|[a-záčďéěíňóřšťúůýž]{2,}(?:ova|ě)(?:l|la|lo|li)",
    r"[а-яё]{2,}[аяиеыу](?:л|ла|ло|ли)(?:ся|сь)?|шёл|шла|нашёл",
    r"[а-яіїєґ]{2,}(?:ав|яв|ив|ів|ув|іла|іло|іли)(?:ся|сь)?",
    r"[a-zçğıöşü]{2,}[dt][ıiuü](?:l[ae]r)?",
)
# Words to readers, and for the page and its publisher.
_ADDRESS = (
    r"we|our|us|your?|yours|this|here|please|click|wir|unser\w*|ihr|ihre[nrms]?|sie|dein\w*|hier|diese[rsmn]?|nous|notre|"
    r"nos|vous|votre|vos|cet|cette|ici|nuestr\w*|nosotros|usted\w*|aquí|est[ea]|noi|nostr\w*|voi|vostr\w*|quest[oaie]|qui|"
    r"noss\w*|você\w*|aqui|wij|onze|jij|jouw|jullie|dit|deze|vår\w*|här|denna|detta|vores|jeres|dette|denne|nasz\w*|"
    r"wasz\w*|tutaj|ten|ná[šs]\w*|naš\w*|váš\w*|vaš\w*|tento|tato|мы|наш\w*|вы|ваш\w*|вам|здесь|тут|эт\w+|ми|ви|цей|ця|це|"
    r"biz\w*|siz\w*|bu|burada\w*|tämä|tässä|meidän"
)
_NO_SENTENCE = r"[©@|►▶→»/:：]|www\."


@cache
def _told() -> re.Pattern[str]:
    english, others = rf"[\"“'‘]?(?=[A-Z])(?:\w+\W+){{1,12}}?{_ENGLISH}", "|".join(_OTHERS)
    return re.compile(rf"{english}|[\"“„«'‘–—]*\s?\w[^.!?:]*?\s(?:{others})(?!\w)")


@cache
def _spoken_to() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_ADDRESS})(?!\w)|{_NO_SENTENCE}", re.IGNORECASE)


def tells_of_past(text: str) -> bool:
    """Return whether a sentence tells what somebody did, and speaks to nobody.

    Examples
    --------
    >>> [tells_of_past(text) for text in ("Subscribers paid £9.", "Subscribers pay £9.", "You paid £9.")]
    [True, False, False]
    """
    return speaks_to_nobody(text) and _told().match(text) is not None


def speaks_to_nobody(text: str) -> bool:
    """Return whether a text has no word to readers or for its page, no colon and no address.

    Examples
    --------
    >>> [speaks_to_nobody(text) for text in ("The quay reopens in May.", "Our quay reopens.", "Quay: open")]
    [True, False, False]
    """
    return _spoken_to().search(text) is None

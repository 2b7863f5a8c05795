"""Whom and what a line speaks of: sentences that tell what somebody did, that speak to nobody, and of their own page.

Lines of a page call ("Subscribe now"), offer ("Your trial ends soon") or name ("Photo: Ann Lee"). They hardly ever tell
in the past: "The paper corrected the story on Monday." is of the story, whatever else the sentence is about. A story
seldom speaks of "this article" or "our newsletter", outside of quotes.
"""

from __future__ import annotations

import re
from functools import cache

from corestory.line_rules.teasers import folded

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
# For each language the words before, and what a page has.
_PHRASES = (
    r"(?:this|our)\s(?:\w+\s)?(?:article|story|page|text|piece|post|video|recording|episode|newsletters?|letter|mail|"
    r"channel|apps?|rules|reporters?|moderators|editors?|newsroom|readers|shop|site|website|subscri\w+|membership|trial|"
    r"journalism|reporting|coverage|series|podcast|archive|homepage|comments?|interview|map|chart|desk|code)\b",
    r"(?:unser\w*|diese[rsmn]?)\s(?:\w+\s)?(?:artikel\w*|text\w*|beitrag\w*|seiten?|video\w*|folge|newsletter\w*|kanal|app|"
    r"redaktion|reporter\w*|leser\w*|shop|abo\w*|journalismus|recherchen?|serie|podcast|archiv|kommentar\w*|karte|"
    r"grafik|website|webseite)\b",
    r"(?:notre|nos|cet|cette|ce)\s(?:\w+\s)?(?:article|texte|page|vidéo|épisode|newsletter|lettre|chaîne|appli\w*|"
    r"rédaction|journalistes|lecteurs|lectrices|boutique|site|abonn\w*|enquête|série|podcast|archives|commentaires?|"
    r"dossier|contenu)\b",
    r"(?:nuestr[oa]s?|este|esta)\s(?:\w+\s)?(?:artículo|nota|noticia|texto|página|vídeo|video|episodio|boletín|newsletter|"
    r"canal|aplicación|app|redacción|periodistas|lectores|tienda|sitio|web|suscrip\w*|periodismo|cobertura|serie|podcast|"
    r"archivo|comentarios?|contenido|especial)\b",
    r"(?:nostr[oaie]|quest[oa])\s(?:\w+\s)?(?:articolo|notizia|testo|pagina|video|puntata|newsletter|canale|app|redazione|"
    r"giornalisti|lettori|sito|abbonament\w*|giornalismo|inchiesta|serie|podcast|archivio|comment\w*|contenut\w*)\b",
    r"(?:noss[oa]s?|est[ae])\s(?:\w+\s)?(?:artigo|matéria|reportagem|notícia|texto|página|vídeo|episódio|boletim|"
    r"newsletter|canal|aplicativo|app|redação|jornalistas|leitores|loja|site|assinatura\w*|jornalismo|cobertura|série|"
    r"podcast|arquivo|comentários?|conteúdo)\b",
    r"(?:onze|ons|dit|deze)\s(?:\w+\s)?(?:artikel|verhaal|tekst|pagina|video|aflevering|nieuwsbrief|kanaal|app|redactie|"
    r"verslaggevers|lezers|winkel|site|website|abonnement\w*|journalistiek|serie|podcast|archief|reacties|bericht)\b",
    r"(?:vår\w*|vores|den här|det här|denna|detta|denne|dette)\s(?:\w+\s)?(?:arti[kc]\w*|text\w*|tekst\w*|sid[ae]\w*|"
    r"video\w*|avsnitt\w*|afsnit|episode\w*|nyhetsbrev|nyhedsbrev|kanal|app|reda[kc]\w*|reportrar|läsare|læsere|lesere|"
    r"sajt|prenumeration\w*|abonnement\w*|journalistik\w*|serie|pod[dck]\w*|arkiv|kommentar\w*|inn[eh]\w*åll|indhold)\b",
    r"(?:tämän?|tässä|meidän)\s(?:\w+\s)?(?:artikkeli\w*|juttu\w*|jutu\w*|sivu\w*|video\w*|jakso\w*|uutiskirje\w*|"
    r"sovellu\w*|toimitu\w*|lukija\w*|tilau\w*|sarja\w*|podcast\w*|arkisto\w*|kommen\w*|sisäl\w*)",
    r"(?:nasz\w*|ten|tej|tego|tym)\s(?:\w+\s)?(?:artyku\w*|tekst\w*|stron\w*|odcin\w*|newsletter\w*|kana\w*|aplikacj\w*|"
    r"redakcj\w*|dziennikarz\w*|czytelni\w*|serwis\w*|prenumerat\w*|cykl\w*|podcast\w*|komentarz\w*|materiał\w*)",
    r"(?:náš|naš\w*|tento|tato|toto|tohoto|této)\s(?:\w+\s)?(?:článe?k\w*|text\w*|strán\w*|video\w*|epizod\w*|newsletter\w*|"
    r"kanál\w*|aplikac\w*|redakc\w*|čtenář\w*|web\w*|předplatn\w*|seriál\w*|podcast\w*|komentář\w*|obsah\w*)",
    r"cikkünk\w*|oldalunk\w*|hírlevelünk\w*|szerkesztőségünk\w*|olvasóink\w*|csatornánk\w*|ezt? a cikk\w*",
    r"acest\w*\s(?:articol\w*|text\w*|pagin\w*|material\w*)|"
    r"(?:redacția|articolul|newsletterul|canalul|site-ul|cititorii)\s(?:nostru|noastră|noștri)",
    r"(?:το άρθρο|η σελίδα|το κείμενο|το κανάλι)\sμασ|αυτό το (?:άρθρο|κείμενο)|αυτή τη σελίδα",
    r"(?:наш\w*|эт(?:от|а|у|ой|ом|ого)|данн\w+|це[йю]|ця|цієї|цьому|цього)\s(?:\w+\s)?(?:стать\w*|статт\w*|материал\w*|"
    r"матеріал\w*|текст\w*|страниц\w*|сторін\w*|видео|відео|рассылк\w*|розсилк\w*|канал\w*|приложени\w*|застосун\w*|"
    r"редакц\w*|читател\w*|читач\w*|сайт\w*|подписк\w*|підписк\w*|спецпроект\w*|подкаст\w*|комментари\w*|коментар\w*)",
    r"bu\s(?:haber|yazı|içeri|sayfa|makale)\w*|"
    r"(?:haberimiz|sitemiz|gazetemiz|bültenimiz|kanalımız|uygulamamız|okurlarımız)\w*",
    r"(?:هذا|هذه)\s(?:المقال|الخبر|النص|التقرير|الصفحة|الفيديو|المحتوى)|موقعنا|صحيفتنا|نشرتنا|قناتنا|تطبيقنا|قرائنا",
    r"כתבה זו|הכתבה הזו|העמוד הזה|האתר שלנו|הניוזלטר שלנו",
    r"(?:यह|इस|हमार[ेी])\s(?:लेख|खबर|पेज|वीडियो|वेबसाइट|न्यूज़लेटर|चैनल|ऐप)",
    r"(?:artikel|berita|tulisan|halaman|laman|konten|video) ini|(?:redaksi|pembaca|saluran|situs|buletin) kami",
    r"(?:bài viết|trang|video|nội dung) này|(?:tòa soạn|bạn đọc|kênh|ứng dụng|bản tin) (?:của )?chúng tôi",
    r"この(?:記事|ページ|動画|連載|サイト)|本(?:記事|サイト|ページ)|当(?:サイト|社|紙)",
    r"(?:이|본)\s?(?:기사|글|페이지|영상|콘텐츠)[는를을은의]?\s|저희\s|본지",
    r"本(?:文|站|报|刊|网|篇)|(?:这篇|此)(?:文章|文)|(?:我们|我們)的(?:公众号|频道|网站|读者|记者)",
)


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


@cache
def _phrases() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(_PHRASES[:-3])})|{'|'.join(_PHRASES[-3:])}")


def speaks_of_own_page(text: str) -> bool:
    """Return whether a text speaks of the page, and nobody is quoted.

    Examples
    --------
    >>> speaks_of_own_page("The sponsor had no say in this text."), speaks_of_own_page("“This page is mine,” he said.")
    (True, False)
    """
    return re.search('["“”„«»「]', text) is None and _phrases().search(folded(text)) is not None

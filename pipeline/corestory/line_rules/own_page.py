"""Lines that speak of the page that they stand on: "this article", "our newsletter".

A story seldom does, outside of quotes. So the second look drops such a short line unless it is sure that the line is
story.
"""

from __future__ import annotations

import re
from functools import cache

from corestory.line_rules.teasers import folded

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
def _phrases() -> re.Pattern[str]:
    # Compiled when first used, for that takes milliseconds.
    return re.compile(rf"(?<!\w)(?:{'|'.join(_PHRASES[:-3])})|{'|'.join(_PHRASES[-3:])}")


def speaks_of_own_page(text: str) -> bool:
    """Return whether a text speaks of the page, and nobody is quoted.

    Examples
    --------
    >>> speaks_of_own_page("The sponsor had no say in this text."), speaks_of_own_page("“This page is mine,” he said.")
    (True, False)
    """
    return re.search('["“”„«»「]', text) is None and _phrases().search(folded(text)) is not None

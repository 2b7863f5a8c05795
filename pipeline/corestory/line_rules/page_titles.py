"""Titles of pages that have no story: of forms, offers, legal notices, searches and errors."""

from __future__ import annotations

import re
from functools import cache

from corestory.line_rules.teasers import folded

# What parts the name of a page from that of its site; behind a colon or a dash a headline may go on: "Privacy: …".
_BARS, _MARKS = re.compile(r"\s+[|·•»]\s+|\s*[|•»]\s*"), re.compile(r"\s*:\s+|\s+[–—-]\s+")
SITE_WORDS, SMALL_CHARACTERS = 5, 3
"""The most words of a site's name, and the most characters of its words that begin with a small letter."""
_TITLES = (
    # To sign in and to subscribe.
    "sign in|sign up|log in|login|log on|register|registration|create account|create an account|create your account|"
    "my account|your account|forgot password|forgotten password|reset password|subscribe|subscriptions|subscribe now|"
    "subscription plans|choose your plan|newsletters|anmelden|anmeldung|einloggen|registrieren|registrierung|"
    "mein konto|passwort vergessen|abonnieren|abo-shop|abonnement|se connecter|connexion|s'inscrire|inscription|"
    "mon compte|mot de passe oublié|s'abonner|abonnez-vous|iniciar sesión|inicia sesión|regístrate|registro|mi cuenta|"
    "suscríbete|suscripciones|accedi|registrati|abbonati|abbonamenti|entrar|iniciar sessão|registar|cadastro|"
    "assine|assinar|assinaturas|inloggen|registreren|abonneren|logga in|skapa konto|prenumerera|log ind|logg inn|"
    "abonner|kirjaudu|kirjaudu sisään|tilaa|zaloguj|zaloguj się|logowanie|rejestracja|prenumerata|přihlášení|"
    "předplatné|bejelentkezés|előfizetés|autentificare|abonamente|войти|вход|регистрация|подписка|увійти|вхід|"
    "реєстрація|передплата|σύνδεση|εγγραφή|giriş|giriş yap|üye ol|abone ol|تسجيل الدخول|اشترك|כניסה|התחברות|הרשמה|"
    "masuk|daftar|đăng nhập|đăng ký|ログイン|会員登録|新規登録|로그인|회원가입|登录|登入|注册|註冊|"
    # About the site.
    "contact|contact us|contacts|about|about us|imprint|privacy|privacy policy|privacy notice|privacy settings|"
    "cookie policy|cookies|terms|terms of use|terms of service|terms and conditions|legal notice|advertise with us|"
    "accessibility|sitemap|site map|help|faq|impressum|datenschutz|datenschutzerklärung|agb|kontakt|über uns|hilfe|"
    "qui sommes-nous|mentions légales|politique de confidentialité|plan du site|contacto|quiénes somos|aviso legal|"
    "política de privacidad|mapa del sitio|contatti|chi siamo|note legali|informativa sulla privacy|contactos|contato|"
    "quem somos|política de privacidade|termos de uso|over ons|privacybeleid|om oss|integritetspolicy|o nas|regulamin|"
    "polityka prywatności|o nás|kapcsolat|rólunk|despre noi|контакты|о нас|о проекте|контакти|про нас|επικοινωνία|"
    "hakkımızda|iletişim|gizlilik politikası|من نحن|اتصل بنا|سياسة الخصوصية|צור קשר|אודות|会社概要|お問い合わせ|"
    "プライバシーポリシー|利用規約|문의|회사소개|개인정보처리방침|关于我们|联系我们|聯絡我們|關於我們|"
    # To find pages.
    "search|search results|archive|archives|tag archives|e-paper|epaper|suche|suchergebnisse|suchergebnis|archiv|"
    "recherche|résultats de recherche|búsqueda|resultados de búsqueda|resultados de la búsqueda|ricerca|"
    "risultati della ricerca|pesquisa|resultados da pesquisa|zoeken|zoekresultaten|sök|sökresultat|søg|søk|haku|"
    "szukaj|wyniki wyszukiwania|hledání|výsledky hledání|keresés|căutare|поиск|результаты поиска|пошук|αναζήτηση|"
    "arama|arama sonuçları|検索結果|검색결과|搜索结果|搜尋結果|"
    # Errors and checks.
    "attention required!|attention required|access denied|forbidden|just a moment|one moment, please|page not found|"
    "not found|error|internal server error|bad gateway|service unavailable|gateway timeout|server error|blocked|"
    "request blocked|security check|are you a robot|are you human|verify you are human|checking your browser|captcha|"
    "under maintenance|maintenance|we'll be back soon|coming soon|account suspended|domain for sale|fehler|"
    "interner fehler|seite nicht gefunden|nicht gefunden|zugriff verweigert|wartungsarbeiten|erreur|"
    "page introuvable|page non trouvée|accès refusé|página no encontrada|acceso denegado|errore|pagina non trovata|"
    "accesso negato|página não encontrada|acesso negado|erro|pagina niet gevonden|toegang geweigerd|"
    "sidan hittades inte|siden blev ikke fundet|siden finnes ikke|sivua ei löytynyt|nie znaleziono strony|błąd|"
    "stránka nenalezena|az oldal nem található|pagina nu a fost găsită|страница не найдена|ошибка|сторінку не знайдено|"
    "η σελίδα δεν βρέθηκε|sayfa bulunamadı|الصفحة غير موجودة|הדף לא נמצא|halaman tidak ditemukan|"
    "không tìm thấy trang|ページが見つかりません|페이지를 찾을 수 없습니다|页面不存在|找不到頁面"
)
_NUMBERED = re.compile(
    r"(?:http )?(?:error|fehler|erreur|errore|erro|fout|fel|chyba|błąd|ошибка|помилка|hata) [45]\d\d"
    r"(?:\W+(?:not|page|internal|bad|service|forbidden|gateway|server|access|unauthorized|seite|nicht|página|pagina)\b.*)?|"
    r"(?:40\d|410|429|451|50[0-4]|52\d)(?: (?:not found|forbidden|error|bad|service|gateway|internal|gone)\b.*)?"
)
_BEGUN = re.compile(
    r"(?:search(?: results)?|suche(?:rgebnisse)?|(?:résultats de (?:la )?)?recherche|"
    r"(?:resultados de (?:la )?)?búsqueda|zoekresultaten|sökresultat|wyniki wyszukiwania|(?:результаты )?поиска?)"
    r"(?: (?:for|nach|für|pour|para|de|voor|po|по))? "
    r"(?:[\"“„«»][^\"“”«»]*|['‘][^'’]*['’]?)|"
    r"(?:subscribe to|suscríbete a|abonnez-vous à|abonnieren sie|abbonati a|assine o|prenumerera på|abonneer je op)"
    r" [^:,?]{2,40}"
)


@cache
def _titles() -> frozenset[str]:
    return frozenset(_TITLES.split("|"))


def is_title_without_story(title: str) -> bool:
    """Return whether a title, or a part of it beside the name of a site, is that of a page that has no story.

    Examples
    --------
    >>> is_title_without_story("Sign in | The Bay Post"), is_title_without_story("404 - Not Found")
    (True, True)
    >>> is_title_without_story("Mayor told to sign in: what we know"), is_title_without_story("")
    (False, False)
    """
    title = " ".join(title.split())
    if "«" in title:  # its "»" parts nothing
        title = title.replace("»", "”")
    first = _BARS.split(title, maxsplit=1)[0]
    mark = _MARKS.search(first)
    if mark is None:
        return _names_no_story(first)
    name, rest = first[: mark.start()], first[mark.end() :]
    parts = _MARKS.split(rest)
    is_site = ":" not in mark[0] and _is_site(parts[-1].split())
    return _names_no_story(name) and (is_site or _names_no_story(parts[0]))


def _is_site(words: list[str]) -> bool:
    """Return whether words may name a site: a headline goes on in small letters."""
    small = any(word[0].islower() and (len(word) > SMALL_CHARACTERS or word is words[0]) for word in words)
    return len(words) <= SITE_WORDS and not small


def _names_no_story(part: str) -> bool:
    bare = folded(part).strip(' .!?…"“”«»')
    return bare in _titles() or _BEGUN.fullmatch(bare) is not None or _NUMBERED.fullmatch(bare) is not None

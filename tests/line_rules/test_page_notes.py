"""Notes of the page about itself are found by the words of their subject, and sentences about that subject are not."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.line_rules.page_notes import LETTERS, WordBegins, page_notes
from corestory.line_rules.patterns import table
from corestory.reading.article import Article
from line_rules.rule_lines import found_if_kept

STORY = "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May."


def _found(line: str) -> bool:
    return found_if_kept(page_notes, Article("a", [STORY, line])) == [line]


@pytest.mark.parametrize(
    "note",
    [
        "You have reached a part of this article that only subscribers can read.",
        "Der Rest: nur für Abonnenten. Diesen Artikel schalten Sie mit einem Zugang frei.",
        "La fin de cet article est réservée à nos abonnés, qui la lisent dès maintenant.",
        "Este artículo es exclusivo para suscriptores.",
        "Den här artikeln är endast för prenumeranter.",
        "Ten artykuł jest dostępny tylko dla subskrybentów.",
        "Эта статья доступна только по подписке.",
        "この記事は有料会員限定です。",
        "이 기사는 유료 회원만 볼 수 있습니다.",
        "本文仅限付费会员阅读。",
        "هذا المقال متاح للمشتركين فقط.",
        "Full access from the first click, and you may cancel any time.",
        "Jetzt testen und jederzeit kündbar bleiben.",
        "No part of this page may be reproduced without our permission.",
        "Nachdruck nur mit Genehmigung des Verlags.",
        "Toute reproduction est interdite sans autorisation.",
        "Przedruk bez zgody redakcji jest zabroniony.",
        "Перепечатка без разрешения запрещена.",
        "禁止无断转载，违者必究。",
        "By signing up you agree to our terms.",
        "This interview has been edited and condensed.",
        "Yasal uyarı: Yayınlanan haberin tüm hakları gazeteye aittir.",
        "Das Interview wurde gekürzt und redigiert.",
        "This article is more than 2 years old.",
        "Artikkelen er mer enn ett år gammel.",
        "Dieser Artikel ist älter als drei Jahre alt.",
        "The post Ferry sails again appeared first on The Bay Post.",
        "L'article Le bac repart est apparu en premier sur La Baie.",
        "Der Beitrag Die Fähre fährt wieder erschien zuerst auf Bucht heute.",
        "En cliquant sur ce bouton, vous acceptez nos conditions.",
        "Нажимая кнопку, вы соглашаетесь с правилами.",
        "Your browser does not support this video.",
        "Das Video konnte nicht geladen werden.",
        "動画を再生できません。",
        "The author's views are his own.",
        "El autor es el único responsable de sus opiniones.",
        "We may earn a commission if you follow an affiliate link.",
        "Für Käufe über diese Links erhalten wir eine Provision.",
        "Nothing here is financial advice, and it does not replace advice to invest.",
        "Dieser Text ist keine Anlageberatung.",
        "Independent reporting costs money. Chip in if you can.",
        "Our reporters can go there because readers like you put in a few pounds a month.",
        "If all who read us gave the price of a coffee, we would not ask again.",
        "Unsere Redaktion lebt von Leserinnen und Lesern: Ihre Spende hilft.",
        "Log in to comment.",
        "Bitte melden Sie sich an: Nur wer angemeldet ist, kann kommentieren.",
        "You have two free articles left.",
        "Sie haben noch zwei kostenlose Artikel.",
        "Clarification: an earlier version gave the wrong depth.",
        "Præcisering: Det fremgik tidligere, at broen var lukket.",
        "Новость дополняется: новость выйдет целиком в полдень.",
        "Sign up for our weekly newsletter to hear first.",
        "Подписывайтесь на наш канал в Telegram.",
        "Síguenos en Facebook y en Instagram",
        "**Follow us on X @baypost**",
        "وللمزيد تابعونا على فيسبوك عبر telegram",
        "Read more: Who paid for the bridge",
        "RELATED: Who paid for the bridge",
        "यह भी पढ़ें: पुल का पैसा किसने दिया",
        "延伸阅读：谁为大桥买单",
        "আরও পড়ুন: সেতুর টাকা কে দিল",
        "อ่านข่าวเพิ่มเติม: ใครจ่ายค่าสะพาน",
        "İlginizi çekebilir: Köprünün parasını kim ödedi",
        "Tillbaka till förstasidan",
        "Kembali ke beranda",
        "Du liest das in 4 Minuten: Lesezeit",
        "Cet article date de plus de deux ans : date de publication 2019",
        "Dieser Text wurde mit KI übersetzt.",
        "We follow the code of practice of the press council.",
        "Lees onze privacyverklaring voor meer informatie.",
        "Ce site dépose des cookies avec votre consentement : gérer nos choix",
        "Sie dürfen den Text kopieren, wenn Sie die Quelle mit Angabe des Namens nennen.",
        "Les nyheter fra oss på Facebook: følg oss der",
        "Er du vitne? Tips oss med bilde på WhatsApp.",
        "Pro pokračování ve čtení je nutné předplatné.",
        "Hubo un error: vuelve a cargar la página.",
        "You will find the rest in our three-part series here",
    ],
)
def test_a_note_of_the_page_about_itself_is_found(note: str) -> None:
    assert _found(note)


@pytest.mark.parametrize(
    "line",
    [
        "The council wants people to sign up for the newsletter.",
        "The mayor asked us to join our neighbours at the quay.",
        'Her sign says "Follow us on Instagram", and nobody does.',
        "Only subscribers of the old paper were asked, and two thirds of them said no.",
        "Republicans in Texas prohibited the practice in 2021.",
        "Reproductive rights may not be restricted, the judges wrote.",
        "The agency said its advice was not legal advice.",
        "The map will start in May.",
        "The interview was edited by the police before the trial.",
        "Die Abonnenten der Zeitung wurden nicht gefragt, sagte der Verleger.",
        "L'éditeur a perdu la moitié de ses abonnés en un an.",
        "He copied the map by hand, and gave it to the museum with the author's letters.",
        "The court will hear the case about the copyright of the song in June.",
        "The video was seen two million times before it was taken down.",
        "The browser that she wrote in 1994 still runs on the ship's computer.",
        "The agency takes a commission of 8 percent on every flat, he said.",
        "Her lawyer's advice was not to answer.",
        "Independent reporters were let into the hall for the first time.",
        "They have left two free seats in the boat for the twins.",
        "The minister would not comment, and closed the door.",
        "“By signing up you agree to our terms,” the letter said.",
        "Related: a word that has lost its meaning, he says, and this article of faith as well" * 3,
        "Recommended: one egg a day.",
        "The choice: a bridge or a ferry.",
        "他说，会员可以免费进场。",
        "그는 회원들이 무료로 입장했다고 말했다.",
        "The bakers gave away cookies, and we set the table.",
        "An error in the plans cost the town a year, and the builders had to try again in March.",
        "Back to the quay",
        "Zurück zur Natur",
        "The photographs tell us how the town looked in 1910.",
        "The machine translated four letters a minute in 1962.",
    ],
)
def test_a_sentence_of_the_story_about_the_same_subject_is_not(line: str) -> None:
    assert not _found(line)


def test_no_part_of_a_word_in_the_table_is_empty_or_in_capitals_which_would_find_all_or_nothing() -> None:
    groups = [parts.split("|") for _, _, parts in table("page_notes.tsv")]
    assert all(part.strip() and part == part.casefold() for group in groups for part in group)
    assert all(len(group) > 10 for group in groups)


WORDS = ["a", "tan", "tanz", "tank", "größe", "grow", "1234", "дом", "домой", "x_y", "𝔘𝔫𝔦"]
LINES = st.lists(st.lists(st.sampled_from([*WORDS, " ", " ", "-", "’", "。", "!"])).map("".join))


@given(LINES)
def test_the_words_that_begin_alike_are_found_in_their_lines(lines):
    known = np.unique(WordBegins(WORDS).begin)
    number = {word[:LETTERS]: int(np.searchsorted(known, WordBegins([word]).begin)[0]) for word in WORDS}
    expected = [
        (line, number[word[:LETTERS]])
        for line, text in enumerate(lines)
        for word in re.findall(r"\w+", text)
        if word[:LETTERS] in number
    ]
    assert WordBegins(lines).among(known) == expected


def test_each_character_of_a_script_without_spaces_begins_a_word():
    known = np.unique(WordBegins(["quay"]).begin)
    assert WordBegins(["港町quay港町", "港町"]).among(known) == [(0, 0)]

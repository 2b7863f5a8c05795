"""Labels, buttons, credits and dates of the page are found by how they begin, and lines of the story are not."""

import re
from importlib.resources import files

import pytest

from corestory.line_rules.page_labels import page_labels
from corestory.line_rules.teasers import folded
from corestory.reading.article import Article
from line_rules.rule_lines import found_if_kept

STORY = "The ferry left the quay at nine on Monday, the harbour master said, for the first time since the storm in May."


def _found(line: str) -> bool:
    return found_if_kept(page_labels, Article("a", [STORY, line])) == [line]


@pytest.mark.parametrize(
    "label",
    [
        "Share on Facebook or by mail",
        "» Share this with a neighbour",
        "Artikel teilen",
        "更正：先前版本的數字有誤。",
        "關鍵字：碼頭、渡輪",
        "公式Xをフォロー",
        "แก้ไข: ตัวเลขไม่ถูกต้อง",
        "ไลน์",
        "Prenumerata już od 1 zł.",
        "A carregar…",
        "読み込み中",
        "Facebook, X, WhatsApp",
        "Drucken | Teilen | Merken",
        "Anzeige",
        "বিজ্ঞাপন",
        "Sponsored content",
        "SCROLL UNTUK MELANJUTKAN MEMBACA",
        "Dalsza część artykułu pod materiałem wideo",
        "Printed on 12 May 2025, 09:12",
        "Stampato il 13/05/2025 da un utente",
        "If a friend sent you this, you can sign up here.",
        "Publicité",
        "El artículo sigue debajo del anuncio",
        "Written by Ann Lee",
        "Text: Ann Lee, Fotos: Bo Ek",
        "Rozmawiała Anna Lis",
        "Γράφει η Άννα Λη",
        "Penulis: Ani Putri",
        "取材・文＝安里花",
        "기자: 안리",
        "Updated 9 May, 14:05",
        "Julkaistu 9.5.",
        "Güncelleme: 9 Mayıs, 14.05",
        "更新：5月9日",
        "Filed under: ferries, quays",
        "Posted in ferries, quays",
        "Etiketler: vapur, iskele",
        "View comments",
        "Schreiben Sie einen Kommentar zur Fähre",
        "إقرأ أيضا في موقعنا عن الجسر",
        "Listen to this article",
        "この動画は再生できません",
        "Already a subscriber? Come in.",
        "Erratum: le quai mesure neuf mètres.",
        "Lesen Sie auch: Warum die Fähre bleibt",
        "Today, 9:40",
        "vor 3 Stunden",
        "12 comments",
        "lee@post.example",
        "Source: Harbour Office",
        "In association with Lee Homes",
        "Über die Autorin",
        "With files from Ann Lee",
        "#quay #ferry",
        "News » Skarne » Harbour",
        "2024年5月9日 14時05分 更新",
    ],
)
def test_a_label_is_found(label: str) -> None:
    assert _found(label)


@pytest.mark.parametrize(
    "line",
    [
        "Sharing is what the islanders are good at.",
        "Terms and conditions of the deal were not disclosed.",
        "No part of this coast has been spared by the floods.",
        "Tutti i diritti dei lavoratori vanno difesi.",
        "An error occurred when the pilot read the wrong altitude.",
        "If the video is genuine, the minister will have to resign.",
        "Comments have been pouring in since the ruling.",
        "We apologise to the families of the victims.",
        "Like us they had lost their homes.",
        "—\u3000—",
        "Share this bread with your sister, it said on the note.",
        "Lees ook wat er niet staat, zei de notaris.",
        "Lesen Sie auch das Kleingedruckte.",
        "Share prices fell for the ninth day.",
        "Written by hand, the letter is hard to read.",
        "Written by hand",
        "Text: what the council wants to build",
        "Updated rules for ferries",
        "Updated in 2019, the map shows nine wells that are dry.",
        "Posted at the gate",
        "Topics that nobody wants to hear of, such as tides, wells and sheep",
        "Facebook and the island",
        "Anzeigen gegen den Bürgermeister",
        "“Share this with a neighbour,” the sign says.",
        "Author: an island's tale " * 9,
        "公開された図面によると、橋は9メートルある。",
        "#quay is what the town reads now",
        "2024年の夏",
        "***",
    ],
)
def test_a_line_of_the_story_that_begins_like_one_is_not(line: str) -> None:
    assert not _found(line)


def test_each_row_of_the_table_has_a_form_and_parts_in_the_letters_in_which_lines_are_compared() -> None:
    _, *rows = files("corestory.line_rules").joinpath("page_labels.tsv").read_text("utf-8").splitlines()
    table = [row.split("\t") for row in rows]
    assert {form for _, form, _ in table} == {
        "any",
        "begin",
        "lead",
        "whole",
        "date",
        "time",
        "credit",
        "label",
        "words",
    }
    parts = [(form, part) for _, form, some in table for part in some.split("|")]
    assert all(part.strip() and part == folded(part) for _, part in parts)
    assert len(set(parts)) == len(parts)


def test_no_word_of_a_label_or_a_note_mixes_scripts():
    scripts = [
        re.compile(rf"[{of}]")
        for of in ("a-z", "\u0370-\u03ff", "\u0400-\u04ff", "\u0590-\u05ff", "\u0600-\u06ff", "\u0900-\u097f")
    ]
    for name in ("page_labels.tsv", "page_notes.tsv"):
        table = files("corestory.line_rules").joinpath(name).read_text("utf-8").splitlines()[1:]
        for word in " ".join(row.split("\t")[2].replace("|", " ") for row in table).split():
            assert sum(script.search(word) is not None for script in scripts) <= 1, word

"""The language of an article, told from its text or declared by its source."""

import json
from importlib.util import find_spec

import pytest

from corestory.reading import language
from corestory.reading.html.page import read_page
from corestory.reading.language import language_of, may_be_unspaced, word_count, words_of

STORIES = {
    "en": "The quay opened again on Monday after a long delay, the harbour council said.",
    "de": "Der Kai wurde am Montag nach langer Verzögerung wieder geöffnet, teilte der Rat mit.",
    "fr": "Le quai a rouvert lundi après un long retard, a annoncé le conseil du port.",
    "es": "El muelle volvió a abrir el lunes tras un largo retraso, según el consejo del puerto.",
    "pl": "Nabrzeże otwarto ponownie w poniedziałek po długim opóźnieniu, podała rada portu.",
    "no": "Kaien åpnet igjen på mandag etter en lang forsinkelse, opplyste havnerådet.",
    "ru": "Причал снова открылся в понедельник после долгой задержки, сообщил совет порта.",
    "zh": "港口委员会表示，经过长时间的延误，码头于周一重新开放，市民可以再次使用旧桥。",
}
detecting = pytest.mark.skipif(find_spec("py3langid") is None, reason="py3langid (extra language) is missing")


@detecting
@pytest.mark.parametrize(("code", "text"), STORIES.items())
def test_the_text_tells_its_language_whatever_the_source_declares(code, text):
    assert language_of(text, declared="en") == code


@detecting
def test_a_text_too_short_to_tell_has_the_declared_language():
    assert language_of("Quai ouvert", declared="nb-NO") == "no"


@pytest.mark.parametrize(
    ("declared", "code"), [("EN_us", "en"), ("zh-Hant", "zh"), ("eng", ""), ("nn", "no"), ("", "")]
)
def test_without_a_detector_the_declared_language_counts(monkeypatch, declared, code):
    monkeypatch.setattr(language, "_detects", lambda: False)
    assert language_of(STORIES["fr"], declared=declared) == code


COUNTED_STORIES = {
    "Chinese": [
        "渡轮公司周四取消了所有航班,此前其最大船只的机舱发生火灾。",
        "“没有人受伤,船员的处理完全正确。”在码头目睹这一切的港务长林雅兰说。",
        "约340名乘客在学校礼堂过夜,志愿者为他们分发毛毯和热汤。",
        "公司预计,检查人员验收维修之后,该船将在三周内恢复运营。",
    ],
    "Japanese": [
        "フェリー会社は木曜日、最大の船の機関室で火災が起きたため、すべての便を欠航とした。",
        "「けが人はなく、乗組員は正しく対応した」と、岸壁から見ていた港長の芦田玲奈さんは語った。",
        "約340人の乗客は学校の体育館で一夜を過ごし、ボランティアが毛布とスープを配った。",
        "会社は検査官が修理を承認すれば三週間以内に運航を再開できると見込んでいる。",
    ],
    "Korean": [
        "여객선 회사는 목요일 가장 큰 배의 기관실에서 불이 나자 모든 운항을 취소했다.",
        "“다친 사람은 없었고 승무원들은 제대로 대응했다”고 부두에서 지켜본 항만장 이수진 씨가 말했다.",
        "승객 약 340명은 학교 강당에서 밤을 보냈고 자원봉사자들이 담요와 국을 나눠 주었다.",
        "회사는 검사관이 수리를 승인하면 3주 안에 운항을 재개할 것으로 보고 있다.",
    ],
    "Thai": [
        "บริษัทเรือข้ามฟากยกเลิกการเดินเรือทั้งหมดในวันพฤหัสบดี หลังเกิดเพลิงไหม้ในห้องเครื่องของเรือลำใหญ่ที่สุดของบริษัท",
        "ผู้อำนวยการท่าเรือซึ่งเฝ้าดูจากท่ากล่าวว่าไม่มีผู้ได้รับบาดเจ็บ และลูกเรือปฏิบัติหน้าที่ได้อย่างถูกต้องทุกประการ",
        "ผู้โดยสารราวสามร้อยสี่สิบคนค้างคืนในหอประชุมโรงเรียน ซึ่งอาสาสมัครได้แจกผ้าห่มและซุปร้อนให้",
        "บริษัทคาดว่าเรือจะกลับมาให้บริการได้ภายในสามสัปดาห์ เมื่อเจ้าหน้าที่ตรวจรับการซ่อมแซมแล้ว",
    ],
    "Turkish": [
        "Feribot şirketi, gemide makine dairesinde dün çıkan yangın üzerine perşembe günü bütün seferleri iptal etti.",
        "“Kimse yaralanmadı, mürettebat her şeyi doğru yaptı” diyen liman başkanı Işıl Çağlar olayı rıhtımdan izledi.",
    ],
}  # fmt: skip
NAV = '<header><nav><a href="/">Home</a></nav></header>'
PLACES = {
    "noscript": lambda story: f"<div></div><noscript>{marked(story)}</noscript>",
    "shadow DOM": lambda story: f"<x-a><template shadowrootmode=open>{marked(story)}</template></x-a>",
    "JSON-LD": lambda story: script("application/ld+json", {"@type": "NewsArticle", "articleBody": "\n\n".join(story)}),
    "state": lambda story: script("application/json", {"props": [{"type": "p", "text": text} for text in story]}),
    "pre": lambda story: "<pre>" + "\n\n".join(story) + "</pre>",
    "folded": lambda story: f"<main>{marked(story[:-1])}<div class=collapse hidden>{marked(story[-1:])}</div></main>",
}


def marked(story):
    return "".join(f"<p>{text}</p>" for text in story)


def script(kind, value):
    return f'<p>…</p><script type="{kind}">{json.dumps(value)}</script>'


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", COUNTED_STORIES)
def test_a_short_story_is_read_wherever_the_page_keeps_it_and_however_it_parts_words(language, place):
    story = COUNTED_STORIES[language]
    found = read_page(NAV + PLACES[place](story)).texts

    assert [text for text in found if text in story] == story


@pytest.mark.parametrize("language", ["Chinese", "Japanese", "Korean", "Thai"])
def test_lines_of_prose_are_paragraphs_in_scripts_without_spaces(language):
    story = COUNTED_STORIES[language]
    found = read_page(f"{NAV}<div>{'<br>'.join(story)}</div>").texts

    assert found[1:] == story


@pytest.mark.parametrize("language", COUNTED_STORIES)
def test_a_story_that_the_page_shows_is_not_read_again_from_its_scripts(language):
    story = COUNTED_STORIES[language]
    shown = marked(story)
    page = f"{NAV}{shown}{PLACES['state'](story)}{PLACES['JSON-LD'](story)}"
    found = read_page(page).texts

    assert [text for text in found if text in story] == story


def test_words_of_scripts_with_spaces_are_those_between_them():
    for text in ("Паром не вышел в море.", "لم تبحر العبارة.", "The ferry did not sail."):
        assert not may_be_unspaced(text)
        assert word_count(text) == len(words_of(text)) == len(text.split())

import json
import re
import textwrap
import time
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from corestory.reading.html.page import read_page
from corestory.reading.text import is_blank, may_be_unspaced, split_text, storable, word_count, words_of

LEAD = (
    "The harbour council voted on Tuesday evening to reopen the old swing bridge, eleven months after a barge struck "
    "its northern pier and left it jammed half way across the channel."
)
QUOTE = (
    "“Nobody here has forgotten what that winter was like,” said Marta Oduya, who runs the chandlery on the east quay "
    "and lost most of her trade when the bridge stood open. “We are still paying for it.”"
)
HEADLINES = [
    "Storm damage closes coastal railway for a third week",
    "Library hours cut across the county from September on",
    "Ferry crews accept new pay offer after a long night",
    "What the new parking rules mean for Quayside residents",
]


def wrapped(paragraph: str, width: int = 72) -> str:
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)


def test_a_line_is_a_paragraph() -> None:
    assert split_text("One.\nREAD MORE: Two\nThree.") == ["One.", "READ MORE: Two", "Three."]


def test_an_initial_on_a_line_of_its_own_begins_the_word_below_it() -> None:
    assert split_text(f"Bridge\n\n{LEAD[0]}\n\n{LEAD[1:]}") == ["Bridge", LEAD]
    assert split_text(f"{wrapped(QUOTE)}\n\n{LEAD[0]}\n{wrapped(LEAD[1:])}")[-1] == LEAD
    assert split_text(f"T\ntin: a metal\n\nA\n{LEAD}") == ["T", "tin: a metal", "A", LEAD]


def test_long_lines_with_blank_lines_between_stay_lines() -> None:
    text = f"{LEAD}\n\n{QUOTE}\n{LEAD}\n\nREAD MORE: {HEADLINES[0]}\n{QUOTE}\n"
    assert split_text(text) == [LEAD, QUOTE, LEAD, f"READ MORE: {HEADLINES[0]}", QUOTE]


def test_commands_of_tex_above_wrapped_text_do_not_keep_its_lines_apart() -> None:
    commands = ["\\documentclass{article}", "\\begin{document}", "\\title{Swing bridge}", "\\maketitle"]
    text = "\n\n".join(["\n".join(commands), wrapped(LEAD), wrapped(QUOTE), "\\end{document}"])
    assert split_text(text) == [*commands, LEAD, QUOTE, "\\end{document}"]


@pytest.mark.parametrize("width", [45, 60, 72, 80, 100])
def test_hard_wrapped_text_is_rejoined(width: int) -> None:
    text = "\n\n".join(["Swing bridge to reopen", wrapped(LEAD, width), wrapped(QUOTE, width)])
    assert split_text(text) == ["Swing bridge to reopen", LEAD, QUOTE]


def test_a_few_wrapped_lines_without_a_blank_line_stay_lines() -> None:
    assert split_text(wrapped(LEAD)) == wrapped(LEAD).split("\n")


SHORT = "Sailings will start again on Friday, when the crews have had a rest and the engine of the old ferry is mended."


def test_a_text_that_is_wrapped_without_blank_lines_is_rejoined() -> None:
    story = [LEAD, QUOTE, SHORT, LEAD]
    assert split_text("\n".join(map(wrapped, story))) == story


def test_menus_headlines_and_verse_without_blank_lines_stay_lines() -> None:
    lines = [
        "Home",
        "news of the day",
        *HEADLINES,
        "the sea was grey",
        "the quay was long",
        "and no one came",
        "Contact",
    ]
    assert split_text("\n".join(lines * 3)) == lines * 3


@pytest.mark.parametrize("indent", ["    ", "\t", "  ", "\u3000"])
def test_an_indented_line_begins_a_paragraph_in_wrapped_text(indent: str) -> None:
    story = [LEAD, QUOTE, SHORT, f"{LEAD} {QUOTE}"]
    blocks = [textwrap.fill(paragraph, 60, initial_indent=indent) for paragraph in story]
    assert split_text("\n".join(blocks)) == story


def test_quoted_mail_is_read_without_its_marks() -> None:
    quoted = "\n>\n".join(textwrap.indent(wrapped(paragraph, 60), "> ") for paragraph in (LEAD, QUOTE))
    assert split_text(f"Hi all, the piece:\n\n{quoted}\n\n-- \nOrla") == [
        "Hi all, the piece:",
        LEAD,
        QUOTE,
        "--",
        "Orla",
    ]
    assert split_text(f"{LEAD}\n\n> {QUOTE}\n") == [LEAD, f"> {QUOTE}"]


def test_a_list_within_a_wrapped_block_keeps_its_items() -> None:
    items = [f"- {SHORT}", f"- {LEAD}", "- tea"]
    text = "\n\n".join([wrapped(LEAD), "\n".join(wrapped(line) for line in (QUOTE, *items)), wrapped(QUOTE)])
    assert split_text(text) == [LEAD, QUOTE, *items, QUOTE]


def test_hyphens_of_a_texts_wrapping_are_taken_out_and_those_of_its_compounds_stay() -> None:
    text = """The harbour council voted on Tuesday evening to reopen the old swing brid-
ge, eleven months after a barge struck its northern pier and left it jam-
med half way across the channel. The bridge, a well-known sight of the to-
wn, is a hundred years old. Nobody in the harbour has seen one of the well-
known ships since then."""
    assert split_text(f"{text}\n\nOne.\n") == [
        "The harbour council voted on Tuesday evening to reopen the old swing bridge, eleven months after a barge "
        "struck its northern pier and left it jammed half way across the channel. The bridge, a well-known sight of "
        "the town, is a hundred years old. Nobody in the harbour has seen one of the well-known ships since then.",
        "One.",
    ]


@pytest.mark.parametrize("headlines", [HEADLINES, HEADLINES[:2], HEADLINES[2:]])
def test_headlines_one_below_the_other_stay_apart_in_wrapped_text(headlines: list[str]) -> None:
    text = "\n\n".join([wrapped(LEAD), wrapped(QUOTE), "\n".join(["You may also like", *headlines]), wrapped(LEAD)])
    assert split_text(text) == [LEAD, QUOTE, "You may also like", *headlines, LEAD]


def test_a_headline_as_long_as_the_wrapped_lines_is_still_not_glued_to_the_next() -> None:
    long = "Ministers to publish the delayed review of coastal flood defence plans"
    assert len(long) == 70
    text = "\n\n".join([wrapped(LEAD), f"{HEADLINES[0]}\n{long}\nReview: a play about the sea", wrapped(QUOTE)])
    assert split_text(text) == [LEAD, HEADLINES[0], long, "Review: a play about the sea", QUOTE]


def test_a_headline_that_is_itself_wrapped_is_one_paragraph() -> None:
    headline = "Harbour Council Votes To Reopen The Old Swing Bridge After Eleven Months Of Closure"
    assert split_text(f"{wrapped(headline)}\n\n{wrapped(LEAD)}\n") == [headline, LEAD]


def test_a_line_with_room_to_spare_ends_its_paragraph_in_wrapped_text() -> None:
    text = f"{wrapped(LEAD)}\nBy Jane Okafor\n{wrapped(QUOTE)}\n\n{wrapped(LEAD)}"
    assert split_text(text) == [LEAD, "By Jane Okafor", QUOTE, LEAD]


def test_each_item_of_a_list_is_a_paragraph_of_its_own_wrapped_or_not() -> None:
    items = [f"- {LEAD}", "- tea", f"- {QUOTE}"]
    text = "\n\n".join([wrapped(LEAD), "\n".join(wrapped(item) for item in items), wrapped(QUOTE)])
    assert split_text(text) == [LEAD, *items, QUOTE]


def test_verse_and_short_lists_keep_their_lines() -> None:
    text = "Ingredients\n\nflour\nbutter, soft\nsugar\n\nthe sea was grey,\nthe quay was long,\nand no one came\n"
    assert split_text(text) == [
        "Ingredients", "flour", "butter, soft", "sugar", "the sea was grey,", "the quay was long,", "and no one came",
    ]  # fmt: skip


def test_a_word_broken_at_a_hyphen_is_joined_without_a_space_and_keeps_its_hyphen() -> None:
    first = "The review of the coastal defences, which had been delayed by the inter-"
    text = f"{wrapped(LEAD)}\n\n{first}\nnational talks, is out.\n"
    assert split_text(text)[1] == f"{first}national talks, is out."


@pytest.mark.parametrize("ending", ["pre-\nand post-war years", "storm -\nwhich came late", "quay, 1998-\n2004 on"])
def test_other_hyphens_at_a_lines_end_are_followed_by_a_space(ending: str) -> None:
    line = ("The review of the coastal defences, which had been delayed by the long " + ending.split("\n")[0])[-72:]
    text = f"{wrapped(LEAD)}\n\n{wrapped(QUOTE)}\n\n{line.strip()}\n{ending.split(chr(10))[1]}.\n"
    assert split_text(text)[2] == f"{line.strip()} {ending.split(chr(10))[1]}."


def test_a_script_without_spaces_is_rejoined_without_them() -> None:
    story = "海港委员会周二晚间投票决定重新开放旧平旋桥此前一艘驳船撞上了北侧桥墩使其在航道中央卡住十一个月" * 3 + "。"
    lines = [story[start : start + 36] for start in range(0, len(story), 36)]
    assert split_text("标题\n\n" + "\n".join(lines)) == ["标题", story]


def test_a_right_to_left_text_is_rejoined_too() -> None:
    story = "صوت مجلس الميناء مساء الثلاثاء على إعادة فتح الجسر القديم بعد أحد عشر شهرا من اصطدام مركب به " * 3 + "أمس."
    assert split_text(f"خبر\n\n{wrapped(story)}\n\n{wrapped(story)}") == ["خبر", story, story]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_line_end_of_unicode_ends_a_line(end: str) -> None:
    assert split_text(f"One.{end}Two.{end}{end}Three.{end}") == ["One.", "Two.", "Three."]


def test_separators_of_data_and_tabs_end_no_line() -> None:
    assert split_text("a\x1cb\x1dc\x1ed\x1fe\tf") == ["a\x1cb\x1dc\x1ed\x1fe\tf"]


def test_what_does_not_show_is_no_paragraph_but_stays_inside_one() -> None:
    assert split_text("\ufeff\n\u200b\n\x00\x07\n a\u200bb\x00c \n\xa0\n") == ["a\u200bb\x00c"]
    assert is_blank("")
    assert not is_blank("👋")


def test_emoji_and_marks_come_out_as_they_went_in() -> None:
    assert split_text("  👩‍👩‍👧 ＋ é \n") == ["👩‍👩‍👧 ＋ é"]


def test_only_lone_surrogates_are_replaced() -> None:
    assert storable("a\ud83d b\x00\ufeff👋") == "a\ufffd b\x00\ufeff👋"


line_text = st.text(st.characters(exclude_characters="\n\r\x0b\x0c\x85\u2028\u2029"), min_size=1).filter(
    lambda line: not is_blank(line)
)


@given(st.lists(line_text))
def test_lines_without_blank_ones_come_back_line_for_line(lines: list[str]) -> None:
    assert split_text("\n".join(lines)) == [line.strip() for line in lines]


@given(st.lists(line_text), st.integers(2, 4))
def test_lines_with_blank_ones_between_come_back_line_for_line(lines: list[str], ends: int) -> None:
    assert split_text(("\n" * ends).join(lines)) == [line.strip() for line in lines]


anything = st.text() | st.sampled_from(
    [LEAD, QUOTE, *HEADLINES, "- tea", "", "of the", "a" * 71, "é\ud800", "漢字 " * 20]
)


@given(st.lists(anything))
def test_no_character_is_lost_nor_moved_and_no_paragraph_is_empty(lines: list[str]) -> None:
    text = "\n".join(lines)
    paragraphs = split_text(text)
    shown = [line for line in re.split("[\n\r\x0b\x0c\x85\u2028\u2029]", text) if not is_blank(line)]
    assert "".join("".join(paragraphs).split()) == "".join("".join(shown).split())
    assert all(paragraph == paragraph.strip() and not is_blank(paragraph) for paragraph in paragraphs)


words = st.lists(st.text("abcdefghijklmnopqrstuvwxyzäé", min_size=1, max_size=11), min_size=12, max_size=60)
sentences = words.map(lambda found: " ".join(found).capitalize() + ".")


stories = st.lists(st.lists(sentences, min_size=1, max_size=3).map(" ".join), min_size=2, max_size=6)


@given(stories, st.integers(50, 110))
def test_what_was_wrapped_comes_back_whatever_the_width(paragraphs: list[str], width: int) -> None:
    blocks = [wrapped(paragraph, width).split("\n") for paragraph in paragraphs]
    # Something has to show that the text is wrapped: a line that goes on in lower case.
    assume(any(following[0].islower() and line[-1] != "." for block in blocks for line, following in pairwise(block)))
    assert split_text("\n\n".join("\n".join(block) for block in blocks)) == paragraphs


def test_a_long_article_and_a_long_line_take_no_time_to_speak_of() -> None:
    began = time.process_time()
    assert len(split_text("A paragraph of the story.\n" * 30_000)) == 30_000
    assert len(split_text(f"{wrapped(LEAD)}\n\n" * 6_000)) == 6_000
    assert len(split_text("word " * 600_000)) == 1
    assert time.process_time() - began < 5


def test_wrapped_lines_whose_ends_are_doubled_are_rejoined() -> None:
    one = ["The old quay opened on Monday after a delay", "that the storms of the spring had caused."]
    two = ["It had been closed for eleven months after a", "barge had hit its northern pier."]
    joined = [" ".join(one), " ".join(two)]

    assert split_text("\n\n".join([*one, "", *two])) == joined
    assert split_text("\r\r\n".join([*one, "", *two])) == joined
    listed = ["Quay opens", "Ships came at nine", "and left at ten"]
    assert split_text("\n\n".join(listed)) == listed


@pytest.mark.parametrize("number", ["- 2 -", "  12", "Page 3 of 9", "Seite 4"])
def test_the_number_of_a_page_within_a_wrapped_paragraph_is_not_glued_into_it(number: str) -> None:
    lines = ["The old quay opened on Monday after a delay", "that the storms of the spring had caused to"]
    after = "the bridge that had been closed since March."

    found = split_text("\n".join([*lines, after, ""] * 4 + [*lines, number, after]))

    assert found == [" ".join([*lines, after])] * 5 + [number.strip()]


def test_a_list_that_is_narrower_than_the_wrapped_text_around_it_is_rejoined_too() -> None:
    items = ["- gas, which costs three times as much as", "  in 2023, when the contract was signed;"]
    items += ["- a boiler that nobody in the country", "  will insure any longer."]
    assert split_text("\n\n".join([wrapped(LEAD), "\n".join(items), wrapped(QUOTE), wrapped(LEAD)])) == [
        LEAD, f"{items[0]} {items[1].strip()}", f"{items[2]} {items[3].strip()}", QUOTE, LEAD,
    ]  # fmt: skip


@pytest.mark.parametrize(("more", "parted"), [(0, False), (40, True)])
def test_two_parted_words_tell_in_a_short_text_alone(more: int, parted: bool) -> None:
    text = "The council has sent a hundred bot-\ntles of water to the town after the treat-\nment works were shut."
    lines = text + "\n\n" + "\n".join(["And so they went on, on and on and on"] * more)
    assert ("bot-tles" in split_text(lines)[0]) == parted


def test_hyphens_are_taken_out_also_if_the_same_syllable_is_parted_again() -> None:
    text = "Die Bücherei hat am Samstag wieder ge-\nöffnet, als der Fluss aus dem Keller ge-\ngangen war, und der "
    text += "Boden, den sie tro-\nckneten, war neu.\n\nDie Bücher waren es nicht, und sie rochen bis\nAugust."
    assert all(word in split_text(text)[0] for word in ("geöffnet", "gegangen", "trockneten"))


def test_a_quotation_of_two_lines_is_rejoined_where_its_sentence_goes_on() -> None:
    assert split_text(f"{LEAD}\n\n> The tide took the old\n> quay away.\n\n{LEAD}")[1:-1] == [
        "The tide took the old", "quay away.",
    ]  # fmt: skip
    assert split_text("Ann:\n> One line.\n> Two lines.") == ["Ann:", "> One line.", "> Two lines."]


def test_a_string_of_json_is_read_as_the_text_that_it_holds() -> None:
    assert split_text(json.dumps('"We sail," he said.\n\nMore came.\nAll left.')) == [
        '"We sail," he said.', "More came.", "All left.",
    ]  # fmt: skip
    assert split_text('"One\\nTwo\\nThree') == ['"One', "Two", "Three"]
    assert split_text('"One,\\nTwo" and \\n"Three"') == ['"One,', 'Two" and', '"Three"']


def test_lines_that_hang_under_their_item_go_on_with_it() -> None:
    items = ["* gas, which costs three times as much as in", "  2023, when the contract was signed;"]
    items += ["* a boiler that nobody in the country will", "  insure any longer, at whatever price."]

    assert split_text("Reasons\n\n" + "\n".join(items)) == [
        "Reasons",
        *(f"{first} {rest.strip()}" for first, rest in (items[:2], items[2:])),
    ]


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

import gzip
import random
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corestory.errors import InputError
from corestory.reading.decoding import decode, marked_encoding, refuse_binary
from corestory.reading.file_kinds import unread_kind
from corestory.reading.streams import open_bytes, read_bytes, read_document

ENGLISH = "“It’s open,” she said — for the first time since March, at a cost of £4m.\n"
WESTERN = {
    "French": "Le maire a inauguré la passerelle, fermée depuis près d’un an à cause d’un choc : « Enfin ! »\n",
    "German": "Die Brücke wird am Dienstag wiedereröffnet, sagte die Bürgermeisterin; es gäbe große Freude.\n",
    "Spanish": "¿Quién pagará la reparación? El puente reabrirá mañana, según anunció el alcalde de la región.\n",
    "Portuguese": "A ponte não abrirá amanhã; a reparação, disse o presidente da câmara, é difícil.\n",
    "Swedish": "Bron öppnas på tisdag, säger borgmästaren; färjan går än så länge varje kväll från ön.\n",
    "Icelandic": "Brúin verður opnuð á þriðjudag, sagði bæjarstjórinn, og ferjan siglir áfram í bili.\n",
    "English": ENGLISH,
}
OTHER = {
    "cp1251": "Разводной мост откроют во вторник, сообщил мэр города.\n",
    "cp1253": "Η γέφυρα ανοίγει την Τρίτη, είπε ο δήμαρχος.\n",
    "iso8859-2": "Źródło: most zostanie otwarty we wtorek, powiedział burmistrz; będzie też święto łodzi.\n",
    "cp1250": "Starostka řekla, že most bude otevřen v úterý; přívoz pluje dál každý večer ještě týden.\n",
    "cp1254": "Köprü salı günü açılacak, dedi başkan; şehirdeki iskelede ise çalışmalar sürüyor, ışık yok.\n",
    "gb18030": "市长说大桥将于周二重新开放。\n",
    "cp932": "市長は橋が火曜日に再開すると述べた。\n",
    "koi8-r": "Разводной мост откроют во вторник, сообщил мэр города.\n",
    "macintosh": "Le maire a inauguré la passerelle, fermée depuis près d’un an.\n",
}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])).filter(lambda text: not text.startswith("\ufeff")))
def test_utf_8_comes_out_as_it_went_in_with_and_without_a_mark(text: str) -> None:
    if not unread_kind(text.encode()[:64]):
        assert decode(text.encode(), where="a") == text
        assert decode(text.encode("utf-8-sig"), where="a") == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
@pytest.mark.parametrize("text", [*WESTERN.values(), *OTHER.values(), "", "👋"])
def test_a_byte_order_mark_is_believed(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), where="a") == text
    assert decode("\ufeff".encode(f"{encoding}-be") + text.encode(f"{encoding}-be"), where="a") == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", [*WESTERN.values(), OTHER["cp1251"], "صوت المجلس على إعادة فتح الجسر\n"])
def test_wide_text_without_a_mark_is_told_by_its_spaces(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), where="a") == text


@pytest.mark.parametrize("language", WESTERN)
def test_windows_1252_is_told_by_the_letters_of_one_western_language(language: str) -> None:
    assert decode(WESTERN[language].encode("cp1252"), where="a") == WESTERN[language]


def test_latin_1_is_told_too() -> None:
    assert decode("Café “à” la".replace("“", "«").replace("”", "»").encode("latin-1"), where="a") == "Café «à» la"


LONGER = {
    "cp1251": " Старый мост снова откроют в понедельник после долгого ремонта. Так решил совет порта.\n",
    "koi8-r": " Старый мост снова откроют в понедельник после долгого ремонта. Так решил совет порта.\n",
    "cp1253": " Το συμβούλιο αποφάσισε να την επισκευάσει μετά την καταιγίδα του Μαρτίου.\n",
    "iso8859-2": " Rada zdecydowała o naprawie po burzy, która uszkodziła filar mostu, a święto się odbędzie.\n",
    "cp1250": " Rada rozhodla o opravě po březnové bouři, která poškodila pilíř mostu.\n",
    "cp1254": " Meclis, Mart ayındaki fırtınadan sonra onarıma karar verdi.\n",
    "gb18030": "港口委员会决定在三月的风暴之后进行修理，居民们对此表示欢迎。\n",
    "cp932": "港湾委員会は三月の嵐のあとに修理することを決めた。住民はこれを歓迎している。\n",
    "macintosh": " Le conseil l’a décidé à l’été, après la tempête de mars.\n",
}


@pytest.mark.parametrize("encoding", OTHER)
@pytest.mark.parametrize("size", [20, 40, 1000])
def test_an_encoding_that_nothing_declares_is_told_or_refused_and_never_read_wrong(encoding: str, size: int) -> None:
    # A few letters of this one are those of Estonian in another.
    text = (OTHER[encoding].strip() + LONGER[encoding])[: 1000 if encoding == "macintosh" else size]
    try:
        assert decode(text.encode(encoding), where="a.txt") == text
    except InputError as error:
        assert "a.txt: text in an unknown encoding; expected UTF-8" in str(error)  # noqa: PT017
        assert encoding == "macintosh" or size < 1000


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("big5", "市長說大橋將於週二重新開放。港口委員會決定在三月的風暴之後進行修理，居民們對此表示歡迎。"),
        ("cp949", "시장은 다리가 화요일에 다시 열린다고 말했다. 항만 위원회는 삼월의 폭풍 이후 수리하기로 결정했다."),
        ("cp1255", "הגשר ייפתח ביום שלישי, אמר ראש העיר. המועצה החליטה לתקן אותו אחרי הסערה של מרץ."),
        ("cp1256", "صوت المجلس على إعادة فتح الجسر القديم بعد أحد عشر شهرا من اصطدام مركب به."),
        ("cp874", "สะพานจะเปิดในวันอังคาร นายกเทศมนตรีกล่าว สภาตัดสินใจซ่อมแซมหลังพายุเดือนมีนาคม"),
    ],
)
def test_more_encodings_of_pages_that_declare_none_are_told(encoding: str, text: str) -> None:
    page = f"<title>1</title><p>{text * 3}</p>"
    assert decode(page.encode(encoding), where="a.html", html=True) == page


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859-2"])
@pytest.mark.parametrize(
    "text",
    [
        "Řidiči budou muset jezdit objížďkou přes Čížkov, řekla mluvčí úřadu Květa Šťastná. Žádná šance, že už letos.",
        "Vodiči budú musieť jazdiť obchádzkou cez Žilinku, povedala hovorkyňa Šárka Ťažká. Most už žiaľ nestačí.",
        "Ljudje že čakajo, da občina končno obnovi cesto čez Žabnico, je rekla Špela Šuštar. Škoda je že velika.",
    ],
)
def test_the_two_encodings_of_central_europe_are_told_apart_by_the_letters_of_a_language(encoding, text):
    assert decode((text * 3).encode(encoding), where="a.txt") == text * 3


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp850", "Le conseil a coûté cher à chaque habitant, a déclaré le maire, qui espère l’achever avant l’été."),
        (
            "mac_roman",
            "La reparación del puente durará años. ¿Cuándo se abrirá? Mañana, dijo la señora Núñez, sin más.",
        ),
        ("iso8859-15", "Šakki ei kiinnosta Žukovia, sanoi pormestari Väinö Hämäläinen, joka myöntää että työ päättyy."),
        (
            "iso8859-2",
            "Gradsko vijeće je odobrilo popravak; vozači će ići kroz selo, gdje će čekati, kaže načelnica Šimić.",
        ),
        (
            "koi8-u",
            "Міська рада схвалила ремонт мосту. Водіям доведеться їздити через село, сказала речниця. Її чують.",
        ),
        ("cp852", "Řidiči budou muset jezdit objížďkou přes Čížkov, řekla mluvčí úřadu Květa Šťastná."),
        (
            "iso8859-4",
            "Taryba patvirtino tilto per upę remontą, kuris truks dvejus metus. Vairuotojai turės važiuoti kitur.",
        ),
    ],
)
@pytest.mark.parametrize("times", [1, 4])
def test_a_text_in_a_rarer_encoding_is_told_or_refused_and_never_read_wrong(encoding, text, times):
    text = text.replace("’", "'") * times
    try:
        assert decode(text.encode(encoding), where="a.txt") == text
    except InputError as error:
        assert "unknown encoding" in str(error)  # noqa: PT017


@pytest.mark.parametrize("page", ["<p>{}</p>", "{}\n"])
def test_japanese_in_escapes_is_read_also_where_nothing_declares_it(page):
    text = page.format("港湾委員会は三月の嵐のあとに修理することを決めた。")
    assert decode(text.encode("iso2022_jp"), where="a.txt") == text
    colours = "\x1b[31mThe quay\x1b[0m cost \x1b$100\n"
    assert decode(colours.encode(), where="a.txt") == colours


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        (
            "cp1250",
            "Rada postanowiła we wtorek, że most będzie otwarty: „To święto”, powiedział burmistrz Żółty. Będą łodzie.",
        ),
        ("cp1250", "A tanács kedden úgy döntött, hogy a híd újra megnyílik. Öt hétig tartott a felújítás, őszintén."),
        ("iso8859_2", "Rada v úterý rozhodla, že se přívoz vrátí. Šest žáků čekalo u řeky; léto bylo příliš dlouhé."),
        ("cp1254", "İskele salı günü yeniden açılacak, dedi başkan. Kış boyunca kapalıydı ve ışığı bile yoktu."),
        ("cp1257", "Taryba nusprendė, kad tiltas vėl bus atidarytas. Žmonės džiaugėsi, šįryt ėjo pėsčiomis, džiūgavo."),
    ],
)
def test_an_encoding_of_eastern_europe_is_told_by_the_letters_of_one_language(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), where="a.txt") == text


def test_a_finnish_text_of_an_old_mac_is_no_czech_one() -> None:
    text = "Lautta lähtee tänään yöllä. Äiti näki sen väylällä, jäätä särkemässä, ja pyysi päästä mökille."
    assert decode(text.encode("mac_roman"), where="a.txt") == text


@pytest.mark.parametrize("declared", ["utf-8", "UTF8", ""])
def test_one_stray_byte_costs_a_page_in_utf_8_at_most_one_character(declared: str) -> None:
    notes: list[str] = []
    page = f"<meta charset={declared}><p>The company’s café — open.".encode() + b" It\x92s a caf\xe9, too. \xa3"
    text = decode(page, where="a.html", html=True, note=notes.append)
    assert text.endswith("The company’s café — open. It’s a café, too. \ufffd")
    assert notes == ["a.html: 1 character could not be decoded and is shown as \ufffd"]


def test_utf_8_with_as_many_pasted_bytes_is_no_other_encoding() -> None:
    text = "“We wait,” she said."
    assert decode(text.encode() + b" \x93It\x92s l\xe9ger.\x94", where="a.txt") == text + " “It’s léger.”"


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_a_western_text_of_an_old_computer_is_told_by_its_letters(encoding: str) -> None:
    text = WESTERN["German"].translate(dict.fromkeys(map(ord, "„“–’…€"), '"'))
    assert decode(text.encode(encoding) * 3, where="a.txt") == text * 3


@pytest.mark.parametrize("end", [1, 2])
def test_a_text_that_is_cut_off_within_a_character_loses_that_one(end: int) -> None:
    notes: list[str] = []
    assert decode("It rained. 👋".encode()[:-end], where="a.txt", note=notes.append) == "It rained. \ufffd"
    assert notes == ["a.txt: 1 character could not be decoded and is shown as \ufffd"]


def test_a_page_that_declares_utf_8_and_is_in_another_encoding_is_told_by_its_letters() -> None:
    page = f"<meta charset=utf-8><p>{WESTERN['French']}"
    assert decode(page.encode("cp1252"), where="a", html=True) == page


def test_a_text_that_was_encoded_twice_is_repaired_and_that_is_said() -> None:
    notes: list[str] = []
    text = "The company’s café — “late”, says Zoë."
    twice = "".join(
        bytes([byte]).decode("cp1252" if byte not in b"\x81\x8d\x8f\x90\x9d" else "latin-1") for byte in text.encode()
    )
    assert decode(twice.encode(), where="a.txt", note=notes.append) == text
    assert notes == ["a.txt: its text was encoded twice, and is repaired"]


@pytest.mark.parametrize("text", ["Â© 2024", "São Paulo, Ünal, Ã", "Ã© is mojibake for é", "ÃÂ Ð", "àš"])
def test_what_might_be_meant_so_is_not_repaired(text: str) -> None:
    assert decode(text.encode(), where="a.txt") == text


@pytest.mark.parametrize("encoding", OTHER)
def test_an_html_page_is_read_as_it_declares(encoding: str) -> None:
    for declaration in (f'<meta charset="{encoding}">', f"<META content='text/html; charset={encoding}'>"):
        page = f"<html><head>{declaration}</head><p>{OTHER[encoding]}"
        assert decode(page.encode(encoding), where="a", html=True) == page


def test_a_page_in_escapes_is_read_as_it_declares() -> None:
    page = "<meta charset=iso-2022-jp><p>市長は橋が火曜日に再開すると述べた。"
    assert decode(page.encode("iso2022_jp"), where="a", html=True) == page


def test_latin_1_that_a_page_declares_is_windows_1252_as_in_browsers() -> None:
    page = f"<meta charset=iso-8859-1><p>{ENGLISH}"
    assert decode(page.encode("cp1252"), where="a", html=True) == page


def test_a_page_in_utf_8_is_read_as_utf_8_whatever_it_declares() -> None:
    page = f'<meta charset="windows-1251"><p>{OTHER["cp1251"]}'
    assert decode(page.encode(), where="a", html=True) == page


@pytest.mark.parametrize("name", ["no-such", "base64", "rot13", "utf-16", "idna", "unicode_escape", "undefined"])
def test_a_declaration_of_nonsense_is_passed_over(name: str) -> None:
    page = f'<meta charset="{name}"><p>Le café ferme à midi.'
    assert decode(page.encode("cp1252"), where="a", html=True) == page


def test_a_declaration_in_plain_text_means_nothing() -> None:
    text = f'<meta charset="utf-8">{WESTERN["French"]}'
    assert decode(text.encode("cp1252"), where="a") == text


def test_a_few_broken_bytes_in_a_long_utf_8_text_cost_only_themselves() -> None:
    text = OTHER["cp1251"] * 10
    assert decode(text.encode() + "м".encode()[:1], where="a") == text + "\ufffd"
    assert decode(b"\xff\xa0" + text.encode(), where="a") == "\ufffd\ufffd" + text


def test_control_characters_in_a_good_text_stay() -> None:
    text = "The quay\x00 opened\x07 on Monday\x1b[1m, late in the evening of a long day.\x85\x9f\n"
    assert decode(text.encode(), where="a") == text


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        (b"%PDF-1.7\nstream", "a PDF"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"{\\rtf1\\ansi", "an RTF document"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
        (gzip.compress(b"x", mtime=0), "gzip inside another compression"),
        (b"PAR1\x15\x04", "a Parquet file"),
    ],
)
def test_a_binary_file_is_refused_by_what_it_looks_like(data: bytes, kind: str) -> None:
    with pytest.raises(InputError, match=rf"a\.txt: looks like {kind}.*; expected text"):
        decode(data, where="a.txt")
    with pytest.raises(InputError, match=f"looks like {kind}"):
        refuse_binary(data, where="a.txt")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [50, 1000, 100_000])
def test_random_bytes_are_refused(seed: int, size: int) -> None:
    data = random.Random(seed).randbytes(size)
    with pytest.raises(InputError):
        decode(b"\x01" + data, where="a")
    with pytest.raises(InputError):
        decode(b"\x01" + zlib.compress(data), where="a", html=True)


def test_text_among_nuls_is_binary() -> None:
    with pytest.raises(InputError, match="binary data; expected text"):
        decode(b"story.txt" + bytes(91) + b"The quay opened.", where="a")
    with pytest.raises(InputError, match="binary data"):
        refuse_binary("id,text\n".encode("utf-16-le"), where="a")


def test_a_wide_text_that_is_cut_off_loses_its_last_character() -> None:
    assert decode("The quay opened.".encode("utf-16")[:-1], where="a") == "The quay opened\ufffd"


@pytest.mark.parametrize("data", [b"\xff\xfe" + b"\x00\xd8" * 9, b"\xef\xbb\xbfcaf" + b"\xe9" * 9])
def test_a_mark_before_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="damaged UTF-"):
        decode(data, where="a")


def test_the_mark_tells_the_encoding() -> None:
    marks = ["utf-8-sig", "utf-16", "utf-32"]
    assert [marked_encoding("quay".encode(mark)) for mark in marks] == marks
    assert marked_encoding(b"quay") == ""


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_break_it(data: bytes, html: bool) -> None:
    try:
        text = decode(data, where="a", html=html)
    except InputError:
        return
    assert text.encode().decode() == text


def test_a_file_is_read_whole_and_gunzipped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"The quay")
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"The quay"))
    assert {read_bytes(path) for path in tmp_path.iterdir()} == {b"The quay"}


def test_a_small_file_cannot_fill_memory(tmp_path: Path) -> None:
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(10_000_000)))
    with pytest.raises(InputError, match=r"bomb\.gz: more than 1,000,000 bytes in one document"):
        read_document(open_bytes(tmp_path / "bomb.gz"), where="bomb.gz", limit=1_000_000)

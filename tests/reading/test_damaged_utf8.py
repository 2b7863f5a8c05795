"""Bytes of Windows-1252 in UTF-8 are read as such; what may be a broken character is none."""

import pytest

from corestory.reading.damaged_utf8 import damaged_utf8, pasted_utf8
from corestory.reading.decoding import decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"it\x92s \x93here\x94 \x96 caf\xe9, \xfcber", "it’s “here” – café, über"),
        (
            b"br\xc3 br\xc3l\xc2 \xa3 \xe9 \x92\x92 caf\xe9",
            "br\ufffd br\ufffdl\ufffd \ufffd \ufffd \ufffd\ufffd caf\ufffd",
        ),
        ("港".encode()[:2] + b" cut \xe2\x80", "\ufffd cut \ufffd"),
    ],
)
def test_a_byte_that_stands_alone_is_read_as_that_of_a_sign_or_of_a_letter_beside_others(data, text):
    assert damaged_utf8(data) == text


def test_many_pasted_bytes_need_a_character_that_only_utf_8_has():
    assert pasted_utf8("…".encode() + b" it\x92s \x93here\x94") == "… it’s “here”"
    assert pasted_utf8("é".encode() + b" it\x92s \x93here\x94") is None
    assert pasted_utf8("…".encode() + b" it\x92s \xa4") is None


def test_signs_that_were_encoded_twice_beside_others_are_repaired_and_few_are_not():
    twice = "".join(char.encode().decode("cp1252", "ignore") if char in "’…" else char for char in "It’s here’s and… ")
    assert decode((twice + "“Genève”").encode(), where="a.txt") == "It’s here’s and… “Genève”"
    assert decode("â€™ is ’ and â€œ is “".encode(), where="a.txt") == "â€™ is ’ and â€œ is “"


def test_a_text_that_was_encoded_twice_is_repaired_though_its_closing_quotation_marks_have_lost_a_byte():
    twice = "“It’s a café,” she said.".encode().decode("cp1252", "replace")
    assert decode(twice.encode(), where="a.txt") == "“It’s a café,” she said."

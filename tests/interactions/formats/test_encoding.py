"""The encoding of a text is told from its bytes, and what does not fit it is marked, not guessed at."""

from __future__ import annotations

import pytest

from errors import LogError
from interactions.formats.encoding import as_utf8, decoder_of, detect_encoding, known_encoding

GOODS = {
    "gb18030": "柑橘类水果 半成品面包 速食汤 人造黄油 酸奶 咖啡 热带水果 全脂牛奶 奶油乳酪 其他蔬菜 浓缩牛奶 大米",
    "big5": "柑橘類水果 麵包 湯 人造奶油 優格 咖啡 熱帶水果 全脂牛奶 奶油乳酪 其他蔬菜 濃縮牛奶 白米 清潔劑",
    "cp932": "みかん パン スープ マーガリン ヨーグルト コーヒー 牛乳 バター 米 洗剤 野菜 果物",
    "cp949": "우유 커피 빵 버터 쌀 세제 야채 과일 요구르트 수프",
    "windows-1252": "Café Crème Müsli Brûlée Piñata Œuvre “quoted” naïve Straße",
    "windows-1251": "Молоко Хлеб Масло Кофе Чай Рис Соль",
}


def table(words: list[str], *, rows: int) -> str:
    return "user_id,item_id,title\n" + "".join(
        f"u{row},i{row % len(words)},{words[row % len(words)]}\n" for row in range(rows)
    )


@pytest.mark.parametrize("encoding", GOODS)
@pytest.mark.parametrize("rows", [40, 2000])
def test_a_table_with_a_dozen_titles(encoding: str, rows: int) -> None:
    text = table(GOODS[encoding].split(), rows=rows)
    assert detect_encoding(text.encode(encoding), whole=True, name="log.csv") == encoding


@pytest.mark.parametrize(
    ("encoding", "titles"),
    [
        ("gb18030", ["苹果", "milk", "香蕉", "tea"]),
        ("gb18030", ["苹果1", "苹果2", "苹果3", "牛奶1", "牛奶2", "牛奶3"]),
        ("big5", ["蘋果", "milk", "香蕉", "tea"]),
        ("cp932", ["りんご", "milk", "バナナ", "tea"]),
        ("cp949", ["사과", "milk", "바나나", "우유", "주스"]),
        ("windows-1252", ["Amélie", "Les Misérables", "La Haine"]),
        ("windows-1252", ["tea", "Café", "milk"]),
        ("windows-1251", ["tea", "Хлеб", "milk", "Молоко"]),
    ],
)
def test_few_titles_that_tell_among_others_in_ascii(encoding: str, titles: list[str]) -> None:
    assert detect_encoding(table(titles, rows=60).encode(encoding), whole=True, name="log.csv") == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_with_and_without_a_mark(encoding: str) -> None:
    text = table(["牛奶", "tea", "Café"], rows=50)
    found = detect_encoding(text.encode(encoding), whole=True, name="log.csv")
    assert found == encoding.removesuffix("-sig")
    assert as_utf8(decoder_of(found), text.encode(encoding), last=True).decode().lstrip("\ufeff") == text


def test_a_letter_cut_at_the_end_of_a_sample_is_still_utf_8() -> None:
    assert detect_encoding("user,item\nu1,牛奶".encode()[:-1], whole=False, name="log.csv") == "utf-8"


@pytest.mark.parametrize(
    "data", [bytes(range(1, 256)) * 9, b"\x7fELF\x04\x05\x06\xff" * 99, b"\x00\x01\x02binary\xff" * 99]
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(LogError, match=r"log\.csv"):
        detect_encoding(data, whole=True, name="log.csv")


@pytest.mark.parametrize("encoding", ["gb18030", "cp932", "utf-8", "ascii", "utf-16-le"])
def test_what_cannot_be_decoded_becomes_invalid_utf_8_and_nothing_else_does(encoding: str) -> None:
    lines = ["plain", "x", "also plain"]
    parts = [line.encode(encoding) for line in lines]
    newline = "\n".encode(encoding)
    parts[1] = {"utf-16-le": b"\x00\xd8", "cp932": b"\x81"}.get(encoding, b"\xff")
    found = as_utf8(decoder_of(encoding), newline.join(parts), last=True)
    good = []
    for line in found.split(b"\n"):
        try:
            good.append(line.decode())
        except UnicodeDecodeError:
            good.append("")
    assert good == ["plain", "", "also plain"]


@pytest.mark.parametrize("name", ["klingon", "hex", "rot13"])
def test_an_encoding_that_is_none_for_text(name: str) -> None:
    with pytest.raises(LogError, match=name):
        known_encoding(name)

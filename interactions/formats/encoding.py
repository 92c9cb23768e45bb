"""Which encoding a text is written in, and its bytes as UTF-8."""

from __future__ import annotations

import codecs
import math
import re

import numpy as np

from errors import LogError

OFFERED = (
    "utf-8", "utf-16", "gb18030", "big5", "cp932", "cp949", "windows-1252", "windows-1251", "latin-1",
)  # fmt: skip
"""What is detected, and offered to choose from; cp932 is Shift-JIS and cp949 EUC-KR as Windows writes them."""

NAMES = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": "Chinese, GBK (GB18030)",
    "big5": "Chinese, Big5",
    "cp932": "Japanese, Shift-JIS",
    "cp949": "Korean, EUC-KR",
    "windows-1252": "Western, Windows-1252",
    "windows-1251": "Cyrillic, Windows-1251",
    "latin-1": "Western, Latin-1",
}

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WIDE_MARKS = {2: (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), 4: (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)}
# What is left when neither a mark nor UTF-8 tells; the number is how much likelier than the rarest one meets it.
_OLDER = {"gb18030": 10.0, "big5": 3.0, "cp932": 3.0, "cp949": 3.0, "windows-1252": 10.0, "windows-1251": 1.0}
_CLEAR = 0.2  # of disorder between two readings of a text decides; below it the rarer characters do
_TOO_MUCH = 0.6  # disorder of the best reading from which on a file is no text
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_MOST_WORDS = 2000
# Bytes that no text has; those of 1 to 3 and 28 to 31 are separators with some programs.
_CONTROLS = frozenset((*range(4, 9), *range(14, 26), 27, 127))
_MOST_CONTROLS = 4
_FEW = 0.2  # of all lines
_BETWEEN_CELLS = re.compile(rb"[,;\t\r\n\"]+|(?<![\x80-\xff])\|")  # a bar can be the second byte of a letter
_BEHIND_WORDS = re.compile(rb"(?<=[\x00-\x2f])[^\x00-\x2f]+\Z")  # no letter of two bytes and more has those bytes
_RARE = 20.0  # times less likely is a character outside of those that a language uses every day
_BROKEN = "itemscape-broken"
_ACCENTED = frozenset("éèêëàâäáãåçîïíìôöóòõøûüúùñßæœÿÉÈÀÂÄÅÇÎÔÖÓØÜÚÑ\u2019\u2018“”\u2013—…€°®™©«»£¡¿ºª·²³½¼")


def name_of(encoding: str | None) -> str:
    """An encoding as people call it, by any of the names that it has: "cp1252" and "windows-1252" are one."""
    if encoding is None:
        return "none"
    return {codecs.lookup(known).name: name for known, name in NAMES.items()}.get(
        codecs.lookup(encoding).name, encoding
    )


def known_encoding(name: str) -> str:
    """The codec of that name; raises LogError where there is none for text."""
    try:
        found = codecs.lookup(name).name.removesuffix("-sig").removesuffix("_sig")
        b"a\xff\xff".decode(found, _BROKEN)  # some codecs, such as hex, are no text encodings
        codecs.getincrementaldecoder(found)
    except (LookupError, ValueError) as error:
        raise LogError(f"There is no encoding {name[:40]!r}: use {', '.join(OFFERED)}.") from error
    return found


def claimed_encoding(claimed: str, sample: bytes, *, name: str) -> str:
    """The codec that a person named, as the head of the file bears it out.

    UTF-16 without a mark is read in the order of bytes that its NULs tell. Raises LogError where there is no such
    codec, or where a text that has two or four bytes for every character is claimed and the bytes are no such text.
    """
    encoding = known_encoding(claimed)
    if not encoding.startswith(("utf-16", "utf-32")):
        return encoding
    width = 2 if encoding.startswith("utf-16") else 4
    marks = _WIDE_MARKS[width]
    has_mark = sample.startswith(marks)
    # Separators and line ends have NULs there.
    if not has_mark and (b"\0" not in sample or encoding == "utf-32"):
        raise LogError(f"{name} is not written in {encoding}, as its bytes show: choose another encoding.")
    return encoding if has_mark or encoding != "utf-16" else _wide(sample) or "utf-16-le"


def doubts(claimed: str | None, sample: bytes, *, whole: bool, name: str) -> list[str]:
    """A note where another encoding than UTF-8 is claimed for a text whose letters are UTF-8."""
    if claimed is None or sample.isascii() or b"\0" in sample or not _is(sample, "utf-8", whole=whole):
        return []
    encoding = known_encoding(claimed)
    if encoding in ("utf-8", "ascii"):
        return []
    return [f"{name} was read as {encoding}, as chosen, though its bytes are UTF-8: see whether its letters are right."]


def detect_encoding(sample: bytes, *, whole: bool, name: str) -> str:
    """The encoding of a sample of a file, of the whole file or with a word cut at its end; LogError where none fits."""
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    if b"\0" in sample:
        wide = _wide(sample)
        if wide is None or not _is(sample, wide, whole=whole):
            raise LogError(f"{name} holds NUL bytes, so it is not a text file: choose a CSV or Parquet file.")
        return wide
    if _is(sample, "utf-8", whole=whole):
        return "utf-8"
    if len(_CONTROLS & set(sample)) >= _MOST_CONTROLS:
        raise LogError(f"{name} is not a text file, as its bytes show: choose a CSV or Parquet file.")
    if not whole:
        sample = whole_words(sample)
    cells = list(dict.fromkeys(cell for cell in _BETWEEN_CELLS.split(sample) if not cell.isascii()))
    lines = [line for line in sample.splitlines() if not line.isascii()]
    if len(lines) == 1:
        lines = cells
    sound = sum(_is(line, "utf-8", whole=True) for line in lines)
    if sound and sound >= len(lines) / 2:  # letters of other encodings are hardly ever those of UTF-8 by chance
        return "utf-8"
    words = b"\n".join(cells[:_MOST_WORDS])
    older = _older(words)
    is_header_sound = _is(sample[: sample.find(b"\n") + 1], "utf-8", whole=True)
    if older is None and is_header_sound and len(lines) < _FEW * (sample.count(b"\n") + 1):
        return "utf-8"  # a few lines are spoilt, whatever they were
    if older is None:
        raise LogError(
            f"{name} is not written in UTF-8 nor in any other encoding that is known here: save it as UTF-8, or choose "
            "its encoding."
        )
    return older


def whole_words(sample: bytes) -> bytes:
    """A sample of a text without the word at its end, which may have been cut in the middle of a letter."""
    return _BEHIND_WORDS.sub(b"", sample)


def decoder_of(encoding: str) -> codecs.IncrementalDecoder:
    """Decodes piece by piece; what cannot be decoded becomes a surrogate, which is no valid UTF-8."""
    return codecs.getincrementaldecoder(encoding)(_BROKEN)


def as_utf8(decoder: codecs.IncrementalDecoder, data: bytes, *, last: bool) -> bytes:
    """The next piece as UTF-8, with invalid bytes where the encoding did not fit."""
    return decoder.decode(data, last).encode("utf-8", "surrogatepass")


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return "\ud800", error.end


codecs.register_error(_BROKEN, _mark_broken)


def _is(sample: bytes, encoding: str, *, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample, whole)
    except UnicodeDecodeError:
        return False
    return True


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of what stands in ASCII is a NUL."""
    data = np.frombuffer(sample, np.uint8)
    even, odd = (float(np.mean(part == 0)) if len(part) else 0.0 for part in (data[::2], data[1::2]))
    if odd > 0.2 and odd > 5 * even:
        return "utf-16-le"
    if even > 0.2 and even > 5 * odd:
        return "utf-16-be"
    return None


def _older(words: bytes) -> str | None:
    """The likeliest of the encodings from before UTF-8; None where the words read in none of them as a text."""
    from charset_normalizer import from_bytes

    codec = {codecs.lookup(name).name: name for name in _OLDER}
    codec |= {name.replace("-", "_"): label for name, label in list(codec.items())}
    fits = [
        (match.chaos, codec[match.encoding])
        for match in from_bytes(words, cp_isolation=list(codec), threshold=_TOO_MUCH)
        if match.encoding in codec
    ]
    if not fits:
        return None
    least = min(chaos for chaos, _ in fits)
    close = [name for chaos, name in fits if chaos <= least + _CLEAR]
    return min(close, key=lambda name: _surprise(words, name) - math.log(_OLDER[name]))


def _surprise(words: bytes, encoding: str) -> float:
    """How unlikely the characters beyond ASCII are in a language that is written so, as -log of their chance."""
    runs = set(_BEYOND_ASCII.findall(words.decode(encoding, "replace")))  # a title in ten sizes counts once
    return sum(_character_surprise(character, encoding) for run in runs for character in run)


def _character_surprise(character: str, encoding: str) -> float:
    if encoding == "cp932":
        if "\u3040" <= character <= "\u30ff":
            return math.log(2 * 170)  # kana, half of a text
        if "\uff61" <= character <= "\uff9f":
            return math.log(30 * 63)  # narrow ones, far rarer; first bytes of Chinese read as them
    everyday, number = _EVERYDAY[encoding]
    if isinstance(everyday, frozenset):
        is_everyday = character in everyday
    else:
        try:
            is_everyday = everyday[0] <= character.encode(encoding)[0] <= everyday[1]
        except UnicodeEncodeError:
            is_everyday = False
    return math.log(number) if is_everyday else math.log(_RARE * number)


# The syllables of which nearly all Korean is made; the 2,350 that the encoding has are mostly rare ones.
_SYLLABLES = frozenset(
    "가각간갈감갑강개거건걸검게겨격견결경계고곡곤골공과관광괴교구국군굴궁권귀규균그극근글금급기긴길김까깨"
    "꺼께꼬꽃꿀끼나낙난날남납낮내너널네녀년노녹논농누눈뉴느는늘니다단달담답당대더던데도독돈돌동되된두둘뒤"
    "드득든들등디따딸때떠떡또뜨라락란람랑래량러럭런레려력련렬령례로록론료루류륙률르른를름리린림립마막만많"
    "말맛망매맥머먹메면명모목몰못무문물미민밀바박반발밥방배백버번벌범법베벽변별병보복본볼봉부북분불붕비빈"
    "빙빵뽀사산살삼상새색생서석선설섬성세센셀소속손솔송쇠수숙순술숨쉬스슬습승시식신실심십싸쌀씨아악안알암"
    "압앙애액야약양어억언얼엄업에여역연열염영예오옥온올옷와완왕외요욕용우욱운울움원월위유육윤율으은을음응"
    "의이인일임입있자작잔잘잠장재저적전절점정제조족존종좋주죽준줄중즈즉증지직진질집짜째차착찬찰참창채책처"
    "천철첫청체초촌총최추축출충취층치친칠침카칼캐커컨케코콘콜쿠크큰클키타탁탄탈탐태택터테토통투트특티틱틴"
    "파판팔패퍼페편평포폭표푸품풍프플피필하학한할함합항해핵행향허험헤혁현혈협형혜호혹혼홍화확환활황회획효"
    "후훈휴흐흑흔희히"
)
# The characters that a language uses every day, or the first bytes that they have, and how many they are.
_EVERYDAY: dict[str, tuple[frozenset[str] | tuple[int, int], int]] = {
    "gb18030": ((0xB0, 0xD7), 3755),
    "big5": ((0xA4, 0xC6), 5401),
    "cp932": ((0x88, 0x98), 2 * 2965),
    "cp949": (_SYLLABLES, len(_SYLLABLES)),
    "windows-1251": ((0xC0, 0xFF), 64),
    "windows-1252": (_ACCENTED, 64),
}

"""What tells the encoding of a text may stand anywhere in it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from interactions import ReadOptions, preview, read_log
from interactions.formats.delimited import _HEAD

WORDS = {
    "cp1252": "Café au lait du matin",
    "cp1251": "Молоко свежее",
    "gb18030": "鱼缸商品",
    "big5": "烏龍茶 鮮乳",
    "cp932": "無線マウス",
    "cp949": "무선 마우스",
    "utf-8": "Café ☕ 鱼缸",
}


def rows(first_letters: int, n_rows: int, word: str) -> list[str]:
    """Lines of user, item and title, whose titles are ASCII up to one row."""
    return [f"u{n % 97},i{n},{word if n >= first_letters else 'plain'} {n}" for n in range(n_rows)]


def as_csv(lines: list[str]) -> str:
    return "\n".join(["user,item,title", *lines, ""])


def as_json(lines: list[str]) -> str:
    cells = (line.split(",") for line in lines)
    return "".join(
        json.dumps({"user": user, "item": item, "title": title}, ensure_ascii=False) + "\n"
        for user, item, title in cells
    )


@pytest.mark.parametrize("encoding", WORDS)
@pytest.mark.parametrize(
    ("name", "write", "end"),
    [("log.csv", as_csv, "\n"), ("log.csv", as_csv, "\r"), ("log.csv.gz", as_csv, "\n"), ("log.jsonl", as_json, "\n")],
    ids=["lines", "carriage returns", "packed", "JSON"],
)
@pytest.mark.parametrize("share", [0.6, 0.995])
def test_the_first_letters_come_late(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    encoding: str,
    name: str,
    write: Callable[[list[str]], str],
    end: str,
    share: float,
) -> None:
    monkeypatch.setattr("interactions.formats.lines._BLOCK", _HEAD)
    n_rows = 12_000
    text = write(rows(int(share * n_rows), n_rows, WORDS[encoding])).replace("\n", end)
    assert text[:_HEAD].isascii(), "nothing tells at the start"
    data = text.encode(encoding)
    (tmp_path / name).write_bytes(gzip.compress(data, 1) if name.endswith("gz") else data)
    log, report = read_log(tmp_path / name)
    assert (report.rows, report.dropped) == (n_rows, {})
    assert f"{WORDS[encoding]} {n_rows - 1}" in set(log.items["title"])
    assert preview(tmp_path / name).options.encoding == encoding.replace("cp125", "windows-125")


@pytest.mark.parametrize("encoding", WORDS)
def test_the_first_letters_stand_in_the_line_where_the_head_is_cut(tmp_path: Path, encoding: str) -> None:
    word = WORDS[encoding]
    before = "\n".join(["user,item,title", *rows(4000, 4000, word)])
    for begin in range(_HEAD - len(f"u1,j1,{word}".encode(encoding)) - 1, _HEAD, 3):
        text = before[: before.rindex("\n", 0, begin - 20)]
        text += f"\nu1,padding,{'p' * (begin - len(text) - 12)}\n" + "".join(
            f"u{n},j{n},{word} {n}\n" for n in range(500)
        )
        (tmp_path / "log.csv").write_bytes(text.encode(encoding))
        log, report = read_log(tmp_path / "log.csv")
        assert (report.dropped, f"{word} 499" in set(log.items["title"])) == ({}, True)


def test_the_first_row_is_longer_than_the_head(tmp_path: Path) -> None:
    long = "我们的商品鱼缸" * 8000
    lines = "".join(f"u{n % 97};i{n};鱼缸商品 {n};{n % 5 + 1},5\n" for n in range(3000))
    text = f'user;item;title;rating\nu1;long;"{long}";3,5\n{lines}'
    for encoding in ("gb18030", "utf-8"):
        (tmp_path / "log.csv").write_bytes(text.encode(encoding))
        log, report = read_log(tmp_path / "log.csv")
        assert (report.rows, report.dropped) == (3001, {})
        assert long in set(log.items["title"])
        assert log.weights is not None


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_whose_letters_come_late(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "log.csv").write_bytes(as_csv(rows(9000, 12_000, "鱼缸商品")).encode(encoding))
    log, report = read_log(tmp_path / "log.csv")
    assert (report.rows, report.dropped) == (12_000, {})
    assert "鱼缸商品 11999" in set(log.items["title"])


def test_lines_that_end_with_a_carriage_return_alone(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(b"\r".join(b'{"user":"u%d","item":"i%d"}' % (n % 7, n % 5) for n in range(60)))
    assert read_log(tmp_path / "log.jsonl")[1].interactions == 60
    (tmp_path / "log.txt").write_bytes(b"\r".join(b"%d %d" % (n % 7, n % 5) for n in range(60)))
    assert read_log(tmp_path / "log.txt", options=ReadOptions(layout="baskets"))[0].n_users == 60

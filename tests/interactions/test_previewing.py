"""The head of a file."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from interactions import ReadOptions, preview


def test_a_preview_shows_the_first_rows_as_text(tmp_path: Path) -> None:
    path = tmp_path / "log.tsv"
    path.write_text('user_id\titem\tx\nu1\t007\t\nu2\t"a\tb"\t<b>\n' + "u3\tc\td\n" * 100, encoding="utf-8")
    seen = preview(path, rows=3)
    assert seen.columns == ["user_id", "item", "x"]
    assert seen.sample.to_numpy().tolist() == [["u1", "007", ""], ["u2", "a\tb", "<b>"], ["u3", "c", "d"]]
    assert (seen.kind, seen.options.separator, seen.options.encoding) == ("csv", "\t", "utf-8")
    assert {role: guess.name for role, guess in seen.guesses.items()} == {"user": "user_id", "item": "item"}


def test_a_preview_of_parquet(tmp_path: Path) -> None:
    table = pd.DataFrame({"user": [1, 2], "item": ["007", None], "time": pd.to_datetime(["2017-01-01", "2017-01-02"])})
    table.to_parquet(tmp_path / "log.parquet")
    seen = preview(tmp_path / "log.parquet")
    assert seen.kind == "parquet"
    assert seen.sample["item"].tolist() == ["007", ""]
    assert set(seen.guesses) == {"user", "item", "time"}


def test_the_detected_options_give_the_same_preview_again(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("用户;商品\n1;牛奶\n".encode("utf-16"))
    seen = preview(path)
    assert seen.options == ReadOptions(
        encoding="utf-16", separator=";", header=True, quotes=True, escapes=False, comment="", layout="table"
    )
    assert preview(path, seen.options).sample.equals(seen.sample)
    assert seen.sample.iloc[0].tolist() == ["1", "牛奶"]


def test_only_the_head_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.csv"
    path.write_text("user,item\n" + "u1,a\n" * 200_000, encoding="utf-8")
    read: list[int] = []
    whole = type(path).open

    def counting(self: Path, *args: str, **more: str):  # type: ignore[no-untyped-def]
        file = whole(self, *args, **more)  # type: ignore[call-overload]
        content = file.read

        def limited(size: int = -1) -> bytes:
            read.append(size)
            return content(size)  # type: ignore[no-any-return]

        file.read = limited
        return file

    monkeypatch.setattr(type(path), "open", counting)
    preview(path)
    assert -1 not in read
    assert sum(read) < 500_000

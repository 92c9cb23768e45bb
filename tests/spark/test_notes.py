"""What looks like a mistake is told by Spark in the words of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from interactions import CleaningRules
from spark import notes
from tests.spark.same import same

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def written(folder: Path, header: str, *rows: str) -> Path:
    path = folder / "log.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def told(session: SparkSession, path: Path, rules: CleaningRules = CleaningRules()) -> list[str]:  # noqa: B008
    """The notes, which both engines have."""
    return same(session, path, rules=rules).report.notes


def test_ids_that_are_none_or_the_same_as_others(spark: SparkSession, tmp_path: Path) -> None:
    rows = ["NULL,a", "None,a", "u1,b", "u1 ,b", " u1,a", "u2,b", "\ufeffu2,a", "\ufeffu3,b", "u4 ,b", "u4\t,\ufeffb"]
    notes = told(spark, written(tmp_path, "user,item", *rows))
    assert [note.partition(":")[0].partition(",")[0] for note in notes if " ids" in note] == [
        "'NULL' and 'None' stand as ids of users",
        "3 user ids differ from others only by blanks around them",
        "1 user ids differ from others only by a byte order mark before them",
        "1 item ids differ from others only by a byte order mark before them",
    ]
    plain = told(spark, written(tmp_path, "user,item", "Nullmeier,a", "u1,b", "u2,a"))
    assert not any(" ids" in note for note in plain)


def test_a_user_with_more_rows_than_a_person(spark: SparkSession, tmp_path: Path) -> None:
    rows = [f"u{user:02d},i{user % 7}" for user in range(40)] + [f"guest,i{row % 7}" for row in range(60)]
    (note,) = (note for note in told(spark, written(tmp_path, "user,item", *rows)) if "all rows" in note)
    assert note.startswith("One user, 'guest', has 60% of all rows")
    two = [f"{user},i{row % 7}" for user in ("a bot", "b bot") for row in range(60)]
    (note,) = (note for note in told(spark, written(tmp_path, "user,item", *rows[:40], *two)) if "all rows" in note)
    assert "'a bot'" in note
    assert not any("all rows" in note for note in told(spark, written(tmp_path, "user,item", *rows[:45])))


def test_receipts_that_take_others_back(spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path, "user,session,item", "u1,1001,a", "u1,1001,b", "u2,C1002,a", "u2,c1003 ,b", "u3,Club,a")
    assert any(note.startswith("2 rows stand on receipts") for note in told(spark, path))
    for rules in (CleaningRules(returns="leave out"), CleaningRules(sessions="user")):
        assert not any("receipts" in note for note in told(spark, path, rules))


@pytest.mark.parametrize(
    ("times", "said"), [((5, 9), "in 1970"), ((7, 7), "the same time"), ((43_000, 43_001), "days")]
)
def test_times_that_are_likely_none(times: tuple[int, int], said: str, spark: SparkSession, tmp_path: Path) -> None:
    rows = [f"u1,a,{times[0]}", f"u2,b,{times[1]}", f"u3,a,{times[0]}"]
    assert any(said in note for note in told(spark, written(tmp_path, "user_id,item_id,timestamp", *rows)))


def test_items_that_look_like_several(spark: SparkSession, tmp_path: Path) -> None:
    notes = told(spark, written(tmp_path, "user,item", "u1,a|b|c", "u2,b|a|c", "u3,c|b|a", "u4,b|c|a"))
    assert any("look like several in one cell" in note for note in notes)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (['u4,"weird al" yankovic'], "with broken quotes were left out: read it without quotes to keep them."),
        ([r'u4,"weird \"al" y'], "with backslashes before quotes, or without quotes, to keep them."),
        (["#u4,a", "# told"], "begin with # were passed over as comments, and some look like rows"),
        (["# told", "# and told, told, told"], None),
        (["u4,a,b", "u4"], None),
    ],
)
def test_lines_that_could_be_kept(rows: list[str], said: str | None, spark: SparkSession, tmp_path: Path) -> None:
    path = written(tmp_path, "# exported in 2020\nuser,item", "u1,a", "u2,b", "u3,a", *rows)
    notes = [note for note in told(spark, path) if note.startswith("Lines ")]
    assert len(notes) == (said is not None)
    assert said is None or said in notes[0]


def test_lines_that_the_encoding_does_not_know(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes("user,item\nu1,zoë\nu2,a\nu3,ö\n".encode() + b"u4,zo\xeb\n")
    assert any("not in its encoding were left out" in note for note in told(spark, path))


def test_a_comment_above_the_header_is_no_row(spark: SparkSession, tmp_path: Path) -> None:
    assert not any("comments" in note for note in told(spark, written(tmp_path, "#a,b\nuser,item", "u1,a", "u2,b")))


def test_few_of_many_odd_ids_come_to_this_machine(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "_MOST_IDS", 2)
    ids = spark.createDataFrame([(f"u{n} ",) for n in range(5)] + [("u1",)], "user string")
    found = notes._odd_ids(spark, ids, lambda *_: None)
    assert len([name for name in found if name.endswith(" ")]) == 2

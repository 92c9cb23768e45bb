"""The command that describes a log."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cli
from tests.cli.helpers import Capture, answer, complaint
from workspace import logs


def test_describe_counts_add_up(tmp_path: Path, capsys: Capture) -> None:
    lines = ["user,item,weight,time", "u,a,1,2020-01-01", "u,b,1,2020-01-02", ",a,1,2020-01-01", "v,,1,2020-01-01"]
    lines += ["v,a,0,2020-01-01", "v,b,nan,2020-01-01", "v,a,1,never", "v,a,2,2020-01-03T10:00:00Z", "v,a"]
    (tmp_path / "messy.csv").write_text("\n".join(lines) + "\n\n")
    facts = answer(["describe", "messy.csv"], capsys)
    assert set(facts) == {
        "rows", "interactions", "users", "items", "sessions", "columns", "dropped", "first", "last",
    }  # fmt: skip
    assert (facts["rows"], facts["interactions"], facts["users"], facts["items"]) == (9, 3, 2, 2)
    assert facts["rows"] == facts["interactions"] + sum(facts["dropped"].values())
    assert facts["dropped"] == {
        "malformed_row": 1, "missing_user": 1, "missing_item": 1, "unreadable_time": 1, "non_finite_weight": 1,
        "non_positive_weight": 1,
    }  # fmt: skip
    assert facts["sessions"] is None
    assert (facts["first"], facts["last"]) == ("2020-01-01T00:00:00Z", "2020-01-03T10:00:00Z")


def test_describe_without_times_has_null_for_them(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "plain.csv").write_text("user,item\nu,a\nv,b\n")
    facts = answer(["describe", "plain.csv"], capsys)
    assert (facts["first"], facts["last"], facts["sessions"]) == (None, None, None)


def test_baskets_without_users_are_counted_as_both(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "baskets.csv").write_text("session,item\n1,a\n1,b\n2,b\n")
    facts = answer(["describe", "baskets.csv"], capsys)
    assert (facts["users"], facts["sessions"]) == (2, 2)


def test_columns_can_be_named_and_the_rest_is_guessed(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "odd.csv").write_text("who;item;product\nx;a;0001\ny;b;0002\n")
    facts = answer(["describe", "odd.csv", "--user", "who", "--item", "product", "--separator", ";"], capsys)
    assert facts["columns"] == {"user": "who", "item": "product"}
    (tmp_path / "timed.csv").write_text("user\titem\ttime\nx\ta\t2020-01-01\ny\tb\t2020-01-02\n")
    facts = answer(["describe", "timed.csv", "--time", "", "--separator", "\\t"], capsys)
    assert facts["columns"] == {"user": "user", "item": "item"}


def test_floors_and_item_table(tmp_path: Path, islands: str, capsys: Capture) -> None:
    whole = answer(["describe", islands], capsys)
    strict = answer(["describe", islands, "--min-users-per-item", "65"], capsys)
    assert strict["items"] < whole["items"]
    assert strict["dropped"]["item_with_too_few_users"] == whole["interactions"] - strict["interactions"]
    (tmp_path / "plain.csv").write_text("user,item\nu,a\nv,b\n")
    (tmp_path / "items.csv").write_text("item,title\na,Apple\n")
    facts = answer(["describe", "plain.csv", "--items-file", "items.csv"], capsys)
    assert facts["columns"]["title"] == "title"


def test_layouts_encodings_and_tables_are_told(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "retail.dat").write_text("1 2 3\n2 3\n", encoding="utf-8")
    facts = answer(["describe", "retail.dat", "--layout", "baskets"], capsys)
    assert (facts["interactions"], facts["sessions"], facts["items"]) == (5, 2, 3)
    assert "layout" in complaint(["describe", "retail.dat"], capsys)
    assert "layout" in complaint(["describe", "retail.dat", "--layout", "circles"], capsys)
    (tmp_path / "raw.txt").write_bytes("u1~苹果\nu2~香蕉\n# end\n".encode("gb18030"))
    raw = ["describe", "raw.txt", "--separator", "~", "--encoding", "gb18030", "--no-header", "--comment", "#"]
    assert answer(raw, capsys)["columns"] == {"user": "column 1", "item": "column 2"}
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("log.csv", "user,item\nu1,a\nu2,b\n")
        archive.writestr("notes.csv", "nothing")
    assert answer(["describe", "two.zip", "--table", "log.csv"], capsys)["rows"] == 2
    assert "log.csv, notes.csv" in complaint(["describe", "two.zip"], capsys)


def test_rules_come_from_a_file_and_floors_from_the_line(tmp_path: Path, capsys: Capture) -> None:
    events = "".join(f"u{n},i{n % 3},{'buy' if n % 2 else 'view'}\n" for n in range(12))
    text = f"user,item,event\n{events}u0,x,buy\n"
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    (tmp_path / "rules.json").write_text('{"event_weights": {"buy": 2}, "min_users_per_item": 99}', encoding="utf-8")
    facts = answer(["describe", "log.csv", "--rules", "rules.json", "--min-users-per-item", "2"], capsys)
    assert facts["dropped"] == {"event_not_counted": 6, "item_with_too_few_users": 1}
    assert (facts["rows"], facts["interactions"]) == (13, 6)
    for content, words in (("{", "is no JSON"), ("[]", "holds no rules"), ('{"floor": 1}', "floor")):
        (tmp_path / "rules.json").write_text(content, encoding="utf-8")
        assert words in complaint(["describe", "log.csv", "--rules", "rules.json"], capsys)
    assert "cannot be opened" in complaint(["describe", "log.csv", "--rules", "nowhere.json"], capsys)


def test_a_kept_log_by_name_or_digest(islands: str, capsys: Capture) -> None:
    path = Path(islands)
    entry = logs.import_log(logs.keep_original(path, path.name), name="My islands")
    from_file = answer(["describe", islands], capsys)
    for name in ("My islands", entry.digest[:8]):
        assert answer(["describe", name], capsys) == from_file
    assert "its own columns and rules" in complaint(["describe", "My islands", "--user", "user"], capsys)


def test_a_damaged_kept_log_is_told(islands: str, capsys: Capture) -> None:
    entry = logs.import_log(logs.keep_original(Path(islands), "islands.csv"), name="Islands")
    (entry.path / "entry.json").write_text('{"digest": "')
    said = complaint(["describe", entry.digest[:8]], capsys)
    assert str(entry.path) in said
    assert "is damaged: open its file again, or delete the folder" in said


def test_a_description_gives_reasons_with_examples_and_notes(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "receipts.csv"
    path.write_text("receipt,item,time\n1,a,2020-01-01\n2,b,soon\n2,a,2020-01-01\n3,b,2020-01-01\n")
    assert cli.main(["describe", str(path)]) == 0
    said = capsys.readouterr().out
    assert "baskets: 3, which stand for users" in said
    assert "left out, unreadable time: 1 (such as line 3: 'soon')" in said
    assert "note: All rows have the same time" in said

"""What looks like a mistake, or could be used and is not, is said in a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from interactions import CleaningRules, read_log


def notes_of(path: Path, text: str, **choices: object) -> list[str]:
    path.write_text(text, encoding="utf-8")
    return read_log(path, **choices)[1].notes  # type: ignore[arg-type]


def rows(*cells: str, header: str) -> str:
    return "\n".join([header, *cells]) + "\n"


def test_kinds_of_event_that_nobody_has_weighed(tmp_path: Path) -> None:
    text = rows(*(f"u{n % 3},i{n % 4},{'buy' if n % 5 == 0 else 'view'}" for n in range(20)), header="user,item,event")
    found = [note for note in notes_of(tmp_path / "log.csv", text) if "kinds of event" in note]
    assert found == [
        "Column 'event' holds kinds of event (buy, view), which all count alike: each can get a weight of its own, or "
        "be left out, under Cleaning."
    ]
    weighed = CleaningRules(event_weights={"buy": 5.0, "view": 1.0})
    assert not any("kinds of event" in note for note in notes_of(tmp_path / "log.csv", text, rules=weighed))
    only_views = text.replace("buy", "view")
    assert not any("kinds of event" in note for note in notes_of(tmp_path / "log.csv", only_views))


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (["0511", "0612", "1111"], "All times lie in 1970"),
        (["45028.95", "45029.5", "45030"], "as spreadsheets count days"),
        (["1500000000", "1500000060", "1500000120"], None),
    ],
)
def test_numbers_that_are_no_unix_times(tmp_path: Path, times: list[str], said: str | None) -> None:
    text = rows(*(f"u{n % 2},i{n},{time}" for n, time in enumerate(times)), header="user,item,time")
    found = [note for note in notes_of(tmp_path / "log.csv", text) if "1970" in note]
    assert (said is None and not found) or (said is not None and said in found[0])


def test_words_for_nothing_and_blanks_around_ids(tmp_path: Path) -> None:
    text = rows("NULL,a", "u1,a", "u2, a", "None,b", "Nullmeier,b", "u1 ,b", header="user,item")
    notes = notes_of(tmp_path / "log.csv", text)
    assert any(note.startswith("'NULL' and 'None' stand as ids of users") for note in notes)
    assert any(
        note.startswith("1 user ids differ from others only by blanks around them, such as 'u1 '") for note in notes
    )
    assert any(
        note.startswith("1 item ids differ from others only by blanks around them, such as ' a'") for note in notes
    )
    clean = notes_of(tmp_path / "log.csv", rows("Nullmeier,a", "u1, b", "u2,c", header="user,item"))
    assert not any("stand" in note for note in clean), "a blank is no matter where nobody is without it"


def test_byte_order_marks_before_ids(tmp_path: Path) -> None:
    """Files without headers that were put together have one where each of them begins."""
    text = rows("u1,a", "\ufeffu1,b", "\ufeffu0,\ufeffa", "u3,b", "\uff00,b", header="user,item")
    notes = notes_of(tmp_path / "log.csv", text)
    assert [note.partition(":")[0] for note in notes if "byte order" in note] == [
        r"1 user ids differ from others only by a byte order mark before them, such as '\ufeffu1'",
        r"1 item ids differ from others only by a byte order mark before them, such as '\ufeffa'",
    ]
    clean = notes_of(tmp_path / "log.csv", rows("u1,a", "\ufeffu2,b", header="user,item"))
    assert not any("byte order" in note for note in clean)


def test_rows_of_guests(tmp_path: Path) -> None:
    """Where few rows have a user the sessions stand for users; where more have one, what is lost is said."""
    few = [f"{'c1' if n % 5 == 0 else ''},o{n // 2},p{n % 4}" for n in range(40)]
    header = "customer_id,order_id,product_id"
    notes = notes_of(tmp_path / "log.csv", rows(*few, header=header))
    assert any(note.startswith("Column 'customer_id' was not taken for the users") for note in notes)
    chosen = {"user": "customer_id", "session": "order_id", "item": "product_id"}
    more = [f"{'' if n % 3 == 0 else f'c{n % 7}'},o{n // 2},p{n % 4}" for n in range(42)]
    for columns in (None, chosen):
        notes = notes_of(tmp_path / "log.csv", rows(*more, header=header), columns=columns)
        assert any(note.startswith("14 of 42 rows have no user and were left out") for note in notes)
        assert not any("was not taken" in note for note in notes)
    nearly_all = [f"{'' if n % 7 == 0 else f'c{n % 5}'},o{n // 2},p{n % 4}" for n in range(42)]
    assert not any("no user" in note for note in notes_of(tmp_path / "log.csv", rows(*nearly_all, header=header)))


def test_rows_without_a_weight(tmp_path: Path) -> None:
    rated = [f"u{n % 5},i{n % 4},{n % 5 + 1 if n % 2 else ''}" for n in range(40)]
    notes = notes_of(tmp_path / "log.csv", rows(*rated, header="user,item,rating"))
    assert any(note.startswith("20 of 40 rows have nothing in 'rating' that is a number") for note in notes)
    nearly = [f"u{n % 5},i{n % 4},{n % 5 + 1 if n % 7 else ''}" for n in range(40)]
    assert not any(
        "rating" in note for note in notes_of(tmp_path / "log.csv", rows(*nearly, header="user,item,rating"))
    )
    assert read_log(tmp_path / "log.csv")[1].interactions == 34
    (tmp_path / "nameless.csv").write_text("\n".join(rated), encoding="utf-8")
    assert "weight" not in read_log(tmp_path / "nameless.csv")[0].columns, "half of the rows would be lost to a guess"

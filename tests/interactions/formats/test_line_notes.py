"""Notes on lines that are left out, or that look like rows and are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from interactions.formats.delimited import DelimitedFile
from interactions.options import ReadOptions

ROWS = "user,item\n" + "".join(f'u{row},"a, {row}"\n' for row in range(9))


def notes_of(path: Path, data: bytes, n_malformed: int) -> list[str]:
    path.write_bytes(data)
    file = DelimitedFile(path, ReadOptions(escapes=False))
    for _ in range(2):  # a file is read again where its head misled
        assert sum(batch.n_malformed for batch in file.batches(["user"])) == n_malformed
    return file.notes


@pytest.mark.parametrize(
    ("stray", "n_malformed", "said"),
    [
        (b"", 0, None),
        (b'u9,"weird al" yankovic\n', 1, "with broken quotes were left out: read it without quotes to keep them."),
        (b'u9,"12\\" disc"\n', 1, "read it with backslashes before quotes, or without quotes, to keep them."),
        (b"u9,Caf\xe9\nu9,Caf\xc3\xa9\n", 1, "that are not in its encoding were left out: choose another where many"),
        (
            b'u9,"long\n' + b"u8,b\n" * 9 + b'u7,lines"\n',
            0,
            "Lines 11 to 21 of log.csv are one row, because quotes",
        ),
        (b'u9,"long\n' + b"u8,b\n" * 3 + b'u7,lines"\n', 0, None),
        (b'u9,"a review\n' + b"of several lines, or one, or more\n" * 9 + b'and an end"\n', 0, None),
    ],
    ids=["sound", "quotes", "escapes", "encoding", "held together", "too few to tell", "a long text"],
)
def test_a_note_says_how_to_keep_what_is_lost(tmp_path: Path, stray: bytes, n_malformed: int, said: str | None) -> None:
    notes = notes_of(tmp_path / "log.csv", ROWS.encode() + stray + b"u1,b\n", n_malformed)
    assert len(notes) == (said is not None)
    assert said is None or said in notes[0]


@pytest.mark.parametrize(("late", "n_notes"), [("#tag1,b", 1), ("# the end, of it, all", 0), ("u#,b", 0)])
def test_comments_that_look_like_rows_are_noted(tmp_path: Path, late: str, n_notes: int) -> None:
    notes = notes_of(tmp_path / "log.csv", f"# exported in 2020\n{ROWS}{late}\nu1,b\n".encode(), 0)
    assert len(notes) == n_notes
    assert all("begin with # were passed over as comments, and some look like rows" in note for note in notes)

"""Delimited files read column by column and many columns at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from interactions.formats.delimited import DelimitedFile
from interactions.options import ReadOptions


@pytest.mark.parametrize("block", [64, 1 << 20])
def test_many_columns_at_once_are_the_same_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", block)
    lines = [f'{row},"a ""{row}""\n, b",c{row},,é{row}' for row in range(50)]
    (tmp_path / "wide.csv").write_text("one,two,three,four,five\n" + "\n".join(lines), encoding="utf-8")
    file = DelimitedFile(tmp_path / "wide.csv", ReadOptions())
    asked = ["five", "one", "two", "four"]
    narrow, wide, places = [], [], []
    for batch in file.batches(["three", *asked]):
        narrow += list(zip(*(array.to_pylist() for array in batch.arrays), strict=True))
        places += batch.places.tolist()
    for batch in file.wide_batches("three", asked):
        ids, cells = (array.to_pylist() for array in batch.arrays)
        rows = np.array(cells, dtype=object).reshape(len(ids), len(asked)).tolist()
        wide += [(item, *row) for item, row in zip(ids, rows, strict=True)]
    assert wide == narrow
    assert wide[7] == ("c7", "é7", "7", 'a "7"\n, b', "")
    assert places == list(range(2, 102, 2))

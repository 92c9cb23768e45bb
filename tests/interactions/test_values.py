"""Texts of many batches become codes, and the texts that are used."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from interactions.values import TextColumn, encode

CELLS = st.none() | st.sampled_from(["a", "b", "0001", "266079.0", "牛奶", " ", "", "\t", " a"])


@st.composite
def batches(draw: st.DrawFn) -> list[pa.Array]:
    """Batches of cells, some as Arrow keeps them with the texts of other batches, more texts than there are rows."""
    columns = []
    for cells in draw(st.lists(st.lists(CELLS, max_size=12), min_size=1, max_size=5)):
        column = pa.array(cells, pa.string())
        if draw(st.booleans()):
            texts = [f"other {place}" for place in range(20)] + sorted({cell for cell in cells if cell is not None})
            column = pa.DictionaryArray.from_arrays(
                pa.array([None if cell is None else texts.index(cell) for cell in cells], pa.int32()),
                pa.array(texts, pa.string()),
            )
        columns.append(column)
    return columns


@given(batches())
def test_codes_lead_back_to_the_cells_and_no_other_text_is_kept(columns: list[pa.Array]) -> None:
    gathered = TextColumn()
    for column in columns:
        encoded = encode(column, "item")
        assert len(encoded.dictionary) <= len(encoded), "memory is foretold from what a batch keeps"
        gathered.add(encoded)
    codes, texts = gathered.finish()
    wanted = [cell if cell is not None and cell.strip() else None for column in columns for cell in column.to_pylist()]
    assert [None if code < 0 else texts[code] for code in codes.tolist()] == wanted
    assert texts == sorted({cell for cell in wanted if cell is not None}, key=str.encode)

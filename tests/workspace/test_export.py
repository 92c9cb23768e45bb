from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from embedders import METHODS, Embedding
from errors import ExportError
from tests.planted import make_log
from workspace import export, runs
from workspace.results import Neighbours

IDS = ["0007", "=2+5", "a,b", "plain", "untrained", 'with "quotes"']
TITLES = {
    "0007": "=HYPERLINK(1)",
    "=2+5": "@sum",
    "a,b": 'Tea, "green"\nloose',
    "plain": "茶 Ünïcode",
    "untrained": "Nobody",
}


def run_of(tmp_path: Path, ids: list[str], vectors: np.ndarray, titles: dict[str, str] | None = None) -> runs.Run:
    log = make_log(["u"] * len(ids) + ["v"], [*ids, ids[0]], titles=titles)
    order = np.argsort(np.array(ids, dtype=object))
    embedding = Embedding(
        method="svd",
        item_ids=log.item_ids,
        item_vectors=vectors.astype(np.float32)[order],
        params=METHODS["svd"].Params(dimensions=vectors.shape[1]).model_dump(),
        seed=0,
        log_digest="d" * 64,
        seconds=0.0,
    )
    runs.write_run(tmp_path / "run", embedding, log, name="Run", log_name="Log")
    return runs.open_run(tmp_path / "run")


@pytest.fixture
def run(tmp_path: Path) -> runs.Run:
    """Ids and titles that are hard to write, numbers that are hard to round, one item without a vector."""
    vectors = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    vectors[0] = [1e-45, -3.4e38, 1 / 3, 16777216]
    vectors[1] = [1e-5, -0.0, 123456.789, 1e20]
    vectors[4] = 0
    return run_of(tmp_path, IDS, vectors, TITLES)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_csv_reads_back_bit_for_bit(run: runs.Run, tmp_path: Path) -> None:
    path = tmp_path / "vectors.csv"
    export.write_vectors_csv(run, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfitem_id,title,popularity,v0,v1,v2,v3\n")
    table = pd.read_csv(path, dtype={"item_id": str}, keep_default_na=False)
    trained = run.embedding.trained
    assert table["item_id"].tolist() == run.embedding.item_ids[trained].tolist()
    assert table["popularity"].tolist() == run.p[trained].tolist()
    vectors = table[["v0", "v1", "v2", "v3"]].to_numpy(np.float32)
    assert vectors.tobytes() == run.embedding.item_vectors[trained].tobytes()


def test_any_float32_reads_back_bit_for_bit(tmp_path: Path) -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 40_000, dtype=np.uint64).astype(np.uint32)
    numbers = bits.view(np.float32)
    vectors = numbers[np.isfinite(numbers)][:39_600].reshape(-1, 8)
    run = run_of(tmp_path, [f"{number:05d}" for number in range(len(vectors))], vectors)
    export.write_vectors_csv(run, tmp_path / "vectors.csv")
    back = np.array([row[3:] for row in rows_of(tmp_path / "vectors.csv")[1:]], dtype=np.float64).astype(np.float32)
    assert back.tobytes() == vectors.tobytes()


def test_a_column_of_zeros_keeps_their_signs(tmp_path: Path) -> None:
    """As an SVD of low rank writes them; a reader that takes the column for integers would lose the sign."""
    run = run_of(tmp_path, ["a", "b"], np.array([[1.0, 0.0], [2.0, -0.0]]))
    export.write_vectors_csv(run, tmp_path / "vectors.csv")
    table = pd.read_csv(tmp_path / "vectors.csv")
    assert table[["v0", "v1"]].to_numpy(np.float32).tobytes() == run.embedding.item_vectors.tobytes()


def test_titles_are_no_formulas_and_ids_are_never_altered(run: runs.Run, tmp_path: Path) -> None:
    export.write_vectors_csv(run, tmp_path / "vectors.csv")
    titles = {row[0]: row[1] for row in rows_of(tmp_path / "vectors.csv")[1:]}
    assert titles == {
        "0007": "'=HYPERLINK(1)",
        "=2+5": "'@sum",
        "a,b": 'Tea, "green"\nloose',
        "plain": "茶 Ünïcode",
        'with "quotes"': "",
    }


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_every_start_of_a_formula_gets_a_quote(tmp_path: Path, start: str) -> None:
    run = run_of(tmp_path, ["a", "b"], np.ones((2, 2)), {"a": f"{start}1", "b": f"1{start}"})
    export.write_vectors_csv(run, tmp_path / "vectors.csv")
    assert [row[1] for row in rows_of(tmp_path / "vectors.csv")[1:]] == [f"'{start}1", f"1{start}"]


def test_parquet_has_the_same_columns_and_titles_as_they_are(run: runs.Run, tmp_path: Path) -> None:
    export.write_vectors_parquet(run, tmp_path / "vectors.parquet")
    table = pd.read_parquet(tmp_path / "vectors.parquet")
    assert table.columns.tolist() == ["item_id", "title", "popularity", "v0", "v1", "v2", "v3"]
    assert table["item_id"].tolist() == [item for item in sorted(IDS) if item != "untrained"]
    assert table.set_index("item_id").loc["=2+5", "title"] == "@sum"
    vectors = table[["v0", "v1", "v2", "v3"]]
    assert (vectors.dtypes == np.float32).all()
    assert vectors.to_numpy().tobytes() == run.embedding.item_vectors[run.embedding.trained].tobytes()


def test_gensim_loads_the_word2vec_file_with_equal_vectors(tmp_path: Path) -> None:
    from gensim.models import KeyedVectors

    vectors = np.random.default_rng(1).normal(size=(50, 8)).astype(np.float32)
    vectors[7] = 0
    run = run_of(tmp_path, [f"{number:04d}-茶" for number in range(50)], vectors)
    export.write_word2vec(run, tmp_path / "vectors.txt")
    loaded = KeyedVectors.load_word2vec_format(str(tmp_path / "vectors.txt"))
    assert loaded.index_to_key == [f"{number:04d}-茶" for number in range(50) if number != 7]
    assert loaded.vectors.tobytes() == np.delete(vectors, 7, axis=0).tobytes()


@pytest.mark.parametrize("item", ["green tea", "tea\u00a0leaf", "tab\there", ""])
def test_word2vec_refuses_ids_with_white_space_and_leaves_no_file(tmp_path: Path, item: str) -> None:
    run = run_of(tmp_path, ["a", item], np.ones((2, 2)))
    with pytest.raises(ExportError) as caught:
        export.write_word2vec(run, tmp_path / "vectors.txt")
    assert repr(item) in str(caught.value)
    assert not (tmp_path / "vectors.txt").exists()


def test_neighbours_by_rank(run: runs.Run, tmp_path: Path) -> None:
    indices = np.full((6, 3), -1, dtype=np.int32)
    indices[0] = [2, 5, 1]
    indices[1] = [0, -1, -1]
    scores = np.where(indices >= 0, np.float32(0.1), np.float32(np.nan))
    export.write_neighbours_csv(run, tmp_path / "near.csv", Neighbours(indices, scores), k=2)
    assert rows_of(tmp_path / "near.csv") == [
        ["item_id", "title", "rank", "neighbour_id", "neighbour_title", "score"],
        ["0007", "'=HYPERLINK(1)", "1", "a,b", 'Tea, "green"\nloose', "0.1"],
        ["0007", "'=HYPERLINK(1)", "2", 'with "quotes"', "", "0.1"],
        ["=2+5", "'@sum", "1", "0007", "'=HYPERLINK(1)", "0.1"],
    ]


def test_coordinates(run: runs.Run, tmp_path: Path) -> None:
    layout = (np.arange(12).reshape(6, 2) / 3).astype(np.float32)
    layout[4] = np.nan
    export.write_coordinates_csv(run, tmp_path / "map.csv", layout)
    rows = rows_of(tmp_path / "map.csv")
    assert rows[0] == ["item_id", "title", "x", "y"]
    assert [row[0] for row in rows[1:]] == [item for item in sorted(IDS) if item != "untrained"]
    assert np.array([row[2:] for row in rows[1:]], dtype=np.float32).tobytes() == np.delete(layout, 4, axis=0).tobytes()


def test_settings_say_what_was_left_out(run: runs.Run, tmp_path: Path) -> None:
    export.write_settings_json(run, tmp_path / "settings.json")
    facts = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
    assert facts["missing"] == ["untrained"]
    assert facts["params"] == run.embedding.params
    assert (facts["method"], facts["seed"], facts["key"]) == ("svd", 0, run.entry.key)


def test_writing_into_an_open_file(run: runs.Run, tmp_path: Path) -> None:
    out = io.BytesIO()
    export.write_vectors_csv(run, out)
    export.write_vectors_csv(run, tmp_path / "vectors.csv")
    assert out.getvalue() == (tmp_path / "vectors.csv").read_bytes()


def test_a_place_that_cannot_be_written_is_named(run: runs.Run, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"nowhere/vectors\.csv cannot be written"):
        export.write_vectors_csv(run, tmp_path / "nowhere" / "vectors.csv")


def test_a_preview_is_the_beginning_of_the_file(run: runs.Run, tmp_path: Path) -> None:
    export.write_vectors_csv(run, tmp_path / "vectors.csv")
    whole = (tmp_path / "vectors.csv").read_text(encoding="utf-8-sig")
    assert whole.startswith(export.preview(run, "csv", rows=2))
    assert len(list(csv.reader(io.StringIO(export.preview(run, "csv", rows=2))))) == 3
    layout = np.ones((6, 2), dtype=np.float32)
    export.write_coordinates_csv(run, tmp_path / "map.csv", layout)
    assert (
        (tmp_path / "map.csv")
        .read_text(encoding="utf-8-sig")
        .startswith(export.preview(run, "coordinates", layout=layout, rows=3))
    )


def test_a_preview_of_word2vec_counts_all_items(tmp_path: Path) -> None:
    run = run_of(tmp_path, [f"{number:02d}" for number in range(20)], np.ones((20, 2)))
    assert export.preview(run, "word2vec", rows=2) == "20 2\n00 1.0 1.0\n01 1.0 1.0"

"""Files of vectors that were trained elsewhere: every format is read exactly, and every fault is one sentence."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import VectorsError
from tests.workspace.test_export import run_of
from workspace import export
from workspace.vector_files import VectorFile, read_vectors

IDS = ["0007", "7", "=2+5", "a,b", 'with"quotes"', "茶-Ünïcode"]
TITLES = dict.fromkeys(IDS, 'Tea, "green"\nloose')
HARD = np.array([[1e-45, -3.4e38], [1 / 3, 16777216], [-0.0, 1e20], [1e-5, 123456.789], [2, -0.0], [0, 1]], np.float32)


def write_gensim(path: Path, ids: Sequence[str], vectors: np.ndarray, *, binary: bool) -> None:
    from gensim.models import KeyedVectors

    model = KeyedVectors(vectors.shape[1])
    model.add_vectors(list(ids), vectors)
    model.save_word2vec_format(str(path), binary=binary)


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def assert_same(found: VectorFile, ids: Sequence[str], vectors: np.ndarray) -> None:
    assert found.ids == list(ids)
    assert found.vectors.dtype == np.float32
    assert found.vectors.tobytes() == np.ascontiguousarray(vectors, np.float32).tobytes()


@pytest.mark.parametrize("format", ["CSV", "Parquet", "word2vec text"])
def test_what_the_app_exports_comes_back_bit_for_bit(tmp_path: Path, format: str) -> None:
    run = run_of(tmp_path, IDS, HARD, TITLES)
    writers = {
        "CSV": export.write_vectors_csv,
        "Parquet": export.write_vectors_parquet,
        "word2vec text": export.write_word2vec,
    }
    writers[format](run, tmp_path / "file")
    found = read_vectors(tmp_path / "file")
    assert found.format == format
    assert_same(found, [str(item) for item in run.embedding.item_ids], run.embedding.item_vectors)


def test_any_float32_comes_back_from_the_exported_csv(tmp_path: Path) -> None:
    bits = np.random.default_rng(1).integers(0, 2**32, 20_000, dtype=np.uint64).astype(np.uint32)
    numbers = bits.view(np.float32)
    vectors = numbers[np.isfinite(numbers)][:19_800].reshape(-1, 12)
    run = run_of(tmp_path, [f"{number:05d}" for number in range(len(vectors))], vectors)
    export.write_vectors_csv(run, tmp_path / "vectors.csv")
    assert_same(read_vectors(tmp_path / "vectors.csv"), list(run.embedding.item_ids), vectors)


@pytest.mark.parametrize("name", ["vectors.bin", "vectors.dat"])
def test_what_gensim_writes_is_read(tmp_path: Path, name: str) -> None:
    ids = [item.replace(" ", "_") for item in IDS]
    write_gensim(tmp_path / name, ids, HARD, binary=True)
    found = read_vectors(tmp_path / name)
    assert found.format == "word2vec binary"
    assert_same(found, ids, HARD)
    write_gensim(tmp_path / name, ids, HARD[:, :1].repeat(3, axis=1) / 3, binary=False)
    found = read_vectors(tmp_path / name)
    assert found.format == "word2vec text"
    assert_same(found, ids, HARD[:, :1].repeat(3, axis=1) / 3)


def test_vectors_of_the_word2vec_program_end_with_a_line_end_or_a_space(tmp_path: Path) -> None:
    rows = b"".join(item.encode() + b" " + row.tobytes() + b"\n" for item, row in zip(IDS, HARD, strict=True))
    (tmp_path / "c.bin").write_bytes(b"6 2\n" + rows)
    assert_same(read_vectors(tmp_path / "c.bin"), IDS, HARD)
    (tmp_path / "c.vec").write_bytes(b"2 2\na 1 2 \nb -3 4e1 \n")
    assert_same(read_vectors(tmp_path / "c.vec"), ["a", "b"], np.array([[1, 2], [-3, 40]]))


def test_word2vec_text_without_a_header(tmp_path: Path) -> None:
    (tmp_path / "glove.txt").write_bytes(b'the 0.5 -1\r\n"quote 2 3\r\nb" 4 5')
    found = read_vectors(tmp_path / "glove.txt")
    assert_same(found, ["the", '"quote', 'b"'], np.array([[0.5, -1], [2, 3], [4, 5]]))


@pytest.mark.parametrize("dtype", ["<f4", ">f8", "f2", "i4"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_any_kind_of_numbers(tmp_path: Path, dtype: str, order: Any) -> None:
    vectors = np.arange(8).reshape(4, 2)
    np.save(tmp_path / "v.npy", np.array(vectors, dtype=dtype, order=order))
    (tmp_path / "ids.txt").write_text("0\n1\n02\n3\n")
    found = read_vectors(tmp_path / "v.npy", tmp_path / "ids.txt")
    assert found.format == "NumPy"
    assert_same(found, ["0", "1", "02", "3"], vectors)


ID_FILES: dict[str, Callable[[Path], Any]] = {
    "lines.txt": lambda path: path.write_bytes("007\r\né,b\r\n".encode()),
    "mark.txt": lambda path: path.write_bytes("\ufeff007\né,b".encode()),
    "table.csv": lambda path: write_csv(path, ["title", "item_id"], [["x", "007"], ["y", "é,b"]]),
    "one.csv": lambda path: write_csv(path, ["id"], [["007"], ["é,b"]]),
    "table.parquet": lambda path: pd.DataFrame({"item_id": ["007", "é,b"]}).to_parquet(path),
    "texts.npy": lambda path: np.save(path, np.array(["007", "é,b"])),
    "bytes.npy": lambda path: np.save(path, np.array([b"007", "é,b".encode()])),
}


@pytest.mark.parametrize("name", ID_FILES)
def test_ids_of_an_array_in_every_form(tmp_path: Path, name: str) -> None:
    np.save(tmp_path / "v.npy", HARD[:2])
    ID_FILES[name](tmp_path / name)
    assert_same(read_vectors(tmp_path / "v.npy", tmp_path / name), ["007", "é,b"], HARD[:2])


def test_whole_numbers_and_a_named_column_are_ids_too(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", HARD[:2])
    np.save(tmp_path / "ids.npy", np.array([30, 4]))
    assert read_vectors(tmp_path / "v.npy", tmp_path / "ids.npy").ids == ["30", "4"]
    write_csv(tmp_path / "ids.csv", ["what", "key"], [["x", "30"], ["y", "04"]])
    assert read_vectors(tmp_path / "v.npy", tmp_path / "ids.csv", "key").ids == ["30", "04"]


TABLES: dict[str, tuple[str, list[str], list[list[float]]]] = {
    "own columns out of order": ("v1,x,item_id,v0\n2,9,07,1\n", ["07"], [[1, 2]]),
    "own columns from 1": ("id;v1;v2\n07;1;2\n", ["07"], [[1, 2]]),
    "ids that are numbers": ("key,v0,v1\n07,1,2\n", ["07"], [[1, 2]]),
    "the first column of words": ("number,name,a,b\n9,tea,1,2\n", ["tea"], [[9, 1, 2]]),
    "a numbered family": ("sku\tprice\temb_0\temb_1\n07\t9\t1\t2\n", ["07"], [[1, 2]]),
    "a frame with its index": (",0,1\ntea,1,2\n", ["tea"], [[1, 2]]),
    "all other numbers": ("item,left,right,what\n07,1,2,x\n", ["07"], [[1, 2]]),
    "spaces and plus signs": ("item,v0,v1\n07, 1,+2 \n", ["07"], [[1, 2]]),
    "blank lines": ("item,v0,v1\n\n07,1,2\n\n08,3,4\n", ["07", "08"], [[1, 2], [3, 4]]),
    "a family too small to be the vectors": ("item,a,b,c,q1,q2\n07,1,2,3,4,5\n", ["07"], [[1, 2, 3, 4, 5]]),
}


@pytest.mark.parametrize("kind", TABLES)
def test_which_columns_of_a_table_are_read(tmp_path: Path, kind: str) -> None:
    text, ids, vectors = TABLES[kind]
    (tmp_path / "table.csv").write_text(text)
    found = read_vectors(tmp_path / "table.csv")
    assert_same(found, ids, np.array(vectors))
    assert "was read as the ids" in found.notes[0]


def test_a_table_in_utf_16(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("item;v0;v1\n茶;1;2\n", encoding="utf-16")
    assert_same(read_vectors(tmp_path / "table.csv"), ["茶"], np.array([[1, 2]]))


def test_the_log_s_own_name_for_items_or_a_given_column_holds_the_ids(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("id,film,item_id,v0,v1\n1,2,3,4,5\n")
    assert read_vectors(tmp_path / "table.csv").ids == ["3"]
    assert read_vectors(tmp_path / "table.csv", item_column="Film").ids == ["2"]
    assert read_vectors(tmp_path / "table.csv", id_column="id", item_column="Film").ids == ["1"]


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.large_list(pa.float64()), pa.list_(pa.float16(), 2)])
def test_a_column_of_lists(tmp_path: Path, kind: pa.DataType) -> None:
    table = pa.table({"code": [7, 8], "n": [1, 2], "embedding": pa.array([[1, 2], [3, 4]], kind)})
    pq.write_table(table, tmp_path / "lists.parquet")
    assert_same(read_vectors(tmp_path / "lists.parquet", id_column="code"), ["7", "8"], np.array([[1, 2], [3, 4]]))


def test_numbers_of_every_type_in_parquet(tmp_path: Path) -> None:
    columns = {
        "v0": pa.array([1, -2], pa.int8()),
        "v1": pa.array([0.5, 1e-3], pa.float64()),
        "v2": pa.array([1, 2], pa.decimal128(5, 2)),
        "v3": pa.array([1, 2], pa.uint64()),
        "v4": pa.array([1, 0.5], pa.float16()),
    }
    pq.write_table(pa.table({"item_id": ["a", "b"], **columns}), tmp_path / "types.parquet")
    expected = np.array([[1, 0.5, 1, 1, 1], [-2, 1e-3, 2, 2, 0.5]])
    assert_same(read_vectors(tmp_path / "types.parquet"), ["a", "b"], expected)


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), min_size=1, max_size=8)
lists_of_ids = st.lists(texts.filter(lambda text: bool(text.strip())), min_size=1, max_size=8, unique=True)
without_spaces = st.lists(texts.filter(lambda text: not set(text) & set(" \r\n")), min_size=1, max_size=8, unique=True)
with_a_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def numbers_for(ids: Sequence[str]) -> np.ndarray:
    return np.random.default_rng(len(ids)).normal(size=(len(ids), 3)).astype(np.float32)


@with_a_folder
@given(lists_of_ids)
def test_any_id_survives_a_table(tmp_path: Path, ids: list[str]) -> None:
    vectors = numbers_for(ids)
    rows = [[item, *map(str, row)] for item, row in zip(ids, vectors, strict=True)]
    assert_same(read_vectors(write_csv(tmp_path / "v.csv", ["item_id", "v0", "v1", "v2"], rows)), ids, vectors)
    table = pd.DataFrame({"item_id": ids, "v0": vectors[:, 0], "v1": vectors[:, 1], "v2": vectors[:, 2]})
    table.to_parquet(tmp_path / "v.parquet")
    assert_same(read_vectors(tmp_path / "v.parquet"), ids, vectors)
    np.save(tmp_path / "v.npy", vectors)
    assert_same(read_vectors(tmp_path / "v.npy", tmp_path / "v.csv"), ids, vectors)


def test_a_parquet_file_that_begins_like_text_is_still_one(tmp_path: Path) -> None:
    """Some ids make its first bytes, up to a line feed, those of an id and a number."""
    ids = ["\x8000\x80\U00010000", "\x80", "\x80\x80\U00010000"]
    vectors = numbers_for(ids)
    table = pd.DataFrame({"item_id": ids, "v0": vectors[:, 0], "v1": vectors[:, 1], "v2": vectors[:, 2]})
    table.to_parquet(tmp_path / "v.parquet")
    assert_same(read_vectors(tmp_path / "v.parquet"), ids, vectors)


def test_an_item_may_be_called_as_the_column_of_ids_is(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", numbers_for(["item_id"]))
    ids = write_csv(tmp_path / "ids.csv", ["item_id", "v0"], [["item_id", "1"]])
    assert_same(read_vectors(tmp_path / "v.npy", ids), ["item_id"], numbers_for(["item_id"]))


@with_a_folder
@given(without_spaces)
def test_any_id_without_spaces_survives_word2vec(tmp_path: Path, ids: list[str]) -> None:
    vectors = numbers_for(ids)
    for name, binary in (("v.txt", False), ("v.bin", True)):
        write_gensim(tmp_path / name, ids, vectors, binary=binary)
        assert_same(read_vectors(tmp_path / name), ids, vectors)


@with_a_folder
@given(st.binary(max_size=400), st.sampled_from(["v.bin", "v.csv", "v.txt", "v.npy", "v.parquet", "v"]))
def test_bytes_that_mean_nothing_are_refused_in_one_sentence(tmp_path: Path, data: bytes, name: str) -> None:
    for start in (b"", b"2 3\n", b"id,v0,v1\n", b"PAR1", b"\x93NUMPY\x01\x00"):
        (tmp_path / name).write_bytes(start + data)
        (tmp_path / "ids.txt").write_text("a\nb\n")
        ids_path = tmp_path / "ids.txt" if start.startswith(b"\x93") else None
        found, said = None, ""
        try:
            found = read_vectors(tmp_path / name, ids_path)
        except VectorsError as error:
            said = str(error)
        if found is None:
            assert name in said
        else:
            assert np.isfinite(found.vectors).all()
            assert len(set(found.ids)) == len(found.ids) == len(found.vectors)


def wide(width: int) -> str:
    return "item," + ",".join(f"v{place}" for place in range(width)) + "\n7" + ",1" * width + "\n"


BINARY = b"2 3\n" + b"".join(item + b" " + np.array([1, 2, 3], np.float32).tobytes() for item in (b"a", b"b"))

BAD: dict[str, tuple[str, bytes | str, str]] = {
    "nothing": ("v.csv", b"", "v.csv is empty"),
    "no rows": ("v.csv", "item,v0,v1\n", "v.csv holds no vectors"),
    "no vectors": ("v.csv", "item,title\n7,Tea\n", "no columns of numbers beside 'item', it has item, title"),
    "no ids": ("v.csv", "a,b,c\n1,2,3\n", "Every column of v.csv holds numbers (a, b, c): name the one with the ids"),
    "an empty id": ("v.csv", "item,v0,v1\na,1,2\n,1,2\n", "v.csv, line 3: there is no id"),
    "no header": ("v.csv", "tea,0.1,0.2\nmilk,0.3,0.4\n", "first line of v.csv looks like a vector (tea, 0.1, 0.2)"),
    "no header, no words": ("v.csv", "7,0.1,0.2\n8,0.3,0.4\n", "looks like data"),
    "ragged": ("v.csv", 'item,v0,v1\n"a\nb",1,2\nc,1\n', "v.csv, line 4: too few fields (the header names 3)"),
    "broken quotes": ("v.csv", 'item,v0,v1\n"a"b,1,2\nc,1,2\n', "v.csv, line 2: broken quotes"),
    "not a number": ("v.csv", "item,v0,v1\na,1,2\nb,3,n/a\n", "v.csv, line 3: v1 of item 'b' is empty or no finite"),
    "an empty cell": ("v.csv", "item,v0,v1\na,,2\nb,3,4\n", "v.csv, line 2: v0 of item 'a' is empty"),
    "not finite": ("v.csv", "item,v0,v1\na,1,2\nb,-inf,2\n", "v.csv, line 3: v0 of item 'b'"),
    "too large": ("v.csv", "item,v0,v1\na,1,1e39\n", "v.csv, line 2: v1 of item 'a'"),
    "twice": ("v.csv", "item,v0,v1\na,1,2\nb,1,2\na,3,4\n", "two vectors for item 'a' (line 2 and line 4)"),
    "a gap": ("v.csv", "item,v0,v1,v3\na,1,2,3\n", "v.csv has no column v2, but v3"),
    "too wide": ("v.csv", wide(4097), "4,097 numbers each, and 4,096 is the most"),
    "far too wide": ("v.csv", wide(6000), "v.csv has 6,001 columns"),
    "too narrow": ("v.csv", "item,v0\na,1\n", "hold 1 number each, and at least 2 are needed"),
    "binary": ("v.csv", bytes(range(256)) * 20, "v.csv holds NUL bytes"),
    "a pickle": ("v.pkl", b"\x80\x04\x95rest", "v.pkl is a Python pickle, which can run code"),
    "an archive": ("v.npz", b"PK\x03\x04rest", "v.npz is an archive"),
    "packed": ("v.csv.gz", b"\x1f\x8brest", "v.csv.gz is damaged or cut short"),
    "no Parquet": ("v.parquet", b"PAR1rest", "v.parquet is a damaged Parquet file"),
    "no .npy": ("v.npy", "item,v0,v1\na,1,2\n", "v.npy is no .npy file"),
    "text cut off": ("v.txt", "3 2\na 1 2\nb 3 4\n", "v.txt speaks of 3 vectors, but 2 follow"),
    "a ragged text": ("v.txt", "2 2\na 1 2\nb 3\n", "v.txt, line 3: there are 2 words, and an id and 2 numbers"),
    "an id with a space": ("v.txt", "2 2\na 1 2\ngreen tea 3 4\n", "v.txt, line 3: there are 4 words"),
    "a text with a word": ("v.txt", "2 2\na 1 2\nb 3 x\n", "v.txt, line 3: number 2 of item 'b' is 'x'"),
    "a text not finite": ("v.txt", "2 2\na 1 2\nb nan 4\n", "v.txt, line 3: number 1 of item 'b'"),
    "a text twice": ("v.txt", "2 2\na 1 2\na 3 4\n", "two vectors for item 'a' (line 2 and line 3)"),
    "a text not UTF-8": ("v.txt", b"2 2\na 1 2\n\xff 3 4\n", "v.txt, line 3: the text is not UTF-8"),
    "a text of none": ("v.txt", "0 5\n", "v.txt holds no vectors"),
    "a text too wide": ("v.txt", "1 5000\na 1\n", "5,000 numbers each"),
    "binary cut off": ("v.bin", BINARY[:-1], "v.bin is shorter than the 2 vectors of 3 numbers"),
    "binary too long": ("v.bin", BINARY + b"c", "v.bin goes on after the 2 vectors of 3 numbers"),
    "binary that promises much": ("v.bin", b"99999999999999 300\nab", "shorter than the 99,999,999,999,999 vectors"),
    "binary without spaces": ("v.bin", b"2 3\n" + b"x" * 40, "v.bin is shorter than"),
    "binary not UTF-8": ("v.bin", BINARY.replace(b"a ", b"\xff "), "v.bin, row 1: the id is not UTF-8"),
    "binary not finite": (
        "v.bin",
        b"1 2\na " + np.array([1, np.nan], np.float32).tobytes(),
        "v.bin, row 1: number 2 of item 'a'",
    ),
    "binary without a header": ("v.bin", bytes(range(1, 255)) * 9, "v.bin does not begin as a word2vec file does"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_fault_is_one_sentence_with_its_place(tmp_path: Path, fault: str) -> None:
    name, data, words = BAD[fault]
    (tmp_path / name).write_bytes(data.encode() if isinstance(data, str) else data)
    assert words in refusal(tmp_path / name)


def refusal(path: Path, ids_path: Path | None = None, id_column: str | None = None) -> str:
    with pytest.raises(VectorsError) as caught:
        read_vectors(path, ids_path, id_column)
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(".")
    return said


BAD_PARQUET: dict[str, tuple[dict[str, Any], str]] = {
    "no rows": ({"item_id": pa.array([], pa.string()), "v0": pa.array([], pa.float32())}, "has no rows"),
    "lists of two lengths": ({"item_id": ["a", "b"], "v": [[1.0, 2.0], [3.0]]}, "row 2: there is a vector of 1"),
    "a list missing": ({"item_id": ["a", "b"], "v": [None, [1.0, 2.0]]}, "row 1: there is no vector"),
    "two lists": ({"item_id": ["a"], "v": [[1.0, 2.0]], "w": [[1.0]]}, "several columns of lists (v, w)"),
    "a number missing": ({"item_id": ["a"], "v": [[1.0, None]]}, "row 1: number 2 of item 'a'"),
    "a cell missing": ({"item_id": ["a", "b"], "v0": [1, None], "v1": [1, 2]}, "row 2: v0 of item 'b'"),
    "words": ({"item_id": ["a"], "v0": ["x"], "v1": [1]}, "'v0' of v.parquet holds values of type string"),
    "ids of lists": ({"item_id": [["a"]], "v0": [1], "v1": [1]}, "which are no ids"),
    "twice": ({"item_id": ["a", "a"], "v0": [1, 2], "v1": [1, 2]}, "(row 1 and row 2)"),
}


@pytest.mark.parametrize("fault", BAD_PARQUET)
def test_a_fault_in_parquet_is_one_sentence(tmp_path: Path, fault: str) -> None:
    columns, words = BAD_PARQUET[fault]
    pq.write_table(pa.table(columns), tmp_path / "v.parquet")
    assert words in refusal(tmp_path / "v.parquet")


BAD_ARRAYS: dict[str, tuple[np.ndarray, str]] = {
    "pickled": (np.array([[1, "x"]], dtype=object), "pickled Python objects, which can run code"),
    "texts": (np.array([["a", "b"]]), "values of type <U1 in the shape (1, 2)"),
    "a row": (np.ones(3), "in the shape (3,)"),
    "complex": (np.ones((2, 2), complex), "values of type complex128"),
    "too wide": (np.ones((2, 4097), np.float16), "4,097 numbers each"),
    "not finite": (np.array([[1, 2], [1, np.inf]]), "v.npy, row 2: number 2 of item 'b'"),
    "too many": (np.ones((3, 2)), "ids.txt holds 2 ids and v.npy 3 vectors"),
    "none": (np.ones((0, 2)), "ids.txt holds 2 ids and v.npy 0 vectors"),
}


@pytest.mark.parametrize("fault", BAD_ARRAYS)
def test_a_fault_in_an_array_is_one_sentence(tmp_path: Path, fault: str) -> None:
    array, words = BAD_ARRAYS[fault]
    np.save(tmp_path / "v.npy", array, allow_pickle=True)
    (tmp_path / "ids.txt").write_text("a\nb\n")
    assert words in refusal(tmp_path / "v.npy", tmp_path / "ids.txt")


def test_an_array_cut_off_or_without_ids(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.ones((2, 2)))
    assert "v.npy says nothing of items" in refusal(tmp_path / "v.npy")
    whole = (tmp_path / "v.npy").read_bytes()
    (tmp_path / "ids.txt").write_text("a\nb\n")
    for length in (len(whole) - 4, 40):
        (tmp_path / "v.npy").write_bytes(whole[:length])
        assert "v.npy is a damaged .npy file" in refusal(tmp_path / "v.npy", tmp_path / "ids.txt")


BAD_IDS: dict[str, tuple[str, Callable[[Path], Any], str]] = {
    "pickled": ("ids.npy", lambda path: np.save(path, np.array(["a", "b"], dtype=object)), "pickled Python objects"),
    "fractions": ("ids.npy", lambda path: np.save(path, np.array([0.5, 1])), "values of type float64"),
    "a table": ("ids.npy", lambda path: np.save(path, np.array([["a", "b"]])), "in the shape (1, 2)"),
    "not UTF-8": ("ids.txt", lambda path: path.write_bytes(b"a\n\xff"), "ids.txt is not written in UTF-8 (line 2)"),
    "bytes": ("ids.npy", lambda path: np.save(path, np.array([b"\xff", b"a"])), "ids that are not UTF-8"),
    "a blank": ("ids.txt", lambda path: path.write_text("a\n\n"), "v.npy, row 2: there is no id"),
    "twice": ("ids.txt", lambda path: path.write_text("a\na\n"), "item 'a' (row 1 and row 2)"),
    "an unknown header": ("ids.csv", lambda path: path.write_text("key\na\nb\n"), "name the column of the ids"),
    "ragged": ("ids.csv", lambda path: path.write_text("id,title\na\nb,x\n"), "ids.csv, line 2: too few fields"),
    "no Parquet": ("ids.parquet", lambda path: path.write_text("a\nb\n"), "ids.parquet is not a Parquet file"),
    "nowhere": ("nowhere.txt", lambda path: None, "nowhere.txt cannot be opened"),
}


@pytest.mark.parametrize("fault", BAD_IDS)
def test_a_fault_in_a_file_of_ids_is_one_sentence(tmp_path: Path, fault: str) -> None:
    name, make, words = BAD_IDS[fault]
    np.save(tmp_path / "v.npy", np.ones((2, 2)))
    make(tmp_path / name)
    assert words in refusal(tmp_path / "v.npy", tmp_path / name)


def test_what_does_not_go_together_is_said(tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("item,v0,v1\na,1,2\n")
    assert "v.csv has its own ids: leave ids.txt out" in refusal(tmp_path / "v.csv", tmp_path / "ids.txt")
    assert "no column 'sku': it has item, v0, v1" in refusal(tmp_path / "v.csv", id_column="sku")
    assert "cannot be opened" in refusal(tmp_path / "nowhere.csv")
    assert "cannot be opened" in refusal(tmp_path)


def test_progress_of_a_long_file_never_falls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interactions.formats.delimited._BLOCK", 200)
    rows = [[f"{number:04d}", "0.25", "1.5"] for number in range(300)]
    write_csv(tmp_path / "v.csv", ["item_id", "v0", "v1"], rows)
    shares: list[float] = []
    found = read_vectors(tmp_path / "v.csv", progress=lambda stage, done, total, loss=None: shares.append(done / total))
    assert found.ids == [row[0] for row in rows]
    assert len(shares) > 10
    assert shares == sorted(shares)
    assert shares[-1] == 1

"""The commands that take vectors out and in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import cli
from tests.cli.helpers import Capture, answer, complaint
from workspace import runs


@pytest.mark.parametrize("format", ["csv", "parquet", "word2vec"])
def test_vectors_that_left_come_in_again(run: str, islands: str, format: str, capsys: Capture) -> None:
    assert cli.main(["export", run, "--format", format, "--out", "vectors"]) == 0
    capsys.readouterr()
    facts = answer(["import", "vectors", islands, "--out", "again"], capsys)
    assert (facts["method"], facts["name"], facts["n_items"], facts["n_missing"]) == ("imported", "again", 24, 0)
    assert (facts["vectors"], facts["matched"], facts["left_out"], facts["missing"]) == (24, 24, 0, 0)
    compared = answer(["compare", run, "again"], capsys)
    assert (compared["overlap"]["all"], compared["b"]["method"]) == (1.0, "imported")
    assert runs.copy_run_in(Path("again")).key == facts["key"]


def test_an_array_comes_in_with_its_ids(run: str, islands: str, capsys: Capture) -> None:
    embedding = runs.open_run(Path(run)).embedding
    np.save("v.npy", embedding.item_vectors[:20])
    pd.DataFrame({"row": range(20), "key": embedding.item_ids[:20]}).to_csv("ids.csv", index=False)
    arguments = ["import", "v.npy", islands, "--ids", "ids.csv", "--id-column", "key", "--out", "again"]
    assert cli.main(arguments) == 0
    said = capsys.readouterr().out
    assert "Imported vectors, 8 dimensions, 20 of 24 items" in said
    assert "Items of this log that the file has no vector for: 4, such as 'B08', 'B09', 'B10'." in said
    assert "--force" in complaint(arguments, capsys)
    assert answer([*arguments, "--force"], capsys)["missing"] == 4


def test_ids_survive_from_the_file_to_the_export(tmp_path: Path, capsys: Capture) -> None:
    rows = [f"{user},{item:05d}" for user in range(30) for item in range(user % 3, 12, 2)]
    (tmp_path / "zeros.csv").write_text("\n".join(["user,item", *rows]) + "\n")
    assert cli.main(["train", "zeros.csv", "--method", "svd", "--set", "dimensions=4", "--out", "run"]) == 0
    assert cli.main(["export", "run", "--format", "csv", "--out", "v.csv"]) == 0
    table = pd.read_csv("v.csv", dtype={"item_id": str})
    assert table["item_id"].tolist() == [f"{item:05d}" for item in range(12)]
    vectors = table.filter(regex=r"^v\d+$").to_numpy(np.float32)
    assert vectors.tobytes() == runs.open_run(Path("run")).embedding.item_vectors.tobytes()


@pytest.mark.parametrize("format", ["csv", "parquet", "word2vec", "neighbours", "coordinates", "settings"])
def test_every_format_can_be_written(run: str, format: str, capsys: Capture) -> None:
    facts = answer(["export", run, "--format", format, "--out", "out"], capsys)
    assert facts["bytes"] == Path("out").stat().st_size > 100
    assert facts["left_out"] == 0


def test_neighbours_stay_on_their_island(run: str, capsys: Capture) -> None:
    assert cli.main(["export", run, "--format", "neighbours", "--k", "1", "--out", "near.csv"]) == 0
    table = pd.read_csv("near.csv")
    assert len(table) == 24
    assert (table["item_id"].str[0] == table["neighbour_id"].str[0]).all()


def test_word2vec_with_a_space_in_an_id(tmp_path: Path, capsys: Capture) -> None:
    rows = [f"{user},{item} {user % 2}" for user in range(30) for item in ("tea", "milk", "bread", "salt")]
    (tmp_path / "spaces.csv").write_text("\n".join(["user,item", *rows]) + "\n")
    assert cli.main(["train", "spaces.csv", "--method", "svd", "--set", "dimensions=2", "--out", "run"]) == 0
    capsys.readouterr()
    assert "'bread 0'" in complaint(["export", "run", "--format", "word2vec", "--out", "v.txt"], capsys)
    assert not Path("v.txt").exists()

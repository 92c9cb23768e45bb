"""The maps of a pair: kept where the runs are kept, in the rows of the pair where they are of two logs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.figures.planted_pairs import planted_pair
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs
from workspace.comparing import pair_of
from workspace.logs import LogEntry
from workspace.pair_maps import maps_of, principal_maps_of
from workspace.results import Ready, map_or_job
from workspace.runs import open_run


def kept_log(folder: Path, name: str, items: int) -> LogEntry:
    path = write_csv(two_islands(items_per_island=items), folder / f"{name}.csv")
    return logs.import_log(logs.keep_original(path, path.name), name=name)


def test_kept_runs_of_one_log_have_the_maps_that_pages_show(tmp_path: Path) -> None:
    entry = kept_log(tmp_path, "islands", 12)
    a, b = (train_here(entry, method) for method in ("svd", "als"))
    maps = maps_of(pair_of(open_run(a), open_run(b), 5))
    shown = map_or_job(a, b)
    assert isinstance(shown, Ready)
    assert np.array_equal(maps.a, shown.value.a)
    assert np.array_equal(maps.b, shown.value.b)


def test_kept_runs_of_two_logs_have_their_places_in_the_rows_of_the_pair(tmp_path: Path) -> None:
    few, more = kept_log(tmp_path, "few", 10), kept_log(tmp_path, "more", 13)
    a, b = train_here(few, "svd"), train_here(more, "svd")
    pair = pair_of(open_run(a), open_run(b), 5)
    maps = maps_of(pair)
    shown = map_or_job(a, b)
    assert isinstance(shown, Ready)
    known = np.isin(pair.catalogue.ids, [str(item) for item in open_run(a).embedding.item_ids])
    assert (int(known.sum()), len(known)) == (20, 26)
    assert np.array_equal(maps.a[known], shown.value.a)
    assert np.isnan(maps.a[~known]).all()
    assert np.array_equal(maps.b, shown.value.b)


def test_runs_that_are_not_kept_leave_nothing_beside_them(tmp_path: Path) -> None:
    pair = planted_pair(tmp_path, 30)
    maps = maps_of(pair)
    assert not (tmp_path / "a" / "results").exists()
    assert np.isfinite(maps.a).all()
    assert np.isnan(maps.b).all(axis=1).tolist() == [False] * 29 + [True]  # the last has no vector in B
    assert maps.residual is not None
    assert 0 < maps.residual <= 1


@pytest.mark.parametrize("draw", [maps_of, principal_maps_of])
def test_a_run_beside_itself_has_one_map_twice(tmp_path: Path, draw: object) -> None:
    assert callable(draw)
    run = planted_pair(tmp_path, 30).a
    maps = draw(pair_of(run, run, 5, "cosine", "dot"))
    np.testing.assert_allclose(maps.a, maps.b, atol=1e-5)

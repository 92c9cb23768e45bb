"""Two runs put beside each other here and now."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from analysis.agreement import jaccard_by_depth
from tests.planted import zipf_log
from tests.workspace.helpers import train_here, write_csv
from workspace import logs
from workspace.comparing import pair_of
from workspace.runs import open_run


def test_agreement_is_known_for_longer_lists_than_were_asked_for_and_the_report_is_of_those(tmp_path: Path) -> None:
    path = write_csv(zipf_log(items=150), tmp_path / "zipf.csv")
    entry = logs.import_log(logs.keep_original(path, path.name), name="zipf")
    a, b = (open_run(train_here(entry, method, name=method)) for method in ("als", "svd"))
    short, long = pair_of(a, b, 5), pair_of(a, b, 40)
    by_depth = jaccard_by_depth(short.inside_a, short.inside_b)
    assert by_depth.depth.tolist() == list(range(1, 101))
    for pair in (short, long):
        np.testing.assert_allclose(by_depth.mean[pair.k - 1], pair.report["jaccard"]["all"])

"""Pictures of agreement show the values that they are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from analysis.agreement import jaccard_by_depth
from analysis.measures import Measure
from analysis.popularity import popularity_curve
from figures import agreement

REPORT: dict[str, Any] = {"k": 10, "jaccard": {"all": 0.2, "head": 0.3, "mid": None, "tail": 0.1}}


def test_buckets_stand_beside_what_each_run_reaches_with_itself() -> None:
    drawn = agreement.by_bucket(REPORT, ("a <b>", "b"), (Measure(0.8, 9), Measure(0.6, 9)))
    assert list(drawn.data[0].y) == [0.2, 0.3, None, 0.1]
    assert [shape.y0 for shape in drawn.layout.shapes] == [0.8, 0.6]
    assert [note.text for note in drawn.layout.annotations] == ["a &lt;b&gt;, two seeds", "b, two seeds"]
    assert not agreement.by_bucket(REPORT, ("a", "b"), (None, Measure(float("nan"), 0))).layout.shapes


def test_every_known_value_is_in_the_bin_whose_bar_filters_for_it() -> None:
    values = np.array([0.0, 0.049, 0.05, 0.15, 0.3, 0.6, 0.95, 1.0, np.nan])
    assert agreement.bins_of(values).tolist() == [0, 0, 1, 3, 6, 12, 19, 19, -1]
    bar = agreement.histogram(values, "Jaccard").data[0]
    assert sum(bar.y) == 8
    counts = dict(zip(bar.customdata, bar.y, strict=True))
    assert (counts[0], counts[19], counts[3]) == (2, 2, 1)


def test_curves_pass_through_their_means() -> None:
    random = np.random.default_rng(0)
    a, b = (np.array([random.permutation(9)[:6] for _ in range(30)], dtype=np.int32) for _ in range(2))
    curve = jaccard_by_depth(a, b)
    line = agreement.by_depth(curve, 4).data[1]
    assert np.allclose(line.y, curve.mean)
    assert list(line.x) == [1, 2, 3, 4, 5, 6]
    popular = popularity_curve(np.linspace(0, 1, 30), random.random(30))
    drawn = agreement.by_popularity(popular, 0.02)
    assert np.allclose(drawn.data[1].y, popular.mean[np.isfinite(popular.mean)])
    assert drawn.layout.shapes[0].y0 == 0.02

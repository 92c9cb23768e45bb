"""Recommendations and baselines in a report: those that are kept, and nothing where there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from figures.recommended import Recommended
from figures.report import report_html
from figures.report_charts import popularity_charts
from figures.text import count, decimal, percent
from tests.figures.page_reader import Reader
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs
from workspace.comparing import pair_of
from workspace.pairs import Pair
from workspace.results.leanings import kept_baselines
from workspace.results.popularity import make_popularity_bias
from workspace.results.recommendations import Recommendations, kept_recommendations
from workspace.runs import open_run


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    path = write_csv(two_islands(skew=1.0), tmp_path / "islands.csv")
    entry = logs.import_log(logs.keep_original(path, path.name), name="islands")
    a, b = (open_run(train_here(entry, method, name=method)) for method in ("als", "svd"))
    return pair_of(a, b, 5)


def with_interval(cell: Mapping[str, Any], show: Callable[[float], str]) -> str:
    told = f"{show(cell['value'])} ± {show(cell['high'] - cell['value'])} ({count(cell['n'])})"
    return told.replace("\N{NO-BREAK SPACE}", " ")


def test_what_was_not_worked_out_is_left_out(pair: Pair) -> None:
    assert Recommended.kept(pair) is None
    assert "What are users recommended?" not in Reader(report_html(pair)).words
    assert [trace.name for trace in popularity_charts(pair)[1].figure.data] == ["als", "svd"]


def test_what_is_kept_stands_in_the_report_with_its_baselines(pair: Pair) -> None:
    make_popularity_bias(pair.a.entry, pair.b.entry, 5)
    reader = Reader(report_html(pair))
    found = [kept_recommendations(run.entry, 5) for run in (pair.a, pair.b)]
    baselines = kept_baselines(pair.a.entry, pair.b.entry, 5)
    assert baselines is not None
    first = found[0]
    assert isinstance(first, Recommendations)
    measures = [of.measures["run"] for of in found if isinstance(of, Recommendations)]
    columns = [*measures, first.measures["random"], first.measures["popularity"]]
    columns_and_profile = [*columns, first.measures["profile"]]
    shown = [with_interval(of["arp_quantile"], lambda value: decimal(value, 3)) for of in columns_and_profile]
    assert reader.rows("Mean popularity quantile")[0][1:] == shown
    shown = [with_interval(of["aplt"], lambda share: percent(share, 1)) for of in columns_and_profile]
    assert reader.rows("Not head (APLT)")[0][1:] == shown
    shown = [f"{decimal(of['gini']['value'])} ({count(of['gini']['n'])})" for of in columns]
    assert reader.rows("Gini of recommendations")[0][1:] == [*shown, "–"]
    bars = popularity_charts(pair)[1].figure.data
    assert [trace.name for trace in bars] == ["als", "svd", "random", "most popular"]
    assert list(bars[3].y) == list(baselines.popularity.shares)

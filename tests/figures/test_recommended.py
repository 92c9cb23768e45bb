"""Recommendations and baselines in a report: those that are kept, and nothing where there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from figures.colours import A, B
from figures.recommended import Recommended, coloured
from figures.report import report_html
from figures.report_charts import popularity_charts
from figures.text import count, decimal, percent
from tests.figures.page_reader import Reader
from tests.figures.planted_pairs import planted_pair, run_of
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import logs
from workspace.comparing import pair_of
from workspace.pairs import Pair
from workspace.results.leanings import kept_baselines
from workspace.results.popularity import make_popularity_bias
from workspace.results.recommendations import Recommendations, kept_recommendations, make_recommendations
from workspace.runs import open_run


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    path = write_csv(two_islands(skew=1.0), tmp_path / "islands.csv")
    entry = logs.import_log(logs.keep_original(path, path.name), name="islands")
    a, b = (open_run(train_here(entry, method, name=method)) for method in ("als", "svd"))
    return pair_of(a, b, 5)


def bare(text: str) -> str:
    """With common spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def with_interval(cell: Mapping[str, Any], show: Callable[[float], str]) -> str:
    told = f"{show(cell['value'])} ± {show(cell['high'] - cell['value'])} ({count(cell['n'])})"
    return told.replace("\N{NO-BREAK SPACE}", " ")


def test_what_was_not_worked_out_is_left_out(pair: Pair) -> None:
    assert Recommended.kept(pair) is None
    assert "What are users recommended?" not in Reader(report_html(pair)).words
    assert [trace.name for trace in popularity_charts(pair)[1].figure.data] == ["als", "svd"]


def test_while_one_run_has_no_lists_yet_nothing_is_shown_of_either(pair: Pair) -> None:
    make_recommendations(pair.a.entry, 5)
    assert Recommended.kept(pair) is None
    make_recommendations(pair.b.entry, 5)
    assert Recommended.kept(pair) is not None


def test_without_their_log_runs_have_no_lists(tmp_path: Path) -> None:
    assert Recommended.kept(planted_pair(tmp_path)) is None


def test_runs_of_two_logs_are_not_set_beside_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("figures.recommended.kept_recommendations", lambda run, k: lists("users", 0.5))
    vectors = np.random.default_rng(0).standard_normal((8, 3)).astype(np.float32)
    ids = [f"i{number}" for number in range(8)]
    a, b, other = (
        run_of(tmp_path / name, ids, vectors, [count] * 8, seed=seed)
        for name, count, seed in (("a", 2, 0), ("b", 2, 1), ("other", 3, 0))
    )
    assert Recommended.kept(pair_of(a, b, 3)) is not None
    assert Recommended.kept(pair_of(a, other, 3)) is None


def test_a_report_on_a_log_of_baskets_speaks_of_baskets(tmp_path: Path) -> None:
    path = tmp_path / "baskets.csv"
    rows = [f"b{basket},i{(basket + step) % 12}" for basket in range(30) for step in range(3)]
    path.write_text("\n".join(["session,item", *rows]), encoding="utf-8")
    entry = logs.import_log(logs.keep_original(path, path.name), name="baskets")
    a, b = (open_run(train_here(entry, method, name=method)) for method in ("als", "svd"))
    for run in (a, b):
        make_recommendations(run.entry, 3)
    assert "Lists of 3 by dot product for all 30 baskets." in Reader(report_html(pair_of(a, b, 3))).words


def cell(value: float | None, n: int = 40, half: float | None = None) -> dict[str, Any]:
    known = {} if half is None or value is None else {"low": value - half, "high": value + half}
    return {"value": value, "n": n, **known}


def measured(head: float, lift: float | None = None, **further: Any) -> dict[str, Any]:
    return {
        "arp": cell(20 * head, half=2),
        "arp_quantile": cell(head, half=0.25),
        "aplt": cell(1 - head, half=0.125),
        "shares": {"head": cell(head), "mid": cell(0.0), "tail": cell(1 - head)},
        "lift": cell(lift),
        "coverage": cell(0.0, 9),
        "gini": cell(None, 0),
        **further,
    }


def lists(by: Literal["users", "histories"], head: float, served: int = 3, in_log: int = 3) -> Recommendations:
    """Lists of which only the measures matter: a run's own lean, the same baselines and profile for all."""
    of_random, of_popular = measured(0.1, -0.5), measured(1.0, 3.0)
    profile = measured(0.4)
    del profile["lift"]
    measures = {"run": measured(head, head), "random": of_random, "popularity": of_popular, "profile": profile}
    empty = np.zeros((served, 2), dtype=np.int32)
    return Recommendations(np.arange(served, dtype=np.int32), empty, in_log, by, measures)


def planted(tmp_path: Path) -> Recommended:
    pair = planted_pair(tmp_path)
    return Recommended.of(
        [(pair.a.entry, "red", lists("users", 0.75, 2)), (pair.b.entry, "blue", lists("histories", 0.25, 2))], 2
    )


def test_each_run_stands_in_its_column_before_the_baselines_and_what_users_chose(tmp_path: Path) -> None:
    found = planted(tmp_path)
    heads = found.columns()
    assert [head[:2] for head in heads[:2]] == ["A:", "B:"]
    assert heads[2:] == ["random", "most popular", "users' own choice"]
    assert "Run a" in heads[0]
    rows = {label: [bare(shown) for shown in cells] for label, cells in found.rows()}
    assert rows["Mean popularity (ARP)"] == [f"{20 * head:.1f} ± 2.0 (40)" for head in (0.75, 0.25, 0.1, 1.0, 0.4)]
    assert rows["Mean popularity quantile"][:2] == ["0.750 ± 0.250 (40)", "0.250 ± 0.250 (40)"]
    assert rows["Coverage of recommendations"][0] == "0 % (9)"
    assert rows["Gini of recommendations"] == ["–"] * 5
    assert rows["Lift against the profile"] == ["75 % (40)", "25 % (40)", "\N{MINUS SIGN}50 % (40)", "300 % (40)", "–"]


def test_each_picture_of_recommendations_has_its_numbers_its_rows_and_its_sentence(tmp_path: Path) -> None:
    quantile, not_head, lift, shares = planted(tmp_path).charts()
    (bars,) = quantile.figure.data
    assert (list(bars.x), list(bars.marker.color)[:2]) == ([0.75, 0.25, 0.1, 1.0, 0.4], ["red", "blue"])
    for beyond in (bars.error_x.array, bars.error_x.arrayminus):
        assert list(beyond) == pytest.approx([0.25] * 5)
    assert "they chose items at **0.40** themselves" in str(quantile.said)
    assert list(not_head.figure.data[0].x) == pytest.approx([0.25, 0.75, 0.9, 0, 0.6])
    assert "is not head; of what users chose themselves it is **60 %**" in bare(str(not_head.said))
    assert list(lift.figure.data[0].x) == [0.75, 0.25, -0.5, 3.0]
    assert len(lift.figure.data[0].y) == 4  # what users chose is what it is taken against
    assert "than what users chose themselves." in str(lift.said)
    assert list(shares.figure.data[0].y) == [0.75, 0, 0.25]
    assert [trace.name for trace in shares.figure.data][2:] == ["random", "most popular", "users' own choice"]
    assert "Head items take" in str(shares.said)


def test_it_is_said_for_how_many_users_lists_were_made_and_which_run_knows_none(tmp_path: Path) -> None:
    entry = planted_pair(tmp_path).a.entry
    some = Recommended.of([(entry, "red", lists("histories", 0.5, 2, 1500))], 7)
    everybody = Recommended.of([(entry, "red", lists("users", 0.5, 1500, 1500))], 7)
    assert some.note("baskets").startswith("Lists of 7 by dot product for 2 of 1,500 baskets.")
    assert everybody.note("users").startswith("Lists of 7 by dot product for all 1,500 users.")
    assert (some.by_histories, everybody.by_histories) == ((entry.name,), ())


def test_a_run_beside_itself_stands_there_once_and_two_of_one_name_are_two(tmp_path: Path) -> None:
    ids, vectors = ["i0", "i1"], np.eye(2, dtype=np.float32)
    one, other = (run_of(tmp_path / str(seed), ids, vectors, [2, 1], name="Same", seed=seed).entry for seed in (0, 1))
    assert coloured(one, one) == [(one, A)]
    assert coloured(one, other) == [(one, A), (other, B)]


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

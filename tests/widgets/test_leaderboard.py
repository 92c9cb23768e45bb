"""All models that were asked the same in one table: each once, each number of its own evaluation."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from figures.accuracy import BASELINE_NAMES
from tests.figures.evaluation_reports import NAMES, PARTS, renamed, report, told_apart
from widgets.evaluating import leaderboard

BASELINES = [("popularity", None), ("random", None), ("cooccurrence", None)]


def models(*others: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(name, method) for name, method, _ in leaderboard.board_rows(report(), others)]


def with_contestant(**changed: Any) -> dict[str, Any]:
    planted = report()
    planted["contestants"] = [planted["contestants"][0] | changed]
    return planted


def test_a_model_stands_once_whatever_it_was_called_and_baselines_last() -> None:
    own = [("ALS 8d", "als"), ("item2vec 8d", "item2vec")]
    assert models() == models(report(), renamed(report(), "ALS 8d", "mine")) == [*own, *BASELINES]


@pytest.mark.parametrize("changed", [{"similarity": "dot"}, {"seed": 1}, {"params": {"alpha": 2}}, {"method": "svd"}])
def test_what_was_made_otherwise_is_another_model_of_its_own_evaluation(changed: dict[str, Any]) -> None:
    other = with_contestant(name="other", **changed)
    rows = leaderboard.board_rows(report(), [other])
    assert [name for name, _, _ in rows[:3]] == ["ALS 8d", "item2vec 8d", "other"]
    assert rows[2][2] is other
    assert rows[0][2] is not other


@pytest.mark.parametrize(
    "changed",
    [
        {"k": 5},
        {"asked": report()["asked"] | {"pairs": "one pair a session"}},
        {"split": report()["split"] | {"at": 1_600_000_000}},
    ],
)
def test_what_was_asked_otherwise_is_left_out(changed: dict[str, Any]) -> None:
    assert "other" not in [name for name, _ in models(with_contestant(name="other", seed=1) | changed)]


def drawn(planted: dict[str, Any], others: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    def script(planted, log):  # type: ignore[no-untyped-def]
        from widgets.evaluating import leaderboard

        leaderboard.leaderboard(log, planted)

    monkeypatch.setattr(leaderboard, "kept_evaluations", lambda digest: others)
    log = SimpleNamespace(digest="of the log", name="Islands")
    return AppTest.from_function(script, kwargs={"planted": planted, "log": log}, default_timeout=60).run()


def test_table_and_picture_have_each_number_where_it_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = told_apart(report(k=20))
    other = renamed(told_apart(planted, 400), "ALS 8d", "other")
    other["contestants"][0]["seed"] = 1
    app = drawn(planted, [other], monkeypatch)
    table = app.dataframe[0].value.set_index("Model")
    assert list(table.index) == [BASELINE_NAMES.get(name, name) for name in (*NAMES[:2], "other", *NAMES[2:])]
    for name, of in [*((name, planted) for name in NAMES), ("other", other)]:
        facts, row = of["methods"][name], table.loc[BASELINE_NAMES.get(name, name)]
        expected = [100 * facts["hr"][part]["value"] for part in PARTS]
        expected += [100 * facts[measure]["all"]["value"] for measure in ("ndcg", "mrr")]
        expected.append(100 * facts["user_to_item"]["recall"]["all"]["value"])
        expected.append(100 * facts["category_consistency"]["all"]["value"])
        expected.append(facts["neighbour_popularity"]["value"])
        assert list(row) == pytest.approx(expected)
    for measure, part in (("hr", "all"), ("mrr", "tail")):
        app.button_group(key="board-measure").set_value(measure)
        app.button_group(key="board-part").set_value(part).run()
        assert not app.exception
        picture = json.loads(app.get("plotly_chart")[0].proto.spec)
        assert picture["layout"]["yaxis"]["title"]["text"].endswith("@20, %")
        heights = {trace["name"]: trace["y"][0] for trace in picture["data"]}
        assert heights["ALS 8d"] == pytest.approx(100 * planted["methods"]["ALS 8d"][measure][part]["value"])
        assert heights["other"] == pytest.approx(100 * other["methods"]["other"][measure][part]["value"])

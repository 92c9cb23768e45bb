"""What an evaluation found, on the page: the number of the measure, the part and the models that were chosen."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from figures.accuracy import seed_rows
from figures.claims import claim_card
from figures.differences import difference_sentence
from tests.figures.evaluation_reports import NAMES, PARTS, cell, claim, effect, report, told_apart


def drawn(planted: dict[str, Any]) -> AppTest:
    def script(planted, log):  # type: ignore[no-untyped-def]
        from widgets.evaluating import results

        results.claims(planted)
        results.accuracy(log, planted)
        results.two_models(planted)
        results.categories(planted)

    log = SimpleNamespace(digest="of the log", name="My islands")
    app = AppTest.from_function(script, kwargs={"planted": planted, "log": log}, default_timeout=60).run()
    assert not app.exception
    return app


def heights(app: AppTest, chart: str) -> list[list[float]]:
    (found,) = [one.proto for one in app.get("plotly_chart") if one.proto.alt == chart]
    return [trace["y"] for trace in json.loads(found.spec)["data"]]


def said(app: AppTest) -> str:
    return " ".join(one.value for kind in (app.markdown, app.caption, app.info) for one in kind)


@pytest.mark.parametrize(
    ("measure", "of", "title"),
    [("mrr", "query", "MRR"), ("ndcg", "target", "NDCG"), ("recall", None, "Recall for users"),
     ("user_ndcg", None, "NDCG for users")],
)  # fmt: skip
def test_chart_table_and_counts_are_of_the_chosen_measure(measure: str, of: str | None, title: str) -> None:
    planted = told_apart(report())
    app = drawn(planted)
    app.button_group(key="accuracy-measure").set_value(measure).run()
    if of is not None:
        app.button_group(key="accuracy-of").set_value(of).run()
    assert not app.exception
    assert (of is None) == all(one.key != "accuracy-of" for one in app.button_group)
    group = [
        {"mrr": facts["by_query"]["mrr"], "ndcg": facts["ndcg"], "recall": facts["user_to_item"]["recall"],
         "user_ndcg": facts["user_to_item"]["ndcg"]}[measure]
        for facts in (planted["methods"][name] for name in NAMES)
    ]  # fmt: skip
    values = [[100 * parts[part]["value"] for part in PARTS] for parts in group]
    assert heights(app, f"{title} by bucket") == [pytest.approx(own) for own in values]
    assert app.dataframe[0].value.iloc[:, 1::2].to_numpy().tolist() == [pytest.approx(own) for own in values]
    unit, drawn_over = ("cases", "sessions") if of else ("users", "users")
    counts = ", ".join(f"{part}: {group[0][part]['n']}" for part in PARTS)
    assert f"resampled over {drawn_over}. Of the {unit}: {counts}." in said(app)
    assert "**500 next-item cases**" in said(app)


def test_the_file_says_of_which_measure_and_k_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[str, bytes] = {}
    monkeypatch.setattr("streamlit.download_button", lambda _, data, name, *rest, **more: taken.update({name: data}))
    app = drawn(told_apart(report(k=20)))
    app.button_group(key="accuracy-measure").set_value("ndcg").run()
    table = pd.read_csv(io.BytesIO(taken["My-islands-accuracy.csv"]))
    assert (set(table["measure"]), set(table["k"])) == ({"NDCG"}, {20})
    assert table["tail, %"].tolist() == pytest.approx(app.dataframe[0].value["tail, %"].tolist())


def test_several_seeds_have_a_table_of_the_chosen_measure_and_one_alone_has_none() -> None:
    planted = told_apart(report())
    assert all("Seeds" not in one.value for one in drawn(planted).dataframe)
    planted["contestants"].append(planted["contestants"][0] | {"name": "random", "seed": 1})
    app = drawn(planted)
    app.button_group(key="accuracy-measure").set_value("ndcg").run()
    (table,) = [one.value for one in app.dataframe if "Seeds" in one.value]
    assert table.iloc[0].tolist() == seed_rows(planted, "ndcg")[1][0]


@pytest.mark.parametrize("measure", ["hr", "mrr"])
def test_two_models_are_told_the_way_round_they_were_chosen_and_never_one_with_itself(measure: str) -> None:
    planted = told_apart(report())
    app = drawn(planted)
    app.selectbox(key="difference-of").set_value("random").run()
    assert "Random" not in app.selectbox(key="difference-to").options
    app.selectbox(key="difference-to").set_value("item2vec 8d")
    app.button_group(key="difference-measure").set_value(measure).run()
    assert not app.exception
    kept = planted["differences"]["random"]["item2vec 8d"][measure]
    kept["all"] = cell(0.002, 0.01)  # where nobody is ahead, the sentence is on the first
    app.run()
    (own,) = heights(app, "Difference of two models by bucket")
    assert own == pytest.approx([100 * kept[part]["value"] for part in PARTS])
    assert difference_sentence(planted, "random", "item2vec 8d", measure) in said(app)


def test_at_first_a_model_is_compared_with_one_of_another_method() -> None:
    planted = report()
    first, item2vec = planted["contestants"]
    planted["contestants"] = [first, first | {"name": "random", "similarity": "dot"}, item2vec]
    planted["methods"] = {name: planted["methods"][name] for name in ("ALS 8d", "random", "item2vec 8d", "popularity")}
    app = drawn(planted)
    assert app.selectbox(key="difference-of").value == "ALS 8d"
    assert app.selectbox(key="difference-to").value == "item2vec 8d"


def test_every_claim_has_its_card() -> None:
    two = (effect(0.1, 0.02), effect(0.0, 0.2))
    told = [claim("popular items", "holds", *two), claim("middle", "cannot tell", *two)]
    app = drawn(report(claims=[*told, claim("short window", None)]))
    for one in told:
        assert claim_card(one, report()).found in said(app)
    badges = [one.value for one in app.markdown if "-badge[" in one.value]
    assert len(badges) == 3
    assert len([one for one in app.get("plotly_chart") if one.proto.alt.startswith("Effects behind")]) == 2


def test_without_a_category_that_is_said_in_place_of_the_chart() -> None:
    planted = report()
    assert "No item of this log has a category" not in said(drawn(planted))
    for facts in planted["methods"].values():
        facts["category_consistency"] = {"all": cell(None)}
    assert "No item of this log has a category" in said(drawn(planted))

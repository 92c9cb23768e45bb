"""The Evaluate page on logs of every shape: before it is asked, while it works, and what it shows afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from figures.text import minute
from interactions.split import Split
from studies.contest import Contestant
from studies.provider import RunNeeded
from studies.questions import MOST_CASES
from tests.pages.test_compare import SHAPES
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import jobs, logs, workers
from workspace.contestants import offered_contestants, usual_contestants, with_seeds
from workspace.evaluations import Asked, evaluate_log, kept_evaluations
from workspace.job_folders import Status, finish
from workspace.tunings import Sought, tuning_spec

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def kept(tmp_path: Path) -> logs.LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="Islands")


def page(digest: str) -> AppTest:
    def parts(digest: str) -> None:
        from widgets.evaluating import leaderboard, panels, results, sweep, tuning
        from workspace.logs import find_log

        log = find_log(digest)
        plan, report = panels.ask(log)
        if report is not None:
            panels.found(log, report)
            leaderboard.leaderboard(log, report)
            results.two_models(report)
            results.categories(report)
        sweep.window_sweep(log, plan)
        tuning.tuning(log, plan)

    return AppTest.from_function(parts, kwargs={"digest": digest}, default_timeout=120)


def small(name: str, method: str, **values: object) -> Contestant:
    params = METHODS[method].Params.checked({"dimensions": 4, "threads": 1, **values})
    return Contestant(name, RunNeeded(method, params, 0))


def pair() -> list[Contestant]:
    return [small("factors", "svd"), small("words", "item2vec"), small("near", "item2vec", time_window_minutes=60)]


def said(at: AppTest) -> str:
    return " ".join(one.value for kind in (at.markdown, at.caption, at.info, at.error) for one in kind)


def test_before_it_is_asked_there_is_one_button_and_the_usual_models(kept: logs.LogEntry) -> None:
    at = page(kept.digest).run()
    assert not at.exception
    assert [one.name for one in usual_contestants(has_times=True)] == at.multiselect[0].value
    button = next(one for one in at.button if one.key == "evaluate")
    assert not button.disabled
    assert "Trains 4 models" in said(at)
    at.multiselect[0].set_value([]).run()
    assert next(one for one in at.button if one.key == "evaluate").disabled
    assert "Choose at least one model" in said(at)


def test_the_button_asks_the_worker_for_just_what_was_chosen(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(jobs, "submit", lambda kind, spec, title: asked.append({"kind": kind, **spec}))
    at = page(kept.digest).run()
    at.multiselect[0].set_value(["item2vec 64d", "ALS 64d"])
    next(one for one in at.slider if one.label == "Train on the first").set_value(0.75)
    next(one for one in at.number_input if one.label == "Seeds").set_value(2)
    at.run()
    next(one for one in at.button if one.key == "evaluate").click().run()
    (spec,) = asked
    assert spec["kind"] == "evaluate"
    assert spec["log_digest"] == kept.digest
    assert spec["asked"]["split"] == 0.75  # type: ignore[index]
    assert [(one["name"], one["seed"]) for one in spec["contestants"]] == [  # type: ignore[attr-defined]
        ("item2vec 64d", 0),
        ("item2vec 64d, seed 1", 1),
        ("ALS 64d", 0),
        ("ALS 64d, seed 1", 1),
    ]


def test_an_evaluation_that_is_kept_is_shown_at_once_with_claims_table_and_leaderboard(kept: logs.LogEntry) -> None:
    evaluate_log(logs.open_log(kept.digest), Asked(), pair(), 10)
    at = page(kept.digest).run()
    assert not at.exception
    assert at.multiselect[0].value == ["factors", "words", "near"]  # as it was asked, so that it is found again
    assert "The claims, on this log" in [one.value for one in at.subheader]
    report = kept_evaluations(kept.digest)[0]
    assert len([claim for claim in report["claims"] if claim["outcome"] is not None]) == 3
    table = next(one.value for one in at.dataframe if "Model" in one.value and "head, %" in one.value)
    assert table["Model"].tolist() == ["factors", "words", "near", "Most popular", "Random", "Bought together"]
    assert table["all cases, %"][0] == pytest.approx(100 * report["methods"]["factors"]["hr"]["all"]["value"])
    board = next(one.value for one in at.dataframe if "HR all, %" in one.value)
    assert board["Model"].tolist() == table["Model"].tolist()


def test_several_seeds_and_any_order_are_found_again(kept: logs.LogEntry) -> None:
    evaluate_log(logs.open_log(kept.digest), Asked(split=0.8), with_seeds(pair()[1::-1], 2), 5)
    at = page(kept.digest).run()
    assert at.multiselect[0].value == ["words", "factors"]
    assert next(one for one in at.number_input if one.label == "Seeds").value == 2
    of_seeds = next(one.value for one in at.dataframe if "Seeds" in one.value)
    assert of_seeds["Model"].tolist() == ["words", "factors"]
    assert "The claims, on this log" in [one.value for one in at.subheader]


def test_a_claim_says_what_comes_of_it_with_other_models_and_folds_what_is_long(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)
    evaluate_log(log, Asked(), [*pair(), small("more", "als")], 10)
    at = page(kept.digest).run()
    assert sum(":small[With more:" in one.value for one in at.markdown) == 3, "a line on every card"
    assert not any("Holds in" in one.label for one in at.expander)
    evaluate_log(log, Asked(), with_seeds([*pair(), small("more", "als")], 3), 10)
    at = page(kept.digest).run()
    folded = [one for one in at.expander if one.label.startswith("Holds in")]
    assert len(folded) == 3
    assert all(one.label.endswith("of 3 other pairs of models") for one in folded)
    assert len([one for one in folded[0].markdown if "seed 2" in one.value]) == 1


@pytest.mark.parametrize(
    ("name", "seed", "dimensions"),
    [("als", 0, 64), ("als", 5, 64), ("ALS 64d", 0, 4)],
    ids=["a name of its own", "a seed of its own", "the name of another"],
)
def test_whoever_was_asked_last_is_found_again(kept: logs.LogEntry, name: str, seed: int, dimensions: int) -> None:
    """As the command line asks, where each has the name and all have the seed that were given there."""
    params = METHODS["als"].Params(dimensions=dimensions)
    asked = Contestant(name, RunNeeded("als", params, seed))
    evaluate_log(logs.open_log(kept.digest), Asked(seed=seed), [asked], 10)
    at = page(kept.digest).run()
    assert not at.exception
    assert at.multiselect[0].value == [name]
    assert "The claims, on this log" in [one.value for one in at.subheader]
    assert len(set(at.multiselect[0].options)) == len(at.multiselect[0].options)


def test_the_same_training_by_two_similarities_is_two_models_and_no_second_seed(kept: logs.LogEntry) -> None:
    factors = pair()[0]
    asked = [factors, replace(factors, name="by dot", similarity="dot")]
    evaluate_log(logs.open_log(kept.digest), Asked(), asked, 10)
    at = page(kept.digest).run()
    assert at.multiselect[0].value == ["factors", "by dot"]
    assert next(one for one in at.number_input if one.label == "Seeds").value == 1
    assert "The claims, on this log" in [one.value for one in at.subheader]


def test_an_evaluation_at_a_time_or_of_fewer_cases_is_asked_again_as_the_page_says(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logs.open_log(kept.digest)
    asked = Asked(at=log.time_at(0.6), split=0.8, pairs="one pair a session", cases=30, users=70, seed=3)
    evaluate_log(log, asked, pair()[:1], 4)
    found: list[dict[str, object]] = []
    monkeypatch.setattr(jobs, "submit", lambda kind, spec, title: found.append(dict(spec)))
    at = page(kept.digest).run()
    cut = Split.of(log, 0.8).at
    assert cut is not None
    assert f"before {minute(cut)}, asked" in said(at)
    next(one for one in at.button if one.key == "evaluate").click().run()
    assert found[0]["asked"] == asked.model_copy(update={"at": None, "cases": MOST_CASES}).model_dump()
    assert found[0]["k"] == 10  # a list of 4 is none of the choices
    next(one for one in at.button_group if one.label == "How long lists are (k)").set_value(20)
    next(one for one in at.button_group if one.label == "Next-item pairs").set_value("every pair")
    at.run()
    next(one for one in at.button if one.key == "evaluate").click().run()
    assert (found[1]["k"], found[1]["asked"]["pairs"]) == (20, "every pair")  # type: ignore[index]


def test_the_leaderboard_holds_the_models_of_other_evaluations_that_were_asked_the_same(kept: logs.LogEntry) -> None:
    log = logs.open_log(kept.digest)
    evaluate_log(log, Asked(), [small("wide", "svd", dimensions=8)], 10)
    evaluate_log(log, Asked(split=0.7), [small("elsewhere", "svd", dimensions=6)], 10)
    evaluate_log(log, Asked(), pair()[:1], 10)
    board = next(one.value for one in page(kept.digest).run().dataframe if "HR all, %" in one.value)
    assert board["Model"].tolist() == ["factors", "wide", "Most popular", "Random", "Bought together"]


def test_a_cut_within_a_day_is_told_to_the_minute(tmp_path: Path) -> None:
    path = tmp_path / "hour.csv"
    rows = [f"u{n % 9},i{n % 7},2024-01-01T10:{n // 4:02d}:00" for n in range(200)]
    path.write_text("\n".join(["user,item,time", *rows]), encoding="utf-8")
    at = page(logs.import_log(logs.keep_original(path, path.name), name="hour").digest).run()
    assert not at.exception
    assert "Trained on what came before 2024-01-01 10:45 UTC, asked about" in said(at)


def test_where_nothing_can_be_asked_the_page_says_why_instead_of_drawing_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    early = [f"u{n % 20},i{n % 10},{n + 1}" for n in range(400)]
    late = [f"u{n % 20},new{n % 10},{5000 + n}" for n in range(100)]
    path.write_text("\n".join(["user,item,time", *early, *late]), encoding="utf-8")
    kept = logs.import_log(logs.keep_original(path, path.name), name="new")
    evaluate_log(logs.open_log(kept.digest), Asked(split=0.8), pair()[:2], 10)
    at = page(kept.digest).run()
    assert not at.exception
    assert "No next item can be asked about" in said(at)
    assert not [one for one in at.dataframe if "head, %" in one.value]
    board = next(one.value for one in at.dataframe if "HR all, %" in one.value)
    assert board["HR all, %"].isna().all()


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_work_that_did_not_come_to_its_end_says_that_it_goes_on_where_it_was(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    monkeypatch.setattr(jobs, "ensure_workers", lambda: None)
    at = page(kept.digest).run()
    next(one for one in at.button if one.key == "evaluate").click().run()
    assert "What was finished is kept" not in said(at)
    finish(jobs.list_jobs()[0].id, status, error="A reason.")
    assert "What was finished is kept: it goes on where it was." in said(at.run())


def test_the_page_shows_how_far_the_work_is_why_it_failed_and_then_the_answer(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for

    def pressed(at: AppTest) -> jobs.Job:
        at.button(key="evaluate").click().run()
        assert all(one.key != "evaluate" for one in at.button)
        return jobs.list_jobs()[0]

    log = logs.open_log(kept.digest)
    evaluate_log(log, Asked(), pair()[:1], 10)
    at = page(kept.digest).run()
    next(one for one in at.button_group if one.label == "How long lists are (k)").set_value(20).run()
    job = pressed(at)
    assert any(one.key == f"cancel-{job.id}" for one in at.button)
    at.button(key=f"cancel-{job.id}").click().run()
    assert "was cancelled" in said(at.run())
    at.button(key=f"dismiss-{job.id}").click().run()
    job = pressed(at)
    finish(job.id, "failed", error="The disk was full.")
    assert "The disk was full" in said(at.run())
    at.button(key=f"dismiss-{job.id}").click().run()
    job = pressed(at)
    report = evaluate_log(log, Asked(), pair()[:1], 20)
    finish(job.id, "done", result={})
    at.run()
    table = next(one.value for one in at.dataframe if "all cases, %" in one.value)
    assert table["all cases, %"][0] == pytest.approx(100 * report["methods"]["factors"]["hr"]["all"]["value"])


def test_what_was_made_and_is_damaged_by_now_can_be_asked_for_again(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ensure", lambda lane: None)
    at = page(kept.digest).run()
    at.multiselect[0].set_value(["SVD 64d"]).run()
    at.button(key="evaluate").click().run()
    finish(jobs.list_jobs()[0].id, "done", result={})  # and no report is there
    assert not at.run().button(key="evaluate").disabled


def test_the_whole_page_has_tabs_of_what_was_found_once_it_was_asked(kept: logs.LogEntry) -> None:
    def opened() -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
        app.switch_page("pages/evaluate.py").run()
        app.button(key=f"go-on-{kept.digest}").click().run()
        assert not app.exception
        assert [title.value for title in app.title] == ["Evaluate"]
        return app

    before = opened()
    assert [one.label for one in before.tabs] == ["Window sweep", "Tuning"]
    assert [one.value for one in before.subheader] == []
    evaluate_log(logs.open_log(kept.digest), Asked(), pair()[:1], 10)
    after = opened()
    assert [one.label for one in after.tabs] == ["Leaderboard", "Two models", "Categories", "Window sweep", "Tuning"]
    assert [one.value for one in after.subheader] == ["The claims, on this log", "How often models are right"]
    assert any("HR all, %" in one.value for one in after.dataframe)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_log_makes_the_page_fall_over(shape: str, tmp_path: Path) -> None:
    lines, _ = SHAPES[shape]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(lines(np.random.default_rng(0))), encoding="utf-8")
    kept = logs.import_log(logs.keep_original(path, path.name), name="odd")
    assert not page(kept.digest).run().exception
    contestants = [small("factors", "svd")] if shape == "two items" else pair()[: 3 if kept.first else 2]
    for pairs in ("every pair", "one pair a session"):
        evaluate_log(logs.open_log(kept.digest), Asked(split=0.7, pairs=pairs), contestants, 5)
        at = page(kept.digest).run()
        assert not at.exception
        assert at.dataframe


def test_offered_models_are_each_once_under_names_of_their_own(kept: logs.LogEntry) -> None:
    offered = offered_contestants(kept)
    assert len({one.name for one in offered}) == len(offered)
    assert len({(repr(one.needed), one.similarity) for one in offered}) == len(offered)
    assert {one.needed.method for one in offered} == set(METHODS)
    assert [one.name for one in with_seeds(offered[:1], 3)] == ["ALS 64d", "ALS 64d, seed 1", "ALS 64d, seed 2"]


def test_steps_of_a_ladder_can_be_asked_and_second_seeds_cannot(kept: logs.LogEntry) -> None:
    for name in ("Ladder: PPMI 8d", "PPMI 8d, seed 1"):
        seed = int(name.endswith("seed 1"))
        train_here(kept, "cooccurrence_svd", seed=seed, name=name)
    names = [one.name for one in offered_contestants(kept)]
    assert "Ladder: PPMI 8d" in names
    assert "PPMI 8d, seed 1" not in names


def details(digest: str) -> AppTest:
    def parts(digest: str) -> None:
        from widgets.evaluating import panels
        from workspace.logs import find_log

        log = find_log(digest)
        panels.details(log, *panels.ask(log))

    return AppTest.from_function(parts, kwargs={"digest": digest}, default_timeout=120)


def test_a_page_that_is_opened_anew_shows_what_is_under_way(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "How wide should item2vec's window be?" in said(details(kept.digest).run())
    monkeypatch.setattr(jobs, "ensure_workers", lambda: None)
    spec = tuning_spec(kept.digest, Asked(), ["als", "item2vec"], Sought())
    job = jobs.submit("tune", spec, "Tuning")
    elsewhere = jobs.submit("sweep", {"log_digest": "another log"}, "Window sweep")
    assert job.active
    assert elsewhere.active
    at = details(kept.digest).run()
    assert "What can each method do at its best?" in said(at)
    assert "How wide" not in said(at)
    jobs.cancel(job.id)
    assert "What can each method do at its best?" in said(at.run()), "where it was when the work ends"

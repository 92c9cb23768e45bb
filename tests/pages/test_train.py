"""The chosen method's form on the Train page: columns of the log, and what a training is expected to take."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from embedders.base import no_progress
from tests.dummies import Sided
from tests.planted import two_islands
from tests.workspace.helpers import write_csv
from widgets import training
from workspace import estimates, logs, workers
from workspace.job_folders import finish, queue_lock
from workspace.jobs import list_jobs
from workspace.tasks import train_task


@pytest.fixture
def kept(tmp_path: Path) -> logs.LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    items = tmp_path / "items.csv"
    names = sorted(set(pd.read_csv(path)["item"]))
    pd.DataFrame({"item": names, "brand": [name[1] for name in names]}).to_csv(items, index=False)
    return logs.import_log(
        logs.keep_original(path, path.name), name="Islands", items_path=logs.keep_original(items, items.name)
    )


def form(digest: str, method: str) -> AppTest:
    def page(digest: str, method: str) -> None:
        from embedders import METHODS
        from tests.dummies import Sided
        from widgets import training
        from workspace.logs import find_log

        training.method_form(find_log(digest), METHODS.get(method, Sided()))

    return AppTest.from_function(page, kwargs={"digest": digest, "method": method}, default_timeout=60).run()


def test_the_cards_are_those_of_one_family_and_one_of_them_is_chosen(kept: logs.LogEntry) -> None:
    def page() -> None:
        import streamlit as st

        from widgets import training

        st.markdown(training.method_cards().name)

    app = AppTest.from_function(page, default_timeout=60).run()
    for family in ("graph", "sequences"):
        app.segmented_control(key="family-of-methods").set_value(family).run()
        shown = [name for name, method in METHODS.items() if method.family == family]
        assert [button.key for button in app.button] == [f"choose-{name}" for name in shown]
        assert app.markdown[-1].value == shown[0]
    app.button(key="choose-user2vec").click().run()
    assert app.markdown[-1].value == "user2vec"
    assert not app.exception


def test_once_both_are_trained_with_defaults_the_box_offers_their_comparison(kept: logs.LogEntry) -> None:
    def page(digest: str) -> None:
        from widgets import training
        from workspace.logs import find_log

        training.both_with_defaults(find_log(digest))

    app = AppTest.from_function(page, kwargs={"digest": kept.digest}, default_timeout=60)
    for method, params in (("als", {}), ("item2vec", {"epochs": 1}), ("item2vec", {})):
        assert [button.label for button in app.run().button] == ["Train MF and item2vec with good defaults"]
        train_task({"log_digest": kept.digest, "method": method, "params": params, "seed": 0}, no_progress)
    assert [button.label for button in app.run().button] == ["Compare MF and item2vec"]


def test_what_the_button_of_both_started_stands_under_it_and_nothing_else_does(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(digest: str) -> None:
        from widgets import training
        from workspace.logs import find_log

        training.both_with_defaults(find_log(digest))

    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for
    training.start(kept, METHODS["als"], {"dimensions": 8}, seed=0)
    app = AppTest.from_function(page, kwargs={"digest": kept.digest}, default_timeout=60).run()
    (both,) = app.button
    both.click().run()
    pair = {job.id: job for job in list_jobs() if job.spec["params"]["dimensions"] == 64}
    assert {job.spec["method"] for job in pair.values()} == {"als", "item2vec"}
    assert {button.key for button in app.button} == {both.key, *(f"cancel-pair-{job}" for job in pair)}
    failed = next(iter(pair))
    with queue_lock():
        finish(failed, "failed", error="It was too large.")
    assert "It was too large" in app.run().error[0].value
    assert f"dismiss-pair-{failed}" in {button.key for button in app.button}
    assert not app.exception


@pytest.mark.parametrize("method", METHODS)
def test_every_method_says_what_it_is_expected_to_take(kept: logs.LogEntry, method: str) -> None:
    app = form(kept.digest, method)
    assert not app.exception
    own = METHODS[method]
    found = estimates.expected(own, kept.size, own.Params())
    (said,) = [caption for caption in app.caption if caption.value == estimates.sentence(found)]
    assert "two processors" in said.help
    assert not app.warning


def test_the_estimate_follows_the_form(kept: logs.LogEntry) -> None:
    app = form(kept.digest, "item2vec")
    app.number_input(key="param-item2vec-epochs").set_value(1000)
    app.number_input(key="param-item2vec-dimensions").set_value(1024)
    app.run()
    values = METHODS["item2vec"].Params(epochs=1000, dimensions=1024)
    found = estimates.expected(METHODS["item2vec"], kept.size, values)
    assert found.seconds > 10
    assert estimates.sentence(found) in [caption.value for caption in app.caption]


@pytest.mark.parametrize("method", METHODS)
def test_the_form_says_which_methods_repeat_on_one_thread_alone(kept: logs.LogEntry, method: str) -> None:
    app = form(kept.digest, method)

    def is_said(app: AppTest) -> bool:
        return any("Set threads to 1 under More settings" in caption.value for caption in app.caption)

    assert is_said(app) == (not METHODS[method].repeats_on_threads)
    if is_said(app):
        app.number_input(key=f"param-{method}-threads").set_value(1).run()
        assert not is_said(app)


def test_too_little_memory_is_said_before_the_start(kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "free_memory", lambda: 1e6)
    (warning,) = form(kept.digest, "als").warning
    assert "are free on this machine" in warning.value


def test_values_that_do_not_hold_have_no_estimate_and_are_refused_on_the_click(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.training.parameter_form", lambda method, columns_in: {"dimensions": 1})
    app = form(kept.digest, "sided")
    assert not app.exception
    assert not app.caption
    app.button(key="train-sided").click().run()
    assert "too small" in app.error[0].value
    assert list_jobs() == []


def wants_ratings(app: AppTest) -> bool:
    """Whether the form says that the log has no ratings to learn from, and does not start then."""
    said = [note.value for note in app.info if "learns from ratings, and this log has none" in note.value]
    button = next(button for button in app.button if str(button.key).startswith("train-"))
    assert button.disabled == bool(said)
    return bool(said)


def test_a_log_without_ratings_is_told_beside_the_button_of_what_needs_them(
    kept: logs.LogEntry, tmp_path: Path
) -> None:
    assert wants_ratings(form(kept.digest, "biased_mf"))
    svd = form(kept.digest, "svd")
    assert not wants_ratings(svd)
    svd.selectbox(key="param-svd-weights").set_value("centred").run()
    assert wants_ratings(svd)
    path = tmp_path / "rated.csv"
    path.write_text("user,item,rating\na,x,1\na,y,5\nb,x,4\n", encoding="utf-8")
    rated = logs.import_log(logs.keep_original(path, path.name), name="Rated")
    assert not wants_ratings(form(rated.digest, "biased_mf"))


def test_the_columns_of_the_log_are_offered(kept: logs.LogEntry) -> None:
    app = form(kept.digest, "sided")
    items, users = app.multiselect
    assert items.options == ["title", "category", "brand"]
    assert users.disabled
    items.set_value(["brand"]).run()
    assert not app.exception
    found = estimates.expected(Sided(), kept.size, Sided.Params(item_columns=("brand",)))
    assert estimates.sentence(found) in [caption.value for caption in app.caption]

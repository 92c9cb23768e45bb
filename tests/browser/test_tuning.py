"""Tuning as a person does it: two methods, stopped and gone on with, and the best parameters read back on the form."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from embedders import METHODS
from studies.trials import best_trials
from tests.app_server import AppServer
from tests.browser.steps import PATIENCE, choose, go, open_tiny, settle
from workspace.logs import list_logs
from workspace.runs import list_runs
from workspace.tunings import kept_tunings, tuned_params

pytestmark = pytest.mark.browser


def open_tab(page: Page) -> None:
    go(page, "Evaluate")
    settle(page)
    page.get_by_role("tab", name="Tuning").click()
    expect(page.get_by_role("spinbutton", name="Trials of each")).to_be_visible(timeout=PATIENCE)
    settle(page)


def set_trials(page: Page, number: int) -> None:
    box = page.get_by_role("spinbutton", name="Trials of each")
    box.fill(str(number))
    box.press("Enter")
    settle(page)


def tuned(page: Page, button: str, budget: int) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(f"of {budget} · ")).to_have_count(2, timeout=PATIENCE)
    settle(page)


def test_two_methods_are_tuned_and_the_best_parameters_stand_on_the_train_page(
    page: Page, app_server: AppServer
) -> None:
    open_tiny(page, app_server)
    open_tab(page)
    set_trials(page, 4)
    tuned(page, "Tune", 4)
    expect(page.get_by_test_id("stPlotlyChart").filter(has_text="trial (1 = the defaults)")).to_be_visible()
    set_trials(page, 8)
    tuned(page, "Go on", 8)
    (log,) = list_logs()
    tunings = {one.method: one for one in kept_tunings(log.digest)}
    assert {method: len(one.trials) for method, one in tunings.items()} == {"als": 8, "item2vec": 8}
    (best,) = best_trials(tunings["als"].trials, "hr")
    params = tuned_params("als", best)
    assert params != METHODS["als"].Params()
    page.locator(f".st-key-use-als-{best.number} button").click()
    expect(page.get_by_role("heading", name="Train", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("The form of Implicit ALS has the tuned parameters")).to_be_visible()
    settle(page)
    expect(page.get_by_role("combobox", name="Weights")).to_have_value(str(params.model_dump()["weights"]))
    for name in ("alpha", "regularisation", "iterations"):
        box = page.get_by_role("spinbutton", name=name.capitalize())
        assert float(box.input_value()) == pytest.approx(params.model_dump()[name])
    page.get_by_role("button", name="Train Implicit ALS").click()
    expect(page.get_by_text("ALS 64d", exact=True).first).to_be_visible(timeout=PATIENCE)
    assert list_runs()[0].params == params.model_dump(mode="json")


def test_a_tuning_is_stopped_and_a_front_is_asked_for(page: Page, app_server: AppServer) -> None:
    open_tiny(page, app_server)
    open_tab(page)
    choose(page, "What is looked for", "Often right without popular items (HR@10 and popularity)")
    set_trials(page, 200)
    page.get_by_role("button", name="Tune", exact=True).click()
    expect(page.get_by_test_id("stPlotlyChart").filter(has_text="popularity quantile")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on", exact=True)).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("button", name="Evaluate beside the defaults").first).to_be_visible()
    expect(page.get_by_text("of 400 trials are there")).to_be_visible()

"""A well-known set on the start page: what is said of it, and what the button leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedders.base import no_progress
from tests.publisher import Publisher, movielens_1m, published
from workspace import jobs
from workspace.job_folders import create_job, finish
from workspace.known_sets import KNOWN_SETS
from workspace.tasks import known_task

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are asked for, and nobody does them."""
    monkeypatch.setattr(jobs, "submit", create_job)
    monkeypatch.setattr(jobs, "ensure_workers", lambda: None)


@pytest.fixture
def app() -> AppTest:
    """The part of the page that fetches, and the name of the open log."""

    def page() -> None:
        import streamlit as st

        from widgets import session
        from widgets.logs import importing, known_sets

        importing.finish()
        importing.show()
        entry = session.current_log()
        st.title("Nothing" if entry is None else entry.name)
        known_sets.fetch_known()

    return AppTest.from_function(page, default_timeout=60).run()


def test_each_set_is_offered_with_its_counts_its_source_and_its_terms() -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    (box,) = [box for box in app.expander if box.label == "Or fetch a well-known set"]
    assert not box.proto.expanded
    assert [button.label for button in box.button] == ["Fetch and open"]
    for known in KNOWN_SETS.values():
        app.selectbox(key="known-set").set_value(known.name).run()
        said = " ".join(element.value for element in [*app.markdown, *app.caption])
        assert f"{known.rows:,} rows" in said
        assert f"{known.size / 1e6:.1f} MB to download" in said
        assert f"({known.page})" in said
        assert f"({known.terms_page})" in said
    assert app.selectbox(key="known-set").options == [known.title for known in KNOWN_SETS.values()]
    assert not app.exception
    assert jobs.list_jobs() == []


def test_the_button_fetches_the_set_and_its_log_opens(
    app: AppTest, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(publisher, monkeypatch, "movielens-1m", movielens_1m())
    app.selectbox(key="known-set").set_value("movielens-1m").run()
    app.button(key="fetch-known").click().run()
    (job,) = jobs.list_jobs()
    assert (job.kind, job.spec, job.title) == ("known", {"name": "movielens-1m"}, "Fetching MovieLens 1M")
    assert f"cancel-{job.id}" in [button.key for button in app.button]
    finish(job.id, "done", result=dict(known_task(job.spec, no_progress)))
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == ["MovieLens 1M"]


def test_a_set_that_cannot_be_had_says_why(app: AppTest) -> None:
    app.button(key="fetch-known").click().run()
    (job,) = jobs.list_jobs()
    finish(job.id, "failed", error="It cannot be reached: try again.")
    app.run()
    assert app.error[0].value == r"It cannot be reached\: try again\."
    assert [title.value for title in app.title] == ["Nothing"]

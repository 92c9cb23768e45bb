"""Which two runs the Compare page starts with, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedders.base import no_progress
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import export, logs, runs
from workspace.logs import LogEntry
from workspace.tasks import vectors_task


@pytest.fixture
def kept(tmp_path: Path) -> LogEntry:
    return keep(write_csv(two_islands(), tmp_path / "islands.csv"))


def keep(path: Path) -> LogEntry:
    return logs.import_log(logs.keep_original(path, path.name), name=path.stem)


def bar(digest: str) -> AppTest:
    def page(digest: str) -> None:
        import streamlit as st

        from widgets.pickers import run_pair
        from workspace.logs import find_log

        choice = run_pair(find_log(digest))
        st.markdown(" | ".join((choice.a.name, choice.similarity_a, choice.b.name, choice.similarity_b)))

    return AppTest.from_function(page, kwargs={"digest": digest}, default_timeout=60)


def test_the_newest_matrix_factorisation_stands_beside_the_newest_item2vec(kept: LogEntry) -> None:
    for method, name in (("item2vec", "words"), ("als", "old factors"), ("svd", "factors")):
        train_here(kept, method, name=name)
    assert bar(kept.digest).run().markdown[0].value == "factors | cosine | words | cosine"


def test_an_only_run_stands_beside_itself_by_the_other_similarity(kept: LogEntry) -> None:
    train_here(kept, "svd", name="factors")
    assert bar(kept.digest).run().markdown[0].value == "factors | cosine | factors | dot"


def test_imported_vectors_stand_beside_the_newest_matrix_factorisation(kept: LogEntry, tmp_path: Path) -> None:
    factors = train_here(kept, "svd", name="factors")
    export.write_vectors_csv(runs.open_run(factors), tmp_path / "elsewhere.csv")
    vectors_task({"log_digest": kept.digest, "vectors": str(tmp_path / "elsewhere.csv")}, no_progress)
    assert bar(kept.digest).run().markdown[0].value == "factors | cosine | elsewhere | cosine"
    train_here(kept, "item2vec", name="words")
    assert bar(kept.digest).run().markdown[0].value == "factors | cosine | words | cosine"


def test_swap_turns_runs_and_similarities_around(kept: LogEntry) -> None:
    train_here(kept, "svd", name="factors")
    app = bar(kept.digest).run()
    app.button(key="swap").click().run()
    assert app.markdown[0].value == "factors | dot | factors | cosine"


def test_a_run_deleted_elsewhere_is_replaced_with_a_word(kept: LogEntry) -> None:
    train_here(kept, "item2vec", name="words")
    train_here(kept, "als", name="old factors")
    newest = train_here(kept, "svd", name="factors")
    app = bar(kept.digest).run()
    assert not app.toast
    runs.delete_run(newest.key)
    app.run()
    assert app.markdown[0].value == "old factors | cosine | words | cosine"
    assert "was deleted" in app.toast[0].value


def test_another_log_starts_with_its_own_pair_without_a_word(kept: LogEntry, tmp_path: Path) -> None:
    train_here(kept, "svd", name="factors")
    other = keep(write_csv(two_islands(users=30), tmp_path / "more.csv"))
    train_here(other, "als", name="other factors")
    app = bar(kept.digest).run()
    again = bar(other.digest)
    again.session_state["run-a"] = app.session_state["run-a"]
    again.session_state["_pair_of"] = kept.digest
    again.run()
    assert again.markdown[0].value.startswith("other factors | ")
    assert not again.toast


def test_runs_that_a_study_had_trained_do_not_stand_first(kept: LogEntry) -> None:
    train_here(kept, "svd", name="factors")
    train_here(kept, "item2vec", name="words")
    train_here(kept, "als", name="Ladder: Implicit ALS 8d")
    train_here(kept, "item2vec", seed=1, name="words, seed 1")
    assert bar(kept.digest).run().markdown[0].value == "factors | cosine | words | cosine"

"""All parts of the Compare page on logs of every shape: none of them falls over."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from embedders.base import no_progress
from tests.workspace.helpers import train_here
from widgets.comparing.map_settings import COLOURINGS
from workspace import jobs, logs, workers
from workspace.job_folders import finish, queue_lock
from workspace.runs import RunEntry
from workspace.tasks import TASKS


def plain_ids(random: np.random.Generator) -> Iterator[str]:
    """Numbers alone: no title, no category, no time."""
    yield "user,item"
    yield from (f"{random.integers(60)},{min(int(random.zipf(1.3)), 90)}" for _ in range(1500))


def one_category(random: np.random.Generator) -> Iterator[str]:
    yield "user,item,time,title,category"
    yield from (f"{random.integers(40)},{random.integers(60)},{random.integers(10**9)},same,all" for _ in range(900))


def uniform_popularity(random: np.random.Generator) -> Iterator[str]:
    yield "user,item"
    yield from (f"u{user},i{item}" for user in range(12) for item in range(15))


def two_items(random: np.random.Generator) -> Iterator[str]:
    yield "user,item"
    yield from (f"u{user},i{user % 2}" for user in range(6))


def hostile_texts(random: np.random.Generator) -> Iterator[str]:
    yield "user,item,category"
    texts = ("a&b", "=1+1", "x" * 300, "名前", "1e5", "<img src=x onerror=alert(1)>", "$x$ **a** :red[b]")
    kinds = ("", " ", "A|B", "<i>")
    for row in range(1500):
        yield f"{random.integers(100)},{texts[random.integers(7)]}{random.integers(9)},{kinds[row % 4]}"


SHAPES: dict[str, tuple[Callable[[np.random.Generator], Iterator[str]], tuple[str, str]]] = {
    "numbers alone": (plain_ids, ("als", "item2vec")),
    "one category": (one_category, ("svd", "item2vec")),
    "uniform popularity": (uniform_popularity, ("als", "svd")),
    "two items": (two_items, ("als", "bpr")),
    "hostile texts": (hostile_texts, ("svd", "item2vec")),
}


def page(a: RunEntry, b: RunEntry, k: int) -> AppTest:
    """The page with all its tabs open."""

    def parts(a: str, b: str, k: int) -> None:
        from widgets.comparing import panels
        from widgets.comparing.agreement import agreement
        from widgets.comparing.all_runs import all_runs
        from widgets.comparing.attribution import why_they_differ
        from widgets.comparing.evidence import load
        from widgets.comparing.popularity import popularity_bias
        from widgets.pickers import Choice
        from workspace.logs import find_log
        from workspace.runs import find_run

        run_a, run_b = find_run(a), find_run(b)
        evidence = load(find_log(run_a.log_digest), Choice(run_a, run_b, "dot", "cosine", k))
        for part in (panels.findings, panels.around_item, popularity_bias, agreement, why_they_differ, all_runs):
            part(evidence)

    return AppTest.from_function(parts, kwargs={"a": a.key, "b": b.key, "k": k}, default_timeout=120)


@pytest.mark.parametrize("k", [1, 100])
@pytest.mark.parametrize("shape", list(SHAPES))
def test_every_part_is_drawn(shape: str, k: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for is done here
    st.cache_resource.clear()  # runs of another test may have the same keys
    rows, methods = SHAPES[shape]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(rows(np.random.default_rng(0))), encoding="utf-8")
    log = logs.import_log(logs.keep_original(path, path.name), name=shape)
    app = page(train_here(log, methods[0]), train_here(log, methods[1]), k)
    for _ in range(4):
        app.run()
        assert not app.exception
        wanted = jobs.list_jobs(active_only=True)
        if not wanted:
            break
        for job in wanted:
            result = TASKS[job.kind](job.spec, no_progress)
            with queue_lock():
                finish(job.id, "done", result=result)
    assert not wanted
    assert not app.error
    assert {"company", "neighbours", "map", "popularity", "agreement"} <= {job.kind for job in jobs.list_jobs()}
    for colour, drawing in zip(COLOURINGS, itertools.cycle(("3-D", "plain", "linked")), strict=False):
        app.session_state["map-drawing"], app.session_state["colour"] = drawing, colour
        app.session_state["map-layout"] = "PCA"
        app.run()
        assert not app.exception

"""The tab on popularity bias: what stands there at once, and what when the work behind it is done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.planted import make_log, two_islands
from tests.workspace.helpers import train_here, write_csv
from tests.workspace.test_results import planted_run
from workspace import jobs, logs, results, workers
from workspace.logs import LogEntry
from workspace.runs import find_run

HEADINGS = [
    "**How popular are an item's neighbours?**",
    "**Who fills the neighbour lists?**",
    "**Cosine or dot product: how popular are the neighbours?**",
    "**Cosine or dot product: how many places go to the head?**",
    "**Do a few items stand in many lists?**",
    "**Are popular items longer vectors?**",
]
OF_USERS = [
    "**How popular is what users get?**",
    "**How much of it is off the beaten track?**",
    "**Does it lean further than the users do?**",
    "**Who fills the lists of users?**",
]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogEntry:
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # nobody works: what waits goes on waiting
    path = write_csv(two_islands(skew=1.0), tmp_path / "islands.csv")
    return logs.import_log(logs.keep_original(path, path.name), name="islands")


def tab(digest: str, a: str, b: str, similarity_b: str = "cosine") -> AppTest:
    def page(digest: str, a: str, b: str, similarity_b: str) -> None:
        from typing import cast

        from widgets.comparing.evidence import load
        from widgets.comparing.popularity import popularity_bias
        from widgets.pickers import Choice, Similarity
        from workspace.logs import find_log
        from workspace.runs import find_run

        choice = Choice(find_run(a), find_run(b), "cosine", cast(Similarity, similarity_b), 3)
        popularity_bias(load(find_log(digest), choice))

    given = {"digest": digest, "a": a, "b": b, "similarity_b": similarity_b}
    return AppTest.from_function(page, kwargs=given, default_timeout=60)


def texts(app: AppTest) -> list[str]:
    assert not app.exception
    return [one.value for one in app.markdown]


def headings(app: AppTest) -> list[str]:
    return [text for text in texts(app) if text.endswith("?**") and text.startswith("**")]


def columns(app: AppTest, table: int) -> list[str]:
    return [name.replace("\\", "") for name in app.table[table].value.columns[1:]]


def test_while_work_waits_all_else_stands_there(kept: LogEntry) -> None:
    a, b = train_here(kept, "als", name="factors"), train_here(kept, "item2vec", name="words")
    for run in (a, b):
        results.make_neighbours(run, "cosine")
    app = tab(kept.digest, a.key, b.key).run()
    assert headings(app) == HEADINGS
    (job,) = jobs.list_jobs(active_only=True)
    assert (job.kind, job.spec["a"], job.spec["b"], job.spec["k"]) == ("popularity", a.key, b.key, 3)
    assert {(key, similarity) for key, similarity in job.spec["others"]} == {(a.key, "dot"), (b.key, "dot")}
    assert not any("By dot product neighbours stand" in text for text in texts(app))
    assert columns(app, 0) == ["A: factors", "B: words"]


def test_when_the_work_is_done_every_question_has_its_sentence(kept: LogEntry) -> None:
    a, b = train_here(kept, "als", name="factors"), train_here(kept, "item2vec", name="words")
    for run in (a, b):
        for similarity in ("cosine", "dot"):
            results.make_leaning(run, similarity, 3)
        results.make_recommendations(run, 3)
    results.make_baselines(a, b, 3)
    app = tab(kept.digest, a.key, b.key).run()
    assert headings(app) == HEADINGS + OF_USERS
    assert not jobs.list_jobs()
    said = texts(app)
    for heading in headings(app):
        sentence = said[said.index(heading) + 1]
        assert "factors" in sentence
        assert "words" in sentence
    assert any("words knows no users" in caption.value for caption in app.caption)
    assert columns(app, 0) == ["A: factors", "B: words", "random", "most popular"]
    assert columns(app, 1) == ["A: factors", "B: words", "random", "most popular", "users' own choice"]
    app.toggle(key="popularity-by-bucket").set_value(True).run()
    rows = app.table[0].value.iloc[:, 0].tolist()
    assert [row.rpartition(", ")[2] for row in rows[:4]] == ["all", "head", "mid", "tail"]


def test_a_run_beside_itself_stands_there_once(kept: LogEntry) -> None:
    run = train_here(kept, "als", name="factors")
    for similarity in ("cosine", "dot"):
        results.make_neighbours(run, similarity)
    results.make_recommendations(run, 3)
    results.make_baselines(run, run, 3)
    app = tab(kept.digest, run.key, run.key, "dot").run()
    assert headings(app) == HEADINGS + OF_USERS
    said = texts(app)
    assert said[said.index(HEADINGS[2]) + 1].count("factors") == 1
    assert columns(app, 1) == ["A: factors", "random", "most popular", "users' own choice"]
    assert not jobs.list_jobs()


def test_without_its_log_a_sentence_says_why_there_are_no_recommendations(kept: LogEntry) -> None:
    folder = train_here(kept, "als", name="factors").path
    facts = folder / "run.json"
    facts.write_text(facts.read_text(encoding="utf-8").replace(kept.digest, "f" * 64), encoding="utf-8")
    for similarity in ("cosine", "dot"):
        results.make_neighbours(find_run(folder), similarity)
    app = tab(kept.digest, str(folder), str(folder), "dot").run()
    assert headings(app) == HEADINGS
    assert "not kept" in app.info[0].value


@pytest.mark.parametrize(
    "vectors", [[[1.0, 0.0], [0.5, 1.0], [0.0, 0.0]], [[0.0, 0.0]] * 2 + [[1.0, 1.0]], [[0.0, 0.0]] * 3]
)
def test_what_cannot_be_had_in_a_tiny_log_is_a_dash(kept: LogEntry, tmp_path: Path, vectors: list[list[float]]) -> None:
    path = write_csv(make_log(["u", "u", "v", "w"], ["a", "b", "a", "c"]), tmp_path / "tiny.csv")
    tiny = logs.import_log(logs.keep_original(path, path.name), name="tiny")
    whole, part = (
        planted_run(np.array(rows), ["a", "b", "c"], tiny.digest, seed)
        for seed, rows in enumerate([[[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], vectors])
    )
    for run, other in ((whole, part), (part, whole)):
        results.make_neighbours(run, "cosine")
        results.make_neighbours(run, "cosine", other)
    results.make_popularity_bias(whole, part, 3, [(whole, "dot"), (part, "dot")])
    app = tab(tiny.digest, whole.key, part.key).run()
    assert not jobs.list_jobs()
    assert headings(app) == HEADINGS + OF_USERS
    assert "–" in app.table[0].value.iloc[:, 2].tolist()
    assert not any("nan" in text.lower() or "None" in text for text in texts(app))

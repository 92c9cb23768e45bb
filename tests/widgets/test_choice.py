"""Models that are taken into an evaluation from elsewhere on its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from studies.contest import Contestant
from studies.provider import RunNeeded
from tests.planted import two_islands
from tests.workspace.helpers import write_csv
from widgets.evaluating.choice import Plan
from workspace import jobs, logs, workers
from workspace.contestants import with_seeds
from workspace.evaluations import Asked, evaluate_log, evaluation_spec
from workspace.job_folders import plain_spec
from workspace.logs import LogEntry

ASKED = Asked(split=0.8)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LogEntry:
    path = write_csv(two_islands(), tmp_path / "islands.csv")
    monkeypatch.setattr(workers, "ensure", lambda lane: None)  # what is asked for stays asked for
    return logs.import_log(logs.keep_original(path, path.name), name="Islands")


def small(name: str, dimensions: int) -> Contestant:
    return Contestant(name, RunNeeded("svd", METHODS["svd"].Params(dimensions=dimensions), 0))


def take_in(log: LogEntry, plan: Plan, *presses: list[Contestant]) -> list[str]:
    """The names that are chosen after these were taken in, one press after the other."""

    def script(digest, plan, presses):  # type: ignore[no-untyped-def]
        from widgets.evaluating import choice
        from workspace.logs import find_log

        for further in presses:
            choice.evaluate_with(find_log(digest), plan, further)

    kwargs = {"digest": log.digest, "plan": plan, "presses": list(presses)}
    app = AppTest.from_function(script, kwargs=kwargs, default_timeout=60).run()
    assert not app.exception
    return list(app.session_state[f"contestants-{log.digest}"])


def test_what_is_taken_in_stays_beside_what_is_taken_in_later_each_once(kept: LogEntry) -> None:
    four, six = small("four", 4), small("six", 6)
    assert take_in(kept, Plan(ASKED, (), 5, seeds=2), [four], [six], [four]) == ["four", "six"]
    specs = [job.spec for job in jobs.list_jobs()]
    for asked in ([four], [four, six]):
        assert plain_spec(evaluation_spec(kept.digest, ASKED, with_seeds(asked, 2), 5)) in specs
    assert len(specs) == 2


def test_what_is_taken_in_is_asked_in_the_order_in_which_it_was_named(kept: LogEntry) -> None:
    named = [Contestant(name, RunNeeded(name, METHODS[name].Params(), 0)) for name in ("item2vec", "als")]
    assert take_in(kept, Plan(ASKED, (), 5), named) == ["item2vec 64d", "ALS 64d"]


def test_what_differs_in_the_similarity_alone_is_taken_in_as_that(kept: LogEntry) -> None:
    needed = RunNeeded("svd", METHODS["svd"].Params(), 0)
    assert take_in(kept, Plan(ASKED, (), 5), [Contestant("dot", needed, "dot")]) == ["SVD 64d, dot"]


def test_what_was_evaluated_already_is_chosen_and_not_asked_again(kept: LogEntry) -> None:
    four = small("four", 4)
    evaluate_log(logs.open_log(kept.digest), ASKED, [four], 5)
    assert take_in(kept, Plan(ASKED, (), 5), [four]) == ["four"]
    assert jobs.list_jobs() == []
    take_in(kept, Plan(ASKED, (), 10), [four])
    assert [job.spec["k"] for job in jobs.list_jobs()] == [10]

"""Who can be asked about a log, under which names, and what asking them takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from embedders import METHODS
from studies.contest import Contestant
from studies.provider import RunNeeded
from studies.trials import Trial
from tests.planted import two_islands
from tests.workspace.helpers import train_here, write_csv
from workspace import estimates, logs
from workspace.contestants import (
    each_once,
    expected,
    offered_contestants,
    tuned_contestant,
    usual_contestants,
    with_seeds,
)
from workspace.evaluations import Asked
from workspace.tunings import Sought, Tuning


def small(name: str = "small", method: str = "svd", seed: int = 0, dimensions: int = 4) -> Contestant:
    return Contestant(name, RunNeeded(method, METHODS[method].Params.checked({"dimensions": dimensions}), seed))


def test_the_usual_ones_are_what_the_claims_are_about() -> None:
    by_cosine, by_dot, item2vec, short = usual_contestants(has_times=True)
    assert (by_cosine.needed, by_dot.needed) == (RunNeeded("als", METHODS["als"].Params(), 0),) * 2
    assert [one.similarity for one in (by_cosine, by_dot, item2vec, short)] == ["cosine", "dot", "cosine", "cosine"]
    assert item2vec.needed == RunNeeded("item2vec", METHODS["item2vec"].Params(), 0)
    values = {"sequences": "user", "time_window_minutes": 60}
    assert short.needed == RunNeeded("item2vec", METHODS["item2vec"].Params.checked(values), 0)
    assert usual_contestants(has_times=False) == [by_cosine, by_dot, item2vec]


def test_every_method_and_run_of_this_log_is_offered_by_both_similarities(kept: logs.LogEntry, tmp_path: Path) -> None:
    path = write_csv(two_islands(users=30), tmp_path / "other.csv")
    other = logs.import_log(logs.keep_original(path, path.name), name="Another log")
    train_here(kept, name="mine")
    train_here(other, name="of another log")
    offered = {(one.name, one.similarity) for one in offered_contestants(kept)}
    assert {("mine", "cosine"), ("mine, dot", "dot")} <= offered
    assert not any("another" in name for name, _ in offered)
    for method in METHODS.values():
        name = f"{method.short} {method.Params().dimensions}d"
        assert {(name, "cosine"), (f"{name}, dot", "dot")} <= offered


def test_a_run_that_would_be_trained_otherwise_today_is_not_offered(
    kept: logs.LogEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_here(kept, name="mine")
    monkeypatch.setattr(type(METHODS["als"]), "version", 99)
    assert all(one.name != "mine" for one in offered_contestants(kept))


def test_a_trial_is_asked_as_it_was_tried() -> None:
    sought = Sought(objective="hr against popularity", k=5, similarity="searched")
    first, third = (
        Trial(number, METHODS["svd"].Params().model_dump(mode="json"), "dot", seed, {"hr": 0.5}, 1.0, "complete")
        for number, seed in ((0, 0), (2, 7))
    )
    tuning = Tuning("svd", sought, (first, third))
    by_default = RunNeeded("svd", METHODS["svd"].Params(), 0)
    assert tuned_contestant(tuning, first) == Contestant("SVD 64d, dot", by_default, "dot")
    found = tuned_contestant(tuning, third)
    assert (found.needed, found.similarity) == (replace(by_default, seed=7), "dot")
    assert found.name == "SVD 64d tuned (HR@5 against popularity, trial 3), dot"


def test_seeds_go_on_from_the_contestants_own() -> None:
    found = with_seeds([small("a", seed=5), small("b")], 2)
    assert [(one.name, one.needed.seed) for one in found] == [("a", 5), ("a, seed 6", 6), ("b", 0), ("b, seed 1", 1)]
    assert {one.needed.params for one in found} == {small().needed.params}


def test_each_training_and_similarity_stands_once_under_a_name_of_its_own() -> None:
    one = small("one")
    by_dot = replace(one, similarity="dot")
    given = [one, by_dot, replace(one, name="again"), small("one", seed=1), small("one", dimensions=6)]
    assert each_once(given) == [
        one,
        replace(by_dot, name="one (2)"),
        small("one (3)", seed=1),
        small("one (4)", dimensions=6),
    ]


def test_what_it_takes_is_each_training_once_and_the_most_memory_of_one(kept: logs.LogEntry) -> None:
    one, wide, other = small(), small(dimensions=64), small(method="item2vec")
    alone = [estimates.expected(METHODS[of.needed.method], kept.size, of.needed.params) for of in (one, wide, other)]
    found = expected(kept, [one, wide, other, replace(one, name="dot", similarity="dot")])
    assert found.seconds == pytest.approx(sum(of.seconds for of in alone))
    assert found.memory == max(of.memory for of in alone)


def test_asking_takes_a_ranking_of_all_items_for_each_case_user_and_item_of_everyone_asked(
    kept: logs.LogEntry,
) -> None:
    def asking(contestants: int, **asked: float) -> float:
        everyone = [small(f"{number}") for number in range(contestants)]
        return expected(kept, everyone, Asked(**asked)).seconds - expected(kept, everyone).seconds  # type: ignore[arg-type]

    base = asking(1, split=0.9)
    assert asking(5, split=0.9) == pytest.approx(2 * base)  # three baselines are asked beside
    cases = 0.1 * kept.interactions
    assert asking(1, split=0.8) / base == pytest.approx(
        (2 * cases + kept.users + kept.items) / (cases + kept.users + kept.items)
    )
    assert asking(1, cases=1, users=1) / base == pytest.approx((2 + kept.items) / (cases + kept.users + kept.items))
    assert asking(1, users=10**6) == base  # no more than there are
    twice = replace(kept, items=2 * kept.items)
    many = expected(twice, [small()], Asked(cases=1, users=1)).seconds - expected(twice, [small()]).seconds
    assert many / asking(1, cases=1, users=1) == pytest.approx(2 * (2 + 2 * kept.items) / (2 + kept.items))

"""The ladder from matrix factorisation to item2vec."""

from __future__ import annotations

import dataclasses

import pytest

from analysis import BUCKETS, head_share, jaccard, neighbour_popularity, popularity_buckets, popularity_quantiles
from analysis import top_neighbours as nearest
from analysis.measures import Measure
from embedders import METHODS
from studies.attribution import (
    Rung,
    Step,
    climb,
    declared_steps,
    largest_change,
    largest_new_neighbours,
    new_by_seed,
)
from studies.measured import Agreement, RunMeasures
from studies.noise import NoiseFloor
from studies.plain import PlainRuns
from studies.provider import RunNeeded
from tests.planted import two_islands, zipf_log


def step(label: str, method: str, seed: int = 0, **params: object) -> Step:
    needed = RunNeeded(method, METHODS[method].Params.checked({"dimensions": 8, **params}), seed)
    return Step(label, "Something.", needed)


def test_a_ladder_climbs_with_the_numbers_of_each_step() -> None:
    """The third step is the second again: it has all its neighbours, and the first differs from both."""
    runs = PlainRuns(two_islands(skew=1.0))
    counted = step("counted", "cooccurrence_svd", whole_session=True, weighting="counts")
    steps = (step("factors", "svd"), counted, dataclasses.replace(counted, label="the same"))
    rungs = climb(steps, runs, 4)
    lists = []
    for one in steps:
        vectors = METHODS[one.needed.method].fit(runs.log, one.needed.params, seed=0).item_vectors
        lists.append(nearest(vectors, 4)[0])
    first, second, third = rungs
    assert first.before is None
    assert second.before is not None
    assert third.before is not None
    assert third.before.jaccard.value == 1
    assert third.new_neighbours == 0
    between = jaccard(lists[0], lists[1]).mean()
    assert 0 < between < 1
    for found in (second.before, second.first, third.first, first.last):
        assert found is not None
        assert found.jaccard.value == pytest.approx(between)
    p = runs.log.users_per_item
    for rung, near in zip(rungs, lists, strict=True):
        assert rung.measures is not None
        popularity = neighbour_popularity(near, popularity_quantiles(p)).mean()
        assert rung.measures["neighbour_popularity"].value == pytest.approx(popularity)
        assert rung.measures["head_share"].value == pytest.approx(head_share(near, popularity_buckets(p)))
    assert largest_new_neighbours(rungs) == 1
    assert largest_change(rungs, "neighbour_popularity") == 1
    assert len(BUCKETS) == 3


def test_a_ladder_by_dot_has_the_numbers_of_dot() -> None:
    runs = PlainRuns(zipf_log(items=60, users=200))
    steps = (step("factors", "svd"), step("counted", "cooccurrence_svd", whole_session=True, weighting="counts"))
    first, second = climb(steps, runs, 4, "dot")
    assert second.before is not None
    assert second.before.jaccard == runs.agreement(str(first.run), str(second.run), 4, "dot").jaccard
    assert second.before.jaccard != runs.agreement(str(first.run), str(second.run), 4).jaccard
    assert first.measures is not None
    expected = runs.measures(str(first.run), 4, "dot")["neighbour_popularity"]
    assert first.measures["neighbour_popularity"] == expected
    assert expected != runs.measures(str(first.run), 4)["neighbour_popularity"]


def test_without_an_item_in_common_nothing_is_known_of_new_neighbours() -> None:
    none = Measure(float("nan"), 0)
    rung = Rung(step("any", "svd"), None, None, Agreement(10, 0, none, none, none, none, none), None, None)
    assert rung.new_neighbours is None


class Nothing:
    """Runs of which only some are there."""

    def __init__(self, there: set[str]) -> None:
        self.there = there
        self.plain = PlainRuns(zipf_log(items=30, users=60))

    def find(self, needed: RunNeeded) -> str | None:
        return self.plain.find(needed) if needed.method in self.there else None

    def measures(self, run: str, k: int, similarity: str = "cosine") -> RunMeasures | None:
        return self.plain.measures(run, k)

    def agreement(self, a: str, b: str, k: int, similarity: str = "cosine") -> Agreement | None:
        return self.plain.agreement(a, b, k)


def test_a_ladder_grows_as_its_runs_come() -> None:
    steps = (step("one", "svd"), step("two", "als"), step("three", "cooccurrence_svd", sequences="user"))
    rungs = climb(steps, Nothing({"svd", "cooccurrence_svd"}), 4)
    assert [rung.run is not None for rung in rungs] == [True, False, True]
    assert [rung.measures is not None for rung in rungs] == [True, False, True]
    assert all(rung.before is None for rung in rungs)
    assert rungs[2].first is not None
    assert rungs[1].last is None
    assert largest_new_neighbours(rungs) is None
    assert largest_change(rungs, "neighbour_popularity") is None
    assert climb(steps, Nothing(set()), 4) == tuple(Rung(one, None, None, None, None, None) for one in steps)


def test_each_declared_step_changes_one_thing_and_only_that() -> None:
    steps = declared_steps(16, sessions=True, users=True)
    by_label = {one.label: one for one in steps}
    assert [one.needed.method for one in steps] == ["als", "svd"] + ["cooccurrence_svd"] * 7 + ["item2vec"] * 3
    assert {one.needed.params.dimensions for one in steps} == {16}
    assert {one.needed.seed for one in steps} == {0}
    assert "another session ties no items together" in by_label["Pairs of a session"].change
    assert [one.label for one in steps if not one.chosen] == ["Pairs of a history", "Shifted PPMI"]

    def changed(before: str, after: str) -> dict[str, tuple[object, object]]:
        one, other = (by_label[label].needed.params.model_dump() for label in (before, after))
        return {name: (one[name], other[name]) for name in one if one[name] != other[name]}

    assert changed("Pairs of a history", "Pairs of a session") == {"sequences": ("user", "automatic")}
    assert changed("Pairs of a session", "Normalised counts") == {"weighting": ("counts", "normalised counts")}
    assert set(changed("Normalised counts", "PPMI")) == {"weighting", "smoothing"}  # smoothing is for PMI alone
    assert changed("PPMI", "PPMI, smoothed") == {"smoothing": (1.0, 0.75)}
    assert changed("PPMI, smoothed", "Shorter window") == {"whole_session": (True, False), "window": (10, 5)}
    assert changed("Shorter window", "Shifted PPMI") == {"weighting": ("ppmi", "shifted ppmi")}
    assert set(changed("Skip-gram", "Frequent items thinned")) == {"sample", "adapt_sample"}
    assert changed("Frequent items thinned", "In + out vectors") == {"vectors": ("in", "in + out")}
    window, skip_gram = (by_label[label].needed.params for label in ("Shifted PPMI", "Skip-gram"))
    for name in ("sequences", "window", "whole_session"):
        assert getattr(window, name) == getattr(skip_gram, name)
    assert window.shift == skip_gram.negatives  # type: ignore[attr-defined]
    assert skip_gram.sample == 0  # type: ignore[attr-defined]
    assert window.smoothing == skip_gram.ns_exponent  # type: ignore[attr-defined]
    assert {one.needed.seed for one in declared_steps(16, sessions=True, users=True, seed=7)} == {7}


@pytest.mark.parametrize(("sessions", "users"), [(False, True), (True, False)])
def test_pairs_of_a_history_are_no_step_of_their_own_where_sequences_are_histories(sessions: bool, users: bool) -> None:
    steps = declared_steps(16, sessions=sessions, users=users)
    labels = [one.label for one in steps]
    assert "Pairs of a history" not in labels
    assert ("Pairs of a session" in labels) == sessions
    assert ("Pairs of items" in labels) == (not sessions)
    counting = next(one.change for one in steps if one.label in ("Pairs of a session", "Pairs of items"))
    assert ("in one session are" if sessions else "in one history are") in counting
    assert "another session" not in counting
    assert len({(one.needed.method, one.needed.params) for one in steps}) == len(steps) == 11


def test_every_declared_step_can_be_trained() -> None:
    """Of fifteen islands, so that items of one meet more than ten times as often as by chance."""
    runs = PlainRuns(two_islands(users=300, items_per_island=6, islands=15))
    rungs = climb(declared_steps(6, sessions=True, users=True), runs, 4)
    assert len(runs.trained) == len(rungs) == 12
    assert all(rung.measures is not None and rung.measures["neighbour_popularity"].n > 0 for rung in rungs)


def test_chance_at_a_step_is_that_of_the_noisier_of_the_two() -> None:
    none = Measure(float("nan"), 0)

    def rung(jaccard: float | None) -> Rung:
        agreement = None if jaccard is None else Agreement(10, 9, Measure(jaccard, 9), none, none, none, none)
        floor = None if agreement is None else NoiseFloor(agreement, 1)
        return Rung(step("any", "svd"), None, None, None, None, None, floor)

    rungs = [rung(1.0), rung(0.75), rung(0.5), rung(None), rung(1.0)]
    assert [new_by_seed(rungs, place) for place in range(5)] == [None, 0.25, 0.5, None, None]

"""Our numbers against those of other people's packages; `benchmarks/golden` made the files and says how they differ."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from packaging.version import Version
from scipy import sparse

from analysis.agreement import linear_cka, rbo
from analysis.hubs import gini, hubness
from analysis.neighbours import top_neighbours
from analysis.popularity import popularity_buckets
from analysis.ranking import (
    Places,
    hit_rate,
    ndcg,
    ndcg_by_list,
    places_of_targets,
    recall_by_list,
    reciprocal_rank,
)
from analysis.recommendation_bias import RecommendationMeasures, measure_recommendations
from benchmarks.golden import ENVIRONMENTS
from benchmarks.golden.inputs import INPUTS
from tests.analysis.scorers import by_scores

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return found


def close(value: float) -> Any:
    return pytest.approx(value, rel=0, abs=1e-6)


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_file_states_the_versions_that_it_was_made_with(name: str) -> None:
    made_with = golden(name)["made_with"]
    assert Version(made_with["python"]) >= Version("3.11")
    assert Version(made_with["python"]).major == int(platform.python_version_tuple()[0])
    stated = {package.replace("_", "-"): version for package, version in made_with["packages"].items()}
    for requirement in ENVIRONMENTS[name]:
        package, _, pin = requirement.partition("==")
        assert Version(stated[package])
        assert pin in ("", stated[package])


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_a_file_answers_what_would_be_asked_today(name: str) -> None:
    assert golden(name)["inputs"] == json.loads(json.dumps(INPUTS[name]()))


def test_hubness_is_that_of_scikit_hubness() -> None:
    inputs, values = golden("hubness")["inputs"], golden("hubness")["values"]
    vectors = np.array(inputs["vectors"], dtype=np.float32)
    n, k = len(vectors), inputs["k"]
    found = hubness(top_neighbours(vectors, k, inputs["similarity"])[0], np.ones(n, np.int64), np.ones(n, bool))
    assert found.counts.tolist() == values["k_occurrence"]
    assert found.skewness == close(values["k_skewness"])
    assert found.robin_hood == close(values["robinhood"])
    assert found.anti_hubs == close(values["antihub_occurrence"])
    assert found.largest / n / k == close(values["groupie_ratio"])  # a share of all places, where ours is a count
    assert gini(found.counts) == close(values["gini"])


def measured(inputs: dict[str, Any], k: int) -> RecommendationMeasures:
    p, n_items = np.array(inputs["popularity"]), inputs["n_items"]
    seen = sparse.lil_matrix((len(inputs["histories"]), n_items), dtype=np.int8)
    for user, history in enumerate(inputs["histories"]):
        seen[user, history] = 1
    lists = np.array(inputs["lists"], dtype=np.int32)[:, :k]
    return measure_recommendations(lists, seen.tocsr(), p, popularity_buckets(p), np.ones(n_items, bool))


@pytest.mark.parametrize("k", [4, 8])
def test_recommendations_lean_as_recbole_says(k: int) -> None:
    inputs, values = golden("recbole")["inputs"], golden("recbole")["values"]
    found = measured(inputs, k)
    assert found.arp.value == close(values[f"averagepopularity@{k}"])
    assert found.aplt.value == close(values[f"tailpercentage@{k}"])
    assert found.coverage == close(values[f"itemcoverage@{k}"])
    assert found.gini == close(values[f"giniindex@{k}"])


@pytest.mark.parametrize("k", [2, 4, 8])
def test_recommendations_lean_as_rectools_says(k: int) -> None:
    inputs, values = golden("rectools")["inputs"], golden("rectools")["values"]
    found = measured(inputs, k)
    assert found.arp.value == close(values[f"arp@{k}"])
    assert found.coverage == close(values[f"coverage@{k}"])


@pytest.mark.parametrize("measure", ["hit", "recall", "mrr", "ndcg"])
@pytest.mark.parametrize("targets", ["targets", "next_item"])
@pytest.mark.parametrize("k", [4, 8])
def test_both_packages_measure_accuracy_alike(k: int, targets: str, measure: str) -> None:
    """Two that agree are worth holding ours to; a name that meant two things would show here."""
    name = f"{targets} {measure}@{k}"
    assert golden("recbole")["values"][name] == close(golden("rectools")["values"][name])


def places_in_lists(inputs: dict[str, Any], targets: list[list[int]]) -> tuple[Places, npt.NDArray[np.int64]]:
    """Places of the targets, and whose they are, by scores that put the items of each list in its order in front."""
    scores = np.zeros((len(inputs["lists"]), inputs["n_items"]), np.float32)
    for row, listed in zip(scores, inputs["lists"], strict=True):
        row[listed] = np.arange(len(listed), 0, -1)
    of_user = np.repeat(np.arange(len(targets)), [len(wanted) for wanted in targets])
    nothing = sparse.csr_matrix(scores.shape)
    return places_of_targets(by_scores(scores), of_user, np.concatenate(targets), nothing), of_user


@pytest.mark.parametrize("k", [2, 4, 8])
def test_the_next_item_is_found_as_rectools_says(k: int) -> None:
    inputs, values = golden("rectools")["inputs"], golden("rectools")["values"]
    places, _ = places_in_lists(inputs, [[item] for item in inputs["next_item"]])
    assert hit_rate(places, k).mean() == close(values[f"next_item hit@{k}"])
    assert reciprocal_rank(places, k).mean() == close(values[f"next_item mrr@{k}"])
    assert ndcg(places, k).mean() == close(values[f"next_item ndcg@{k}"])


@pytest.mark.parametrize("k", [2, 4, 8])
def test_what_users_want_is_found_as_rectools_says(k: int) -> None:
    """Our recall is its R-precision; its recall divides by all targets, of which there are more than 2 at times."""
    inputs, values = golden("rectools")["inputs"], golden("rectools")["values"]
    places, of_user = places_in_lists(inputs, inputs["targets"])
    recall = recall_by_list(places, of_user, len(inputs["targets"]), k).mean()
    assert recall == close(values[f"targets r_precision@{k}"])
    assert (recall == close(values[f"targets recall@{k}"])) == (k > 2)
    assert ndcg_by_list(places, of_user, len(inputs["targets"]), k).mean() == close(values[f"targets ndcg@{k}"])


@pytest.mark.parametrize("persistence", golden("agreement")["inputs"]["persistences"])
def test_rank_biased_overlap_is_that_of_rbo(persistence: float) -> None:
    inputs, values = golden("agreement")["inputs"], golden("agreement")["values"]
    a, b = (np.array(inputs[side], dtype=np.int32) for side in ("lists_a", "lists_b"))
    np.testing.assert_allclose(rbo(a, b, persistence), values[f"rbo {persistence}"], rtol=0, atol=1e-6)


def test_linear_cka_is_the_rv_coefficient_of_hoggorm() -> None:
    inputs = golden("agreement")["inputs"]
    x, y = (np.array(inputs[side], dtype=np.float32) for side in ("x", "y"))
    assert linear_cka(x, y) == close(golden("agreement")["values"]["rv"])

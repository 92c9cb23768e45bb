"""What every method of the registry must keep, on logs whose right answer anyone can see."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from embedders import METHODS, Embedding, Method
from embedders.base import LogSize, Params, Progress, columns_of, is_offered, no_progress
from errors import Cancelled, ParameterError
from interactions.log import InteractionLog
from tests.dummies import SidedParams
from tests.planted import make_log, rated, two_islands, zipf_log

# How to make a method work for many seconds.
LONG: dict[str, dict[str, Any]] = {
    "svd": {"dimensions": 512},
    "cooccurrence_svd": {"dimensions": 512},
    "biased_mf": {"epochs": 5000, "dimensions": 512},
    "als": {"iterations": 500, "dimensions": 512},
    "bpr": {"iterations": 5000, "dimensions": 512},
    "fm": {"epochs": 1000, "dimensions": 512},
    "item2vec": {"epochs": 1000, "window": 500, "sequences": "user"},
    "user2vec": {"epochs": 1000, "window": 500},
    "deepwalk": {"epochs": 1000, "walk_length": 1000},
    "node2vec": {"epochs": 1000, "walk_length": 1000, "p": 0.5},
    "eges": {"epochs": 1000, "walk_length": 1000},
    "neural": {"epochs": 1000, "patience": 1000, "dimensions": 512},
    "two_tower": {"epochs": 1000, "dimensions": 512},
}

# Decompositions have no passes to make many of: what makes them long is the matrix.
LONG_LOG = {name: {"items": 3000, "users": 3000, "events_per_user": 60} for name in ("svd", "cooccurrence_svd")}

# These see observed ratings only: their logs get some, and islands, which show in what was not observed, tell nothing.
RATINGS_ONLY = tuple(name for name, method in METHODS.items() if method.learns_from_ratings(method.Params()))

every_method = pytest.mark.parametrize("name", METHODS)


def params(name: str, **values: Any) -> Any:
    """A method's defaults but for these: they adapt to a log of 24 items."""
    return METHODS[name].Params.checked(values)


def suited(name: str, log: InteractionLog) -> InteractionLog:
    """The log as the method needs it."""
    return rated(log) if name in RATINGS_ONLY else log


def train(name: str, log: InteractionLog, values: Any, seed: int = 0, progress: Progress = no_progress) -> Embedding:
    return METHODS[name].fit(suited(name, log), values, seed, progress)


def fit(name: str, log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    return train(name, log, params(name, threads=1, **values), seed)


def neighbours(vectors: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.intp]:
    """The k nearest by cosine, the plainest way."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -2)
    return np.argsort(-likeness, axis=1)[:, :k]


def assert_same_bits(one: Embedding, other: Embedding) -> None:
    for attribute in ("item_vectors", "user_vectors", "context_vectors", "item_bias"):
        here, there = getattr(one, attribute), getattr(other, attribute)
        assert (here is None and there is None) or here.tobytes() == there.tobytes(), attribute


class Recorder:
    """A progress that remembers, and raises Cancelled at the report with number `stop_at`.

    Threads report several times a second, so that a faster run has fewer reports: then at the last one that it has.
    """

    def __init__(self, stop_at: int | None = None) -> None:
        self.reports: list[tuple[str, float, float, float | None]] = []
        self.stop_at = stop_at

    def __call__(self, stage: str, done: float, total: float, loss: float | None = None) -> None:
        if self.stop_at is not None and (len(self.reports) == self.stop_at or done == total):
            raise Cancelled
        self.reports.append((stage, done, total, loss))


@every_method
def test_every_method_says_what_it_is(name: str) -> None:
    method = METHODS[name]
    assert method.name == name
    assert method.title
    assert method.short
    for sentence in (method.summary, method.sees):
        assert sentence.endswith(".")
    for parameter, field in method.Params.model_fields.items():
        assert field.description, parameter
        assert field.description.endswith("."), parameter


@pytest.mark.parametrize("model", [*(method.Params for method in METHODS.values()), SidedParams])
def test_every_parameter_is_bounded_by_numbers_or_choices_or_columns(model: type[Params]) -> None:
    properties = model.model_json_schema()["properties"]
    for parameter, declared in properties.items():
        schema = next(one for one in declared.get("anyOf", [declared]) if one.get("type") != "null")
        default = schema["minimum"] if declared["default"] is None and "anyOf" in declared else declared["default"]
        if schema["type"] in ("integer", "number"):
            assert schema["minimum"] <= default <= schema["maximum"], parameter
        elif schema["type"] == "string":
            assert default in schema["enum"], parameter
        elif schema["type"] == "array":
            assert columns_of(model.model_fields[parameter]) is not None, parameter
            assert default == [], parameter
        else:
            assert schema["type"] == "boolean", parameter


SIZE = LogSize(interactions=1_000_000, users=20_000, items=5_000, sessions=200_000, pairs=700_000)
ROUNDS = ("epochs", "iterations")  # what methods call how often they go over the log


@every_method
def test_an_estimate_grows_with_what_makes_the_work(name: str) -> None:
    method = METHODS[name]

    def estimate(size: LogSize = SIZE, **values: Any) -> tuple[float, float]:
        return method.estimate(size, method.Params.checked(values))

    seconds, memory = estimate()
    assert 0 < seconds < 24 * 3600
    assert 0 < memory < 1e12
    longer = LogSize(10_000_000, 20_000, 5_000, 200_000, 7_000_000)
    assert estimate(longer)[0] > seconds
    assert estimate(longer)[1] > memory
    assert estimate(dimensions=256)[0] > seconds
    assert estimate(dimensions=256)[1] > memory
    for rounds in ROUNDS:
        if rounds in method.Params.model_fields:
            twice = 2 * method.Params.model_fields[rounds].default
            assert estimate(**{rounds: twice})[0] > 1.2 * seconds


@every_method
@pytest.mark.parametrize(
    "size",
    [
        LogSize(3_000_000_000, 1_000_000, 1_000_000, 500_000_000),
        LogSize(10_000_000, 1_000_000, 50_000),
        LogSize(3, 2, 2, 1, 3),
        LogSize(1, 1, 1),
        LogSize(0, 0, 0),
        LogSize(0, 0, 0, 0, 0),
    ],
    ids=["huge", "many users", "tiny", "one row", "empty", "empty with sessions"],
)
def test_an_estimate_is_a_number_for_a_log_of_any_size(name: str, size: LogSize) -> None:
    method = METHODS[name]
    for dimensions in (2, 1024):
        seconds, memory = method.estimate(size, method.Params.checked({"dimensions": dimensions}))
        assert np.isfinite([seconds, memory]).all()
        assert seconds > 0
        assert memory > 0


@every_method
def test_arrays_stand_in_code_order_as_finite_float32(name: str) -> None:
    log = two_islands()
    embedding = fit(name, log, dimensions=8)
    assert embedding.method == name
    assert embedding.log_digest == suited(name, log).digest
    assert embedding.params["dimensions"] == embedding.dimensions == 8
    assert embedding.params.keys() == METHODS[name].Params.model_fields.keys()
    assert embedding.item_ids.tolist() == log.item_ids.tolist()
    rows = {"item_vectors": log.n_items, "context_vectors": log.n_items, "user_vectors": log.n_users}
    for attribute, count in rows.items():
        array = getattr(embedding, attribute)
        if array is not None:
            assert array.shape == (count, 8), attribute
            assert array.dtype == np.float32
            assert array.flags.c_contiguous
            assert np.isfinite(array).all()
    assert (embedding.user_ids is None) == (embedding.user_vectors is None)
    assert embedding.missing == []


@every_method
def test_same_seed_same_bits_and_a_fit_starts_afresh(name: str) -> None:
    log = two_islands()
    first = fit(name, log, seed=5)
    fit(name, two_islands(seed=3), seed=1)
    again = fit(name, log, seed=5)
    assert_same_bits(first, again)
    assert first.losses == again.losses


def has_threads(name: str) -> bool:
    return is_offered(METHODS[name].Params.model_fields["threads"])


@pytest.mark.parametrize("name", [name for name in METHODS if not has_threads(name)])
def test_the_only_parameter_without_effect_is_the_number_of_threads(name: str) -> None:
    fields = METHODS[name].Params.model_fields
    assert [field for field, facts in fields.items() if not is_offered(facts)] == ["threads"]
    assert METHODS[name].repeats_on_threads


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.repeats_on_threads])
def test_a_method_that_says_so_gives_the_same_bits_on_more_threads(name: str) -> None:
    log = two_islands()
    one, more = (train(name, log, METHODS[name].Params(dimensions=8, threads=n), seed=5) for n in (1, 2))
    assert_same_bits(one, more)


# Settings under which a method does other work than by default.
OTHER_WAYS: list[tuple[str, dict[str, Any]]] = [
    ("svd", {"weights": "centred"}),
    ("cooccurrence_svd", {"whole_session": True}),
    ("item2vec", {"engine": "gensim"}),
    ("item2vec", {"model": "cbow"}),
    ("item2vec", {"loss": "hierarchical softmax"}),
    ("user2vec", {"model": "PV-DM"}),
    ("node2vec", {"p": 0.5, "q": 2.0}),
    ("eges", {"item_columns": ["category"]}),
    ("fm", {"loss": "squared", "item_columns": ["category"]}),
    ("fm", {"loss": "logistic"}),
    ("neural", {"item_columns": ["category"], "layers": 0}),
    ("two_tower", {"item_columns": ["category"], "layers": 1}),
]


@pytest.mark.parametrize(("name", "values"), OTHER_WAYS, ids=str)
def test_other_ways_keep_the_contract_too(name: str, values: dict[str, Any]) -> None:
    log, recorder = rated(two_islands()), Recorder()
    chosen = params(name, threads=1, dimensions=8, **values)
    first = METHODS[name].fit(log, chosen, 5, recorder)
    again, other = (METHODS[name].fit(log, chosen, seed) for seed in (5, 6))
    assert_same_bits(first, again)
    assert (first.item_vectors.tobytes() != other.item_vectors.tobytes()) or not METHODS[name].seeded
    assert np.isfinite(first.item_vectors).all()
    assert first.missing == []
    done = [report[1] for report in recorder.reports]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, recorder.reports[-1][2])
    with pytest.raises(Cancelled):
        METHODS[name].fit(log, chosen, 5, Recorder(stop_at=len(done) // 2))


@every_method
def test_another_seed_gives_other_vectors_unless_the_method_has_none(name: str) -> None:
    log = zipf_log()
    first, other = fit(name, log, seed=5).item_vectors, fit(name, log, seed=6).item_vectors
    if METHODS[name].seeded:
        assert np.abs(first - other).max() > 1e-3
    else:
        np.testing.assert_allclose(first, other, atol=1e-5)


@pytest.mark.parametrize("name", [name for name in METHODS if name not in RATINGS_ONLY])
@pytest.mark.parametrize("size", [{}, {"items_per_island": 60, "users": 300}], ids=["24 items", "120 items"])
def test_islands_do_not_mix(name: str, size: dict[str, int]) -> None:
    log = two_islands(**size)
    island = np.array([item[0] for item in log.item_ids])
    stays = [
        (island[neighbours(fit(name, log, seed=seed).item_vectors, 5)] == island[:, np.newaxis]).mean()
        for seed in range(3)
    ]
    assert np.mean(stays) >= 0.99


@pytest.mark.parametrize(
    ("name", "values"),
    [*((name, {}) for name in RATINGS_ONLY), ("fm", {"loss": "squared"}), ("svd", {"weights": "centred"})],
    ids=[*RATINGS_ONLY, "fm", "svd"],
)
def test_scores_that_are_all_equal_are_refused_in_words(name: str, values: dict[str, Any]) -> None:
    assert METHODS[name].learns_from_ratings(params(name, **values))
    with pytest.raises(ParameterError, match=r"equal|differ"):
        METHODS[name].fit(two_islands(), params(name, **values))


@every_method
def test_save_and_load_give_the_same_back(name: str, tmp_path: Path) -> None:
    embedding = fit(name, two_islands())
    embedding.save(tmp_path)
    loaded = Embedding.load(tmp_path)
    assert_same_bits(embedding, loaded)
    assert loaded.item_ids.tolist() == embedding.item_ids.tolist()
    for attribute in ("method", "params", "seed", "log_digest", "seconds", "losses", "notes"):
        assert getattr(loaded, attribute) == getattr(embedding, attribute)


@every_method
@pytest.mark.parametrize("threads", [1, 2])
def test_progress_never_falls_and_reaches_its_total(name: str, threads: int) -> None:
    recorder = Recorder()
    train(name, two_islands(), params(name, threads=threads), progress=recorder)
    done = [report[1] for report in recorder.reports]
    totals = {report[2] for report in recorder.reports}
    assert len(totals) == 1
    assert done[0] == 0
    assert done == sorted(done)
    assert done[-1] == totals.pop()
    assert len(set(done)) > 3
    assert all(report[0] for report in recorder.reports)


@every_method
def test_the_loss_of_each_step_is_reported_once(name: str) -> None:
    recorder = Recorder()
    embedding = train(name, two_islands(), params(name), progress=recorder)
    assert tuple(report[3] for report in recorder.reports if report[3] is not None) == embedding.losses


@every_method
def test_cancel_from_any_report(name: str) -> None:
    everything = Recorder()
    train(name, two_islands(), params(name), progress=everything)
    for stop_at in {0, 1, len(everything.reports) // 2, len(everything.reports) - 1}:
        with pytest.raises(Cancelled):
            train(name, two_islands(), params(name), progress=Recorder(stop_at))


@every_method
@pytest.mark.parametrize("threads", [1, 2])
def test_cancel_ends_long_work_and_its_threads(name: str, threads: int) -> None:
    log = zipf_log(**LONG_LOG.get(name, {"items": 600, "users": 400, "events_per_user": 50}))
    asked = threading.Event()
    moments: list[float] = []

    def ask() -> None:
        moments.append(time.monotonic())
        asked.set()

    timer = threading.Timer(1.0, ask)
    timer.daemon = True

    def cancel_when_asked(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if asked.is_set():
            raise Cancelled
        if done > 0 and timer.ident is None:
            timer.start()

    try:
        with pytest.raises(Cancelled):
            train(name, log, params(name, threads=threads, **LONG[name]), progress=cancel_when_asked)
        assert time.monotonic() - moments[0] < 2
    finally:
        timer.cancel()
    deadline = time.monotonic() + 2
    while any(thread.name.startswith("training") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "a training thread goes on"
        time.sleep(0.02)


def test_every_method_says_how_it_is_made_to_work_long() -> None:
    assert LONG.keys() == METHODS.keys()


@every_method
def test_unknown_and_out_of_bounds_parameters_are_refused(name: str) -> None:
    checked = METHODS[name].Params.checked
    with pytest.raises(ParameterError, match="There is no parameter 'factors'"):
        checked({"factors": 3})
    with pytest.raises(ParameterError, match=r"dimensions = 1 is too small: the least is 2\.$"):
        checked({"dimensions": 1})
    with pytest.raises(ParameterError, match=r"dimensions = '5000' is too large: the most is 1024\.$"):
        checked({"dimensions": "5000"})


@every_method
@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_no_library_takes_is_refused(name: str, seed: int) -> None:
    with pytest.raises(ParameterError, match="between 0 and 4294967295"):
        train(name, two_islands(), params(name), seed=seed)


@every_method
def test_users_of_one_event_and_repeated_rows(name: str) -> None:
    island = two_islands()
    users = [*island.user_ids[island.user_codes], "once", "again", *["often"] * 50]
    items = [*island.item_ids[island.item_codes], "A00", "A01", *["A02"] * 50]
    embedding = fit(name, make_log(users, items))
    assert np.isfinite(embedding.item_vectors).all()
    assert embedding.missing == []


@every_method
def test_items_that_training_never_saw_have_no_vector(name: str) -> None:
    island = two_islands()
    assert island.timestamps is not None
    last = int(island.timestamps.max())
    users = [*island.user_ids[island.user_codes], "newcomer", "newcomer"]
    items = [*island.item_ids[island.item_codes], "A00", "Z99"]
    training, _ = make_log(users, items, [*island.timestamps, last + 60, last + 120]).split(last + 1)
    embedding = fit(name, training)
    assert embedding.missing == ["Z99"]
    assert not embedding.item_vectors[-1].any()
    if embedding.user_vectors is not None:
        assert embedding.user_ids is not None
        untrained = embedding.user_ids[~embedding.user_vectors.any(axis=1)]
        assert untrained.tolist() == ["newcomer"]


@every_method
def test_an_empty_training_part_is_refused(name: str) -> None:
    log = two_islands()
    nothing, _ = log.split(0)
    with pytest.raises(ParameterError, match="no interactions"):
        train(name, nothing, params(name))


SINGLE_ITEM = {
    "svd": None,
    "biased_mf": None,
    "als": None,
    "bpr": None,
    "fm": None,
    "cooccurrence_svd": "at least 3 items",
    "item2vec": "at least 2 items",
    "user2vec": "at least 2 items",
    "deepwalk": "at least 2 items",
    "node2vec": "at least 2 items",
    "eges": "at least 2 items",
    "neural": "at least 2 items",
    "two_tower": "at least 2 items",
}


@every_method
def test_a_single_item_is_learned_or_refused_in_words(name: str) -> None:
    log = make_log(["u", "v", "w"], ["only", "only", "only"])
    refusal = SINGLE_ITEM[name]
    if refusal is None:
        assert np.isfinite(fit(name, log).item_vectors).all()
    else:
        with pytest.raises(ParameterError, match=refusal):
            fit(name, log)


LEARN_FROM_COMPANY = ("cooccurrence_svd", "item2vec", "user2vec", "deepwalk", "node2vec", "eges")


@every_method
def test_a_log_whose_users_have_one_event_each_is_learned_or_refused_in_words(name: str) -> None:
    log = make_log([f"u{number:02d}" for number in range(60)], [f"i{number % 6}" for number in range(60)])
    if name in LEARN_FROM_COMPANY:
        with pytest.raises(ParameterError, match="choose longer sequences, by user for example"):
            fit(name, log, dimensions=4)
    else:
        embedding = fit(name, log, dimensions=4)
        assert np.isfinite(embedding.item_vectors).all()
        assert embedding.missing == []


@every_method
def test_a_log_of_baskets_trains_like_any_other(name: str) -> None:
    island = two_islands()
    assert island.session_codes is not None
    items = island.item_ids[island.item_codes].tolist()
    log = make_log(None, items, sessions=[str(code) for code in island.session_codes])
    embedding = fit(name, log)
    assert log.users_are_sessions
    assert embedding.missing == []


def test_names_are_those_of_the_modules() -> None:
    for name, method in METHODS.items():
        assert type(method).__module__ == f"embedders.{name}"
        assert isinstance(method, Method)

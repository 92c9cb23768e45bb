"""item2vec against gensim called directly, and its sequences, thinning and notes on logs worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gensim.models import Word2Vec

from embedders.base import Embedding
from embedders.item2vec import Item2vec, Item2vecParams
from embedders.parts.windows import split_long
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import Sequences
from tests.planted import (
    make_log,
    ordered_sessions,
    pairs_in_company,
    partner,
    share_of_pairs_found,
    two_islands,
    zipf_log,
)

LOG = zipf_log(users=400, events_per_user=30)  # 12,000 events: more than one batch


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    return Item2vec().fit(log, Item2vecParams.checked({"threads": 1, "engine": "gensim", **values}), seed=seed)


def gensim(log: InteractionLog, by: Any = None, seed: int = 0, **settings: Any) -> Word2Vec:
    """The plain call, with item ids as words."""
    sentences = [log.item_ids[items].tolist() for items in log.sequences(by, seed=seed)]
    usual = {"vector_size": 16, "alpha": 0.05, "window": 10, "negative": 10, "sg": 1, "min_count": 1, "epochs": 3}
    return Word2Vec(sentences, workers=1, seed=seed, compute_loss=True, **{**usual, **settings})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {"sample": 1 / 200}),
        ({"adapt_sample": False, "sample": 1e-3}, {"sample": 1e-3}),
        ({"sample": 0, "window": 3, "negatives": 4}, {"sample": 0, "window": 3, "negative": 4}),
        ({"sample": 0, "ns_exponent": -0.5}, {"sample": 0, "ns_exponent": -0.5}),
        ({"sample": 0, "learning_rate": 0.1, "min_count": 40}, {"sample": 0, "alpha": 0.1, "min_count": 40}),
        ({"sample": 0, "model": "cbow"}, {"sample": 0, "sg": 0}),
        ({"sample": 0, "loss": "hierarchical softmax"}, {"sample": 0, "hs": 1, "negative": 0}),
        (
            {"sample": 0, "model": "cbow", "loss": "hierarchical softmax"},
            {"sample": 0, "sg": 0, "hs": 1, "negative": 0},
        ),
        ({"sample": 0, "whole_session": True}, {"sample": 0, "window": 30, "shrink_windows": False}),
    ],
    ids=lambda values: ", ".join(f"{name}={value}" for name, value in values.items()),
)
def test_equals_gensim_bit_for_bit_with_one_thread(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert LOG.n_items == 200
    embedding = fit(LOG, seed=4, dimensions=16, epochs=3, **ours)
    model = gensim(LOG, seed=4, **theirs)
    rows = [model.wv.key_to_index.get(item) for item in LOG.item_ids]
    for row, vector in zip(rows, embedding.item_vectors, strict=True):
        expected = np.zeros(16, np.float32) if row is None else model.wv.vectors[row]
        assert vector.tobytes() == expected.tobytes()
    if "hs" in theirs:
        assert embedding.context_vectors is None
    else:
        assert embedding.context_vectors is not None
        known = [row for row in rows if row is not None]
        assert embedding.context_vectors[embedding.trained].tobytes() == model.syn1neg[known].tobytes()


def test_losses_are_the_differences_of_gensims_running_total() -> None:
    totals: list[float] = []

    class Watch:
        on_train_begin = on_train_end = on_epoch_begin = staticmethod(lambda model: None)

        @staticmethod
        def on_epoch_end(model: Word2Vec) -> None:
            totals.append(float(model.get_latest_training_loss()))

    log = two_islands()
    gensim(log, sample=0, epochs=4, callbacks=[Watch])
    embedding = fit(log, dimensions=16, epochs=4, sample=0)
    expected = np.diff([0.0, *totals]) / log.n_interactions
    np.testing.assert_allclose(embedding.losses, expected, rtol=3e-3)  # gensim adds up in float32
    assert embedding.losses[-1] < embedding.losses[0]


def test_two_threads_train_every_event() -> None:
    embedding = fit(LOG, threads=2, dimensions=8, sample=0, epochs=3)
    assert embedding.missing == []
    assert embedding.notes == ("After subsampling 100% of the events were trained on.",)
    one = fit(LOG, threads=1, dimensions=8, sample=0, epochs=3)
    np.testing.assert_allclose(embedding.losses, one.losses, rtol=0.1)


def test_pieces_are_few_and_even() -> None:
    sequences = Sequences(np.arange(15, dtype=np.int32), np.array([0, 3, 13, 13, 14, 15]), None)
    pieces = split_long(sequences, 4)
    assert pieces.offsets.tolist() == [0, 3, 6, 9, 13, 13, 14, 15]
    assert pieces.items is sequences.items
    assert split_long(sequences, 10).offsets.tolist() == sequences.offsets.tolist()


def test_a_long_history_is_trained_whole_in_pieces_and_said_so() -> None:
    # gensim itself trains 10,000 of these 25,000 events and is silent about the rest.
    numbers = np.random.default_rng(0).integers(50, size=25_000)
    log = make_log(["u"] * 25_000, [f"i{number:02d}" for number in numbers], times=range(25_000))
    embedding = fit(log, dimensions=4, epochs=1, sample=0, longest_sequence=10_000)
    assert embedding.notes == (
        "Sequences of more than 10,000 events, split into pieces: 1.",
        "After subsampling 100% of the events were trained on.",
    )


def test_a_small_catalogue_is_not_thinned_away() -> None:
    def notes(**values: Any) -> tuple[str, ...]:
        return fit(two_islands(), **values).notes

    assert notes() == (
        "Subsampling threshold: the share of an average item, 0.042, not 0.0001.",
        "After subsampling 100% of the events were trained on.",
    )
    # 24 even items: kept with chance sqrt(1e-4 * 24) + 1e-4 * 24 = 5.1 %.
    assert notes(adapt_sample=False)[0] == "After subsampling 5% of the events were trained on."


def test_automatic_sequences_are_sessions_where_there_are_some() -> None:
    log = two_islands()
    by_session, by_user = fit(log, sequences="session"), fit(log, sequences="user")
    assert fit(log).item_vectors.tobytes() == by_session.item_vectors.tobytes() != by_user.item_vectors.tobytes()
    assert log.timestamps is not None
    plain = make_log(log.user_ids[log.user_codes].tolist(), log.item_ids[log.item_codes].tolist(), log.timestamps)
    assert fit(plain).item_vectors.tobytes() == fit(plain, sequences="user").item_vectors.tobytes()


def test_a_gap_cuts_where_it_is_longer() -> None:
    log = two_islands()  # events of a session are a minute apart, sessions a day
    by_session = fit(log, sequences="session").item_vectors
    assert fit(log, sequences="gap", gap_minutes=30).item_vectors.tobytes() == by_session.tobytes()
    assert fit(log, sequences="gap", gap_minutes=525_600).item_vectors.tobytes() != by_session.tobytes()


def test_a_log_without_the_column_is_refused() -> None:
    log = make_log(["u", "u", "v"], ["a", "b", "a"])
    with pytest.raises(ParameterError, match="session column"):
        fit(log, sequences="session")
    with pytest.raises(ParameterError, match="time column"):
        fit(log, sequences="gap")


def test_a_short_window_finds_who_comes_next() -> None:
    log = ordered_sessions()
    embedding = fit(log, window=1, dimensions=16, epochs=30)
    assert embedding.context_vectors is not None
    first_order = embedding.item_vectors @ embedding.context_vectors.T
    expected = [partner(item) for item in log.item_ids]
    assert log.item_ids[first_order.argmax(axis=1)].tolist() == expected


def pairs_beside_a_staple(engine: str, ns_exponent: float) -> float:
    """The share of pairs found, by in against out, where one item stands in most baskets."""
    log = pairs_in_company(staple=60)
    embedding = fit(log, engine=engine, ns_exponent=ns_exponent, window=1, sample=0, epochs=30, dimensions=48)
    assert embedding.context_vectors is not None
    return share_of_pairs_found(log, embedding.item_vectors @ embedding.context_vectors.T)


@pytest.mark.parametrize("engine", ["compiled", "gensim"])
def test_negatives_by_frequency_keep_a_staple_from_being_everybodys_neighbour(engine: str) -> None:
    """Drawn evenly, the item that stands in most baskets scores highest beside every other, and the pairs are lost."""
    assert pairs_beside_a_staple(engine, 0.75) > 0.95
    assert pairs_beside_a_staple(engine, 0.0) < 0.05


def test_rare_and_lonely_items_have_no_vector_and_are_counted() -> None:
    users = ["u", "u", "u", "u", "v", "v", "v", "v", "v", "w", "w"]
    items = ["a", "b", "a", "b", "a", "b", "a", "b", "rare", "lonely", "lonely"]
    log = make_log(users, items, times=range(11), sessions=["s", "s", "s", "s", "t", "t", "t", "t", "t", "x", "y"])
    embedding = fit(log, min_count=2, epochs=30)
    assert embedding.missing == ["lonely", "rare"]
    assert embedding.notes[-2:] == (
        "Items with fewer than 2 events, without a vector: 1.",
        "Items that were never seen beside another, without a vector: 1.",
    )
    assert embedding.context_vectors is not None
    assert not embedding.context_vectors[~embedding.trained].any()


def test_nothing_to_learn_from_is_refused_in_words() -> None:
    with pytest.raises(ParameterError, match="at least 2 items with min_count = 500 events, and this log has 0"):
        fit(two_islands(), min_count=500)
    singles = make_log(["u", "v", "w"], ["a", "b", "c"])
    with pytest.raises(ParameterError, match="every sequence has a single item"):
        fit(singles)

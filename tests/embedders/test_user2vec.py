"""user2vec against gensim's Doc2Vec called directly, and users beside the items that they took."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from gensim.models import Doc2Vec
from gensim.models.doc2vec import TaggedDocument

from embedders.base import Embedding
from embedders.user2vec import User2vec, User2vecParams
from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import make_log, two_islands, zipf_log

LOG = zipf_log(users=400, events_per_user=30)  # 12,000 events: more than one batch


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    return User2vec().fit(log, User2vecParams.checked({"threads": 1, **values}), seed=seed)


def gensim(documents: list[TaggedDocument], seed: int = 0, **settings: Any) -> Doc2Vec:
    """The plain call."""
    usual = {
        "vector_size": 16,
        "alpha": 0.05,
        "window": 10,
        "negative": 10,
        "dm": 0,
        "dbow_words": 1,
        "min_count": 1,
        "epochs": 3,
    }
    return Doc2Vec(documents, workers=1, seed=seed, **{**usual, **settings})


def histories(log: InteractionLog, seed: int = 0) -> list[TaggedDocument]:
    """A document a user, with ids for words and tags."""
    sequences = log.sequences("user", seed=seed)
    return [TaggedDocument(log.item_ids[s].tolist(), [u]) for s, u in zip(sequences, log.user_ids, strict=True)]


def assert_same(embedding: Embedding, model: Doc2Vec) -> None:
    """Bit for bit, whatever was not trained being 0."""
    assert embedding.user_vectors is not None
    assert embedding.user_ids is not None
    assert embedding.context_vectors is not None
    for ids, rows, keyed, theirs in (
        (embedding.item_ids, embedding.item_vectors, model.wv, model.wv.vectors),
        (embedding.item_ids, embedding.context_vectors, model.wv, model.syn1neg),
        (embedding.user_ids, embedding.user_vectors, model.dv, model.dv.vectors),
    ):
        for name, row in zip(ids, rows, strict=True):
            known = name in keyed.key_to_index
            expected = theirs[keyed.key_to_index[name]] if known else np.zeros(16, np.float32)
            assert row.tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {"sample": 1 / 200}),
        ({"model": "PV-DM"}, {"dm": 1, "sample": 1 / 200}),
        ({"adapt_sample": False, "sample": 1e-3}, {"sample": 1e-3}),
        ({"sample": 0, "window": 3, "negatives": 4}, {"sample": 0, "window": 3, "negative": 4}),
        ({"sample": 0, "ns_exponent": -0.5}, {"sample": 0, "ns_exponent": -0.5}),
        ({"sample": 0, "learning_rate": 0.1, "min_count": 40}, {"sample": 0, "alpha": 0.1, "min_count": 40}),
    ],
    ids=lambda values: ", ".join(f"{name}={value}" for name, value in values.items()),
)
def test_equals_gensim_bit_for_bit_with_one_thread(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert LOG.n_items == 200
    assert_same(fit(LOG, seed=4, dimensions=16, epochs=3, **ours), gensim(histories(LOG, seed=4), seed=4, **theirs))


def test_a_long_history_is_trained_whole_in_pieces_with_the_users_tag() -> None:
    # gensim itself trains 10,000 of these 25,000 events and is silent about the rest.
    numbers = np.random.default_rng(0).integers(50, size=25_000)
    words = [f"i{number:02d}" for number in numbers]
    log = make_log(["u"] * 25_000 + ["v"] * 3, [*words, "i00", "i01", "i02"], times=range(25_003))
    embedding = fit(log, dimensions=16, epochs=1, sample=0)
    assert embedding.notes == (
        "Documents of more than 10,000 events, split into pieces: 1.",
        "After subsampling 100% of the events were trained on.",
    )
    cuts = [0, 8_333, 16_666, 25_000]
    pieces = [TaggedDocument(words[start:end], ["u"]) for start, end in itertools.pairwise(cuts)]
    assert_same(embedding, gensim([*pieces, TaggedDocument(["i00", "i01", "i02"], ["v"])], sample=0, epochs=1))


def test_sessions_of_a_user_share_the_users_vector() -> None:
    log = two_islands(users=30)
    sequences = log.sequences("session", seed=0)
    owners = log.user_ids[log.user_codes[sequences.offsets[:-1]]]
    documents = [TaggedDocument(log.item_ids[s].tolist(), [u]) for s, u in zip(sequences, owners, strict=True)]
    by_session = fit(log, sequences="session", dimensions=16, epochs=3, sample=0)
    assert_same(by_session, gensim(documents, sample=0))
    assert len(documents) == 90
    gap = fit(log, sequences="gap", gap_minutes=30, dimensions=16, epochs=3, sample=0)
    assert gap.item_vectors.tobytes() == by_session.item_vectors.tobytes() != fit(log).item_vectors.tobytes()


def nearest(one: npt.NDArray[np.float32], others: npt.NDArray[np.float32], k: int) -> npt.NDArray[np.intp]:
    """For each row the k others with the highest cosine."""
    one, others = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (one, others))
    return np.argsort(-one @ others.T, axis=1)[:, :k]


@pytest.mark.parametrize("islands", [2, 4])
def test_users_lie_near_the_items_that_they_took(islands: int) -> None:
    log = two_islands(islands=islands)
    embedding = fit(log, epochs=30)
    assert embedding.user_vectors is not None
    island_of_user = np.array([user.removeprefix("user ")[0] for user in log.user_ids])
    island_of_item = np.array([item[0] for item in log.item_ids])
    near = island_of_item[nearest(embedding.user_vectors, embedding.item_vectors, 5)]
    assert (near == island_of_user[:, np.newaxis]).mean() >= 0.99


def test_distributed_memory_puts_users_of_one_taste_together() -> None:
    """Only among themselves: neighbours tell the island already, so that a user's vector need not point there."""
    log = two_islands()
    embedding = fit(log, model="PV-DM", epochs=100)
    assert embedding.user_vectors is not None
    for ids, vectors in ((log.user_ids, embedding.user_vectors), (log.item_ids, embedding.item_vectors)):
        island = np.array([name.removeprefix("user ")[0] for name in ids])
        others = nearest(vectors, vectors, 6)[:, 1:]
        assert (island[others] == island[:, np.newaxis]).mean() >= 0.99


def test_baskets_are_documents_where_there_are_no_users() -> None:
    log = two_islands(users=40)
    assert log.session_codes is not None
    items, sessions = log.item_ids[log.item_codes].tolist(), [f"s{code:03d}" for code in log.session_codes]
    embedding = fit(make_log(None, items, sessions=sessions), dimensions=8)
    as_users = fit(make_log(sessions, items), dimensions=8)
    assert embedding.user_ids is not None
    assert embedding.user_ids.tolist() == sorted(set(sessions))
    assert embedding.item_vectors.tobytes() == as_users.item_vectors.tobytes()


def test_two_threads_train_every_event() -> None:
    embedding = fit(LOG, threads=2, dimensions=8, sample=0, epochs=3)
    assert embedding.missing == []
    assert embedding.notes == ("After subsampling 100% of the events were trained on.",)
    assert embedding.losses == ()  # gensim's Doc2Vec works none out


def test_a_small_catalogue_is_not_thinned_away() -> None:
    assert fit(two_islands()).notes[0] == "Subsampling threshold: the share of an average item, 0.042, not 0.0001."
    # 24 even items: kept with chance sqrt(1e-4 * 24) + 1e-4 * 24 = 5.1 %.
    assert fit(two_islands(), adapt_sample=False).notes == ("After subsampling 5% of the events were trained on.",)


def test_rare_and_lonely_items_and_users_left_out_have_no_vector_and_are_counted() -> None:
    users = ["u", "u", "u", "u", "v", "v", "v", "v", "w", "x", "y"]
    log = make_log(users, [*"abababab", "lonely", "lonely", "rare"])
    embedding = fit(log, min_count=2, epochs=30)
    assert embedding.missing == ["lonely", "rare"]
    assert embedding.notes[-3:] == (
        "Items with fewer than 2 events, without a vector: 1.",
        "Items that were never seen beside another, without a vector: 1.",
        "Users of whose events none was trained on, without a vector: 1.",
    )
    assert embedding.user_vectors is not None
    assert embedding.user_vectors.any(axis=1).tolist() == [True, True, True, True, False]


def test_what_cannot_be_done_is_refused_in_words() -> None:
    with pytest.raises(ParameterError, match=r"^user2vec needs at least 2 items with min_count = 500 events, and this"):
        fit(two_islands(), min_count=500)
    with pytest.raises(ParameterError, match=r"^user2vec learns from items that stand together, and here every seq"):
        fit(make_log(["u", "v", "w"], ["a", "b", "c"]))
    with pytest.raises(ParameterError, match="session column"):
        fit(make_log(["u", "u", "v"], ["a", "b", "a"]), sequences="session")
    with pytest.raises(ParameterError, match="time column"):
        fit(make_log(["u", "u", "v"], ["a", "b", "a"]), sequences="gap")

"""The compiled skip-gram against a slow version of the same, written down pair by pair."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from embedders.base import Embedding, no_progress
from embedders.item2vec import Item2vec, Item2vecParams
from embedders.parts import skip_gram
from embedders.parts.alias import AliasTable, alias_table
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import Sequences
from tests.planted import make_log, two_islands, zipf_log

Rows = npt.NDArray[np.float64]
MASK = (1 << 64) - 1
SHARED_BY = 2  # neighbours that share their negatives


class Draws:
    """splitmix64, in whole numbers of Python."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def bits(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        bits = self.state
        bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
        return bits ^ (bits >> 31)

    def negative(self, table: AliasTable) -> int:
        bits = self.bits()
        item = (bits >> 32) * len(table.chance) >> 32
        return item if (bits & 0xFFFFFF) / (1 << 24) < table.chance[item] else int(table.other[item])


@dataclass(frozen=True)
class Block:
    """Neighbours of an item, by their places in its sequence, and what they are to be told: the item, its negatives."""

    places: list[int]
    outputs: list[int]


def draw(
    sequences: Sequences, n_items: int, settings: skip_gram.Settings, random: np.random.Generator
) -> Iterator[tuple[float, list[int], list[list[Block]]]]:
    """Every sequence of every epoch, in one batch an epoch: learning rate, items that were kept, blocks of each."""
    counts = np.bincount(sequences.items, minlength=n_items)
    kept = skip_gram.chance_to_keep(counts, settings.sample, settings.min_count)
    table = alias_table(np.where(kept > 0, np.maximum(counts, 1.0) ** settings.ns_exponent, 0.0))
    for epoch in range(settings.epochs):
        rate = settings.learning_rate * (1 - epoch / settings.epochs)
        draws = Draws(int(random.integers(2**63)))
        for begin, end in zip(sequences.offsets[:-1], sequences.offsets[1:], strict=True):
            events = []
            for event in range(begin, end):
                chance = kept[sequences.items[event]]
                if chance >= 1 or (chance > 0 and (draws.bits() & 0xFFFFFF) / (1 << 24) < chance):
                    events.append(event)
            items = [int(sequences.items[event]) for event in events]
            blocks: list[list[Block]] = []
            for place, event in enumerate(events):
                window = len(sequences.items) if settings.window is None else settings.window
                width = window - (((draws.bits() >> 32) * window) >> 32) if settings.shrink_windows else window
                near = [at for at in range(len(events)) if at != place and abs(at - place) <= width]
                if settings.longest_pause is not None:
                    assert sequences.timestamps is not None
                    times = sequences.timestamps
                    near = [at for at in near if abs(times[events[at]] - times[event]) <= settings.longest_pause]
                blocks.append([])
                for first in range(0, len(near), SHARED_BY):
                    drawn = [draws.negative(table) for _ in range(settings.negatives)]
                    outputs = [items[place], *(item for item in drawn if item != items[place])]
                    blocks[-1].append(Block(near[first : first + SHARED_BY], outputs))
            yield rate, items, blocks


def learn(vector: Rows, outputs: Rows, numbers: list[int], rate: float) -> Rows:
    """What the vector is to move by; the outputs of these numbers, of which the first is right, move."""
    move = np.zeros_like(vector)
    pulls = rate * ((np.arange(len(numbers)) == 0) - 1 / (1 + np.exp(-outputs[numbers] @ vector)))
    for number, pull in zip(numbers, pulls, strict=True):
        move += pull * outputs[number]
        outputs[number] += pull * vector
    return move


def slow(sequences: Sequences, n_items: int, settings: skip_gram.Settings, seed: int) -> Rows:
    """Input and output vectors after training in one batch an epoch: (2, n_items, dimensions)."""
    random = np.random.default_rng(seed)
    start = (2 * random.random((n_items, settings.dimensions), dtype=np.float32) - 1) / settings.dimensions
    inputs, outputs = start.astype(np.float64), np.zeros((n_items, settings.dimensions))
    touched = set()
    for rate, items, blocks in draw(sequences, n_items, settings, random):
        for block in itertools.chain(*blocks):
            for place in block.places:
                inputs[items[place]] += learn(inputs[items[place]], outputs, block.outputs, rate)
            touched.add(block.outputs[0])
    idle = [item for item in range(n_items) if item not in touched]
    inputs[idle] = outputs[idle] = 0
    return np.stack([inputs, outputs])


def sequences_of(seed: int = 0, n_items: int = 20, n_sequences: int = 30) -> Sequences:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, 25, n_sequences)
    items = np.minimum(random.zipf(1.5, lengths.sum()) - 1, n_items - 2).astype(np.int32)  # the last one is never seen
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    return Sequences(items, offsets, np.cumsum(random.integers(0, 60, lengths.sum())))


USUAL: dict[str, Any] = {
    "dimensions": 6, "window": 3, "shrink_windows": True, "longest_pause": None, "negatives": 4, "ns_exponent": 0.75,
    "sample": 0.0, "epochs": 3, "learning_rate": 0.2, "min_count": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"shrink_windows": False},
        {"window": None, "shrink_windows": False},
        {"longest_pause": 40},
        {"window": None, "shrink_windows": False, "longest_pause": 0},
        {"sample": 0.02},
        {"min_count": 5},
        {"ns_exponent": -0.5, "negatives": 1},
    ],
    ids=str,
)
def test_every_pair_and_every_step_is_that_of_the_slow_version(change: dict[str, Any]) -> None:
    sequences, settings = sequences_of(), skip_gram.Settings(**{**USUAL, **change})
    trained = skip_gram.train(sequences, 20, settings, seed=3, threads=1, progress=no_progress)
    assert trained.context is not None
    expected = slow(sequences, 20, settings, 3)
    assert np.abs(expected[1]).max() > 0.1  # it moved far from where it started
    # The sigmoid comes from a table of 4,096 steps from -8 to 8: each pull is off by up to 0.001 of the rate.
    np.testing.assert_allclose(trained.vectors, expected[0], atol=0.02)
    np.testing.assert_allclose(trained.context, expected[1], atol=0.02)
    assert not trained.vectors[19].any()


def test_the_loss_falls_and_starts_at_that_of_a_guess() -> None:
    settings = skip_gram.Settings(**{**USUAL, "window": 1, "shrink_windows": False, "epochs": 20})
    trained = skip_gram.train(sequences_of(), 20, settings, seed=0, threads=1, progress=no_progress)
    sequences = sequences_of()
    pairs = 2 * (sequences.lengths() - 1).sum() / len(sequences.items)
    # At the start each of 1 + 4 outputs is a guess: log 2 each, a little less where a negative was the item itself.
    assert 0.5 * 5 * np.log(2) * pairs < trained.losses[0] < 5 * np.log(2) * pairs
    assert trained.losses[-1] < 0.9 * trained.losses[0]
    assert len(trained.losses) == 20


def test_two_threads_do_all_the_work_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skip_gram, "PAIRS_A_BATCH", 200)
    told: list[tuple[float, float]] = []
    settings = skip_gram.Settings(**USUAL)
    one, two = (
        skip_gram.train(sequences_of(), 20, settings, seed=0, threads=threads,
                        progress=lambda stage, done, total, loss=None: told.append((done, total)))
        for threads in (1, 2)
    )  # fmt: skip
    assert one.events_used == two.events_used == 1
    assert told[-1][0] == told[-1][1]
    np.testing.assert_allclose(np.mean(one.losses), np.mean(two.losses), rtol=0.1)


@pytest.mark.parametrize("shape", ["one history", "many"])
def test_a_batch_that_ends_within_a_history_loses_no_pair(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With steps of nearly nothing each pair costs log 2 and as much for each negative: how many pairs there were."""
    items = np.random.default_rng(0).permutation(3000).astype(np.int32)
    offsets = np.array([0, 3000]) if shape == "one history" else np.arange(0, 3001, 30)
    settings = skip_gram.Settings(**{**USUAL, "window": 9, "shrink_windows": False, "negatives": 1, "epochs": 1})
    settings = replace(settings, learning_rate=1e-12)
    reports: list[float] = []
    monkeypatch.setattr(skip_gram, "LEAST_RATE", 1e-12)
    monkeypatch.setattr(skip_gram, "PAIRS_A_BATCH", 900)
    trained = skip_gram.train(
        Sequences(items, offsets, None), 3000, settings, seed=0, threads=2,
        progress=lambda stage, done, total, loss=None: reports.append(done),
    )  # fmt: skip
    pairs = sum(
        min(place + 9, end - 1) - max(place - 9, begin)
        for begin, end in itertools.pairwise(offsets.tolist())
        for place in range(begin, end)
    )
    assert trained.losses[0] * 3000 == pytest.approx(2 * np.log(2) * pairs, rel=2e-3)
    assert trained.events_used == 1
    assert reports[-1] == 3000


def test_batches_end_where_sequences_do_but_within_a_long_one() -> None:
    offsets = np.array([0, 10, 20, 30, 1030, 1040])
    settings = skip_gram.Settings(**{**USUAL, "epochs": 1})
    plan = skip_gram._plan(offsets, settings, skip_gram.PAIRS_A_BATCH // 100, np.random.default_rng(0))
    assert [batch.first_event for batch in plan[1:]] == [batch.last_event for batch in plan[:-1]]
    assert (plan[0].first_event, plan[-1].last_event) == (0, 1040)
    assert max(batch.last_event - batch.first_event for batch in plan) <= 210
    for batch in plan:
        assert offsets[batch.first_sequence] <= batch.first_event < offsets[batch.first_sequence + 1]
        assert offsets[batch.last_sequence - 1] < batch.last_event <= offsets[batch.last_sequence]


def test_alias_tables_give_back_their_weights() -> None:
    weights = np.random.default_rng(0).random(200) ** 4
    weights[7] = 0
    table = alias_table(weights)
    shares = table.chance / 200
    np.add.at(shares, table.other, (1 - table.chance) / 200)
    np.testing.assert_allclose(shares, weights / weights.sum(), atol=1e-6)
    assert shares[7] == 0


def fit(log: InteractionLog, **values: Any) -> Embedding:
    return Item2vec().fit(log, Item2vecParams.checked({"threads": 1, "dimensions": 8, **values}), seed=0)


def nearest(embedding: Embedding) -> npt.NDArray[np.intp]:
    unit = embedding.item_vectors / np.linalg.norm(embedding.item_vectors, axis=1, keepdims=True)
    scores = unit @ unit.T
    np.fill_diagonal(scores, -np.inf)
    return np.asarray(scores.argmax(axis=1))


def test_a_time_window_finds_what_comes_within_minutes() -> None:
    """A user takes pairs, one a day; without the time window the next day's pair is as near as the other half."""
    random = np.random.default_rng(0)
    users: list[str] = []
    items: list[str] = []
    times: list[int] = []
    for user in range(150):
        for day, pair in enumerate(random.permutation(10)):
            for half in random.permutation(2):
                users.append(f"u{user:03d}")
                items.append(f"p{pair}{'ab'[half]}")
                times.append(86_400 * day + 60 * len(times))
    log = make_log(users, items, times=times)
    embedding = fit(log, sequences="user", time_window_minutes=10, window=5, sample=0, epochs=30, vectors="in + out")
    assert (nearest(embedding) == np.arange(20) ^ 1).all()
    loose = fit(log, sequences="user", window=5, sample=0, epochs=30, vectors="in + out")
    assert (nearest(loose) == np.arange(20) ^ 1).mean() < 1


def test_the_sum_of_both_sides_is_the_sum_of_both_sides() -> None:
    inside, both = fit(two_islands()), fit(two_islands(), vectors="in + out")
    assert inside.context_vectors is not None
    assert np.array_equal(both.item_vectors, inside.item_vectors + inside.context_vectors)


def test_a_history_of_any_length_is_trained_uncut() -> None:
    numbers = np.random.default_rng(0).integers(50, size=25_000)
    log = make_log(["u"] * 25_000, [f"i{number:02d}" for number in numbers], times=range(25_000))
    assert fit(log, epochs=1, sample=0).notes == ("After subsampling 100% of the events were trained on.",)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"engine": "compiled", "model": "cbow"}, "cannot do model = 'cbow'"),
        ({"engine": "compiled", "loss": "hierarchical softmax"}, "cannot do loss = 'hierarchical softmax'"),
        ({"vectors": "in + out", "loss": "hierarchical softmax"}, "has no vectors out"),
        ({"model": "cbow", "time_window_minutes": 5}, "cannot go with model = 'cbow'"),
        ({"engine": "gensim", "time_window_minutes": 5}, "cannot go with engine = 'gensim'"),
        ({"engine": "gensim", "longest_sequence": 10_001}, "at most 10,000"),
    ],
)
def test_what_no_engine_does_is_refused_with_one_sentence(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        fit(two_islands(), **values)


def test_a_time_window_needs_times() -> None:
    with pytest.raises(ParameterError, match="this log has none"):
        fit(make_log(["u", "u", "v", "v"], ["a", "b", "a", "b"]), time_window_minutes=5)


def test_it_agrees_with_gensim_on_what_is_near() -> None:
    """Two engines, one model: their neighbour lists are as alike as those of two seeds of gensim."""
    log = zipf_log(users=400, events_per_user=30)
    ours, theirs = fit(log, epochs=5), fit(log, epochs=5, engine="gensim")
    correlation = np.corrcoef(_cosines(ours), _cosines(theirs))[0, 1]
    again = Item2vec().fit(
        log, Item2vecParams.checked({"threads": 1, "dimensions": 8, "epochs": 5, "engine": "gensim"}), seed=1
    )
    assert correlation > np.corrcoef(_cosines(again), _cosines(theirs))[0, 1] - 0.05


def _cosines(embedding: Embedding) -> npt.NDArray[np.float32]:
    unit = embedding.item_vectors / np.linalg.norm(embedding.item_vectors, axis=1, keepdims=True)
    return np.asarray((unit @ unit.T)[np.triu_indices(len(unit), 1)])

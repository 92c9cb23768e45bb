"""Skip-gram with negative sampling on sequences of item codes, in compiled code of our own.

Mikolov et al., 2013, with the negatives of an item drawn once for two neighbours of its window (Ji et al., 2016, draw
them once for all), whose vectors then stay in the processor's cache. Threads share the vectors without locks (Recht et
al., 2011).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, Vectors, no_progress
from embedders.parts import background
from embedders.parts.alias import AliasTable, alias_table
from embedders.parts.tally import Report, Tally
from interactions.sequences import Sequences

PAIRS_A_BATCH = 500_000  # about a second's work at most: how long a cancelled thread may still run
LEAST_RATE = 1e-4  # where the learning rate ends, as in word2vec


@dataclass(frozen=True)
class Settings:
    """What is to be learned.

    window          events to each side at most; None = the whole sequence
    shrink_windows  draw each window from 1 to `window`, so that near items count more
    longest_pause   seconds that may lie between the two items of a pair at most; None = any number
    sample          share of all events from which on an item is thinned out, 0 = none is
    """

    dimensions: int
    window: int | None
    shrink_windows: bool
    longest_pause: int | None
    negatives: int
    ns_exponent: float
    sample: float
    epochs: int
    learning_rate: float
    min_count: int


@dataclass(frozen=True)
class Trained:
    """Rows in item-code order; a zero row = the item was dropped by min_count or never had a neighbour to learn from.

    vectors      float32 (n_items, dimensions), the input side
    context      float32 (n_items, dimensions), the output side, or None with hierarchical softmax
    losses       mean loss of an event, epoch by epoch
    events_used  share of the events that were trained on, after min_count and subsampling
    """

    vectors: Vectors
    context: Vectors | None
    losses: tuple[float, ...]
    events_used: float


class Batch(NamedTuple):
    """Events from one up to another, with a random start of their own: the draws do not depend on threads.

    first_sequence  and last_sequence, left out as last_event is: the sequences that they lie in
    """

    epoch: int
    first_sequence: int
    last_sequence: int
    first_event: int
    last_event: int
    learning_rate: float
    seed: int


def train(
    sequences: Sequences, n_items: int, settings: Settings, *, seed: int, threads: int, progress: Progress
) -> Trained:
    """Train on all sequences, uncut; with one thread the same seed gives the same vectors bit for bit.

    Raises ValueError where `longest_pause` is asked of sequences without times.
    """
    if settings.longest_pause is not None and sequences.timestamps is None:
        raise ValueError("pairs by time need sequences with times")
    total = len(sequences.items) * settings.epochs
    progress("Preparing the training", 0, total)  # the first time on a machine the code is compiled here
    from embedders.parts import skip_gram_kernel
    from embedders.parts.lanes import in_lanes, out_of_lanes

    random = np.random.default_rng(seed)
    kept, negatives = chances(sequences, n_items, settings)
    vectors = in_lanes(first_vectors(n_items, settings.dimensions, random))
    context = np.zeros_like(vectors)
    touched = np.zeros(n_items, dtype=np.bool_)
    times = np.zeros(1, dtype=np.int64) if sequences.timestamps is None else sequences.timestamps
    longest = int(sequences.lengths().max())
    window = longest if settings.window is None else settings.window
    longest_pause = -1 if settings.longest_pause is None else settings.longest_pause

    def step(batch: Batch) -> tuple[int, float]:
        return skip_gram_kernel.train(  # type: ignore[no-any-return]
            sequences.items, sequences.offsets, times, batch.first_sequence, batch.last_sequence,
            batch.first_event, batch.last_event, kept, negatives.chance, negatives.other,
            window, settings.shrink_windows, longest_pause, settings.negatives,
            np.float32(batch.learning_rate), np.uint64(batch.seed), vectors, context, touched,
        )  # fmt: skip

    tally = in_batches(step, sequences, settings, min(window, longest), random, threads=threads, progress=progress)
    vectors[~touched], context[~touched] = 0, 0
    return Trained(
        out_of_lanes(vectors, settings.dimensions),
        out_of_lanes(context, settings.dimensions),
        tuple(tally.losses),
        tally.trained / total,
    )


def in_batches(
    step: Callable[[Batch], tuple[int, float]],
    sequences: Sequences,
    settings: Settings,
    pairs_an_event: int,
    random: np.random.Generator,
    *,
    threads: int,
    progress: Progress,
) -> Tally:
    """Do the step for every batch of every epoch, on threads; a step gives its events trained on and their loss."""
    plan = _plan(sequences.offsets, settings, pairs_an_event, random)
    batches, lock = iter(plan), Lock()
    reports: SimpleQueue[Report] = SimpleQueue()

    def work(stop: Event) -> None:
        while not stop.is_set():
            with lock:
                batch = next(batches, None)
            if batch is None:
                return
            trained, loss = step(batch)
            reports.put(Report(batch.epoch, trained, batch.last_event - batch.first_event, loss))

    tally = Tally(settings.epochs, len(plan) // settings.epochs, len(sequences.items), reports, progress)
    background.run([work] * min(threads, len(plan)), tally.tell)
    return tally


def first_vectors(n: int, dimensions: int, random: np.random.Generator) -> Vectors:
    """Small random vectors to begin with, float32 (n, dimensions) from -1 to 1 over the dimensions, as in word2vec."""
    return (2 * random.random((n, dimensions), dtype=np.float32) - 1) / np.float32(dimensions)


def chances(sequences: Sequences, n_items: int, settings: Settings) -> tuple[npt.NDArray[np.float32], AliasTable]:
    """(how likely each item's events stay, float32 (n_items,); the table that negatives are drawn from)."""
    counts = np.bincount(sequences.items, minlength=n_items)
    kept = chance_to_keep(counts, settings.sample, settings.min_count)
    return kept, alias_table(_negative_weights(np.where(kept > 0, counts, 0), settings.ns_exponent))


def warm_up() -> None:
    """Compile once, and keep on disk, what a training needs: run after installation, it spares the first the wait."""
    few = Sequences(np.array([0, 1], dtype=np.int32), np.array([0, 2]), None)
    settings = Settings(2, 1, False, None, 1, 0.75, 0.0, 1, 0.025, 1)
    train(few, 2, settings, seed=0, threads=1, progress=no_progress)


def chance_to_keep(counts: npt.NDArray[np.int64], sample: float, min_count: int) -> npt.NDArray[np.float32]:
    """How likely each item's events stay, float32 (n_items,): √(t/f) + t/f, f = its share of the events, t = sample.

    As word2vec's code has it; 0 below min_count, which counts before.

    >>> chance_to_keep(np.array([8, 1, 0, 1]), sample=0.05, min_count=1).round(4).tolist()  # f = .8, .1, 0, .1
    [0.3125, 1.0, 0.0, 1.0]
    """
    frequent = (counts >= min_count) & (counts > 0)
    if sample == 0:
        return frequent.astype(np.float32)
    ratio = sample * counts[frequent].sum() / np.maximum(counts, 1)
    return np.where(frequent, np.minimum(np.sqrt(ratio) + ratio, 1.0), 0.0).astype(np.float32)


def _negative_weights(counts: npt.NDArray[np.int64], exponent: float) -> npt.NDArray[np.float64]:
    """How often each item is drawn as a negative, relative to the others; an item that is not trained never."""
    known = counts > 0
    return np.where(known, np.power(np.maximum(counts, 1), exponent, dtype=np.float64), 0.0)


def _plan(
    offsets: npt.NDArray[np.int64], settings: Settings, pairs_an_event: int, random: np.random.Generator
) -> list[Batch]:
    """All batches of all epochs, in the order of the log as word2vec takes them; the rate falls with the events.

    A batch ends where a sequence does, except within one that is longer than a batch.
    """
    events = int(offsets[-1])
    number = max(1, events * pairs_an_event // PAIRS_A_BATCH)
    even = np.linspace(0, events, number + 1).astype(np.int64)
    ends = offsets[np.searchsorted(offsets, even)]
    bounds = list(itertools.pairwise(np.unique(np.where(ends - even <= events // number, ends, even)).tolist()))
    batches = []
    for epoch in range(settings.epochs):
        for first, last in bounds:
            done = epoch + first / events
            rate = max(settings.learning_rate * (1 - done / settings.epochs), LEAST_RATE)
            sequences = int(np.searchsorted(offsets, first, "right")) - 1, int(np.searchsorted(offsets, last))
            batches.append(Batch(epoch, *sequences, first, last, rate, int(random.integers(2**63))))
    return batches

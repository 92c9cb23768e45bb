"""item2vec: word2vec on sequences of items."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from embedders.base import Family, Learned, Method, Params, Progress, parameter
from embedders.parts.word2vec import LONGEST_SENTENCE, Settings, train
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import SequenceBy, Sequences


class Item2vecParams(Params):
    """Parameters of item2vec."""

    threads: int = parameter(
        2,
        "Processor threads to work with; more train faster, but only 1 gives the same vectors again bit for bit.",
        low=1,
        high=64,
        advanced=True,
    )
    sequences: Literal["automatic", "session", "user", "gap"] = parameter(
        "automatic",
        "Where one sequence ends and the next begins: with the session, the user, or a gap in time; automatic = by "
        "session where the log has sessions, else by user.",
    )
    gap_minutes: float = parameter(
        30.0,
        "For sequences by gap: a longer pause than this starts a new sequence; larger gives fewer, longer sequences.",
        low=0.1,
        high=525_600.0,
    )
    window: int = parameter(
        10,
        "How far apart two items of a sequence may stand to count as a pair (each time drawn from 1 to this); larger "
        "sees looser company.",
        low=1,
        high=500,
    )
    whole_session: bool = parameter(
        False, "Take all pairs of a sequence in place of a window; work grows with the square of its length."
    )
    model: Literal["skip-gram", "cbow"] = parameter(
        "skip-gram",
        "skip-gram = predict each neighbour from the item, better for rare items; cbow = predict the item from the "
        "mean of its neighbours, faster.",
    )
    loss: Literal["negative sampling", "hierarchical softmax"] = parameter(
        "negative sampling",
        "negative sampling = tell real neighbours from drawn ones; hierarchical softmax = a tree over all items by "
        "frequency, without drawing and without context vectors.",
    )
    negatives: int = parameter(
        10,
        "Drawn items for each real pair (negative sampling); more separate items better and take longer.",
        low=1,
        high=100,
    )
    epochs: int = parameter(
        10, "Passes over all sequences; more fit them more closely, small logs need more.", low=1, high=1000
    )
    ns_exponent: float = parameter(
        0.75,
        "Negatives are drawn by frequency to this power; larger draws popular items more often and so pushes them "
        "away more, 0 draws all alike, below 0 rare ones more.",
        low=-2.0,
        high=2.0,
        advanced=True,
    )
    sample: float = parameter(
        1e-4,
        "Items above this share of all events are thinned out by chance; larger thins fewer, 0 none.",
        low=0.0,
        high=0.1,
        advanced=True,
    )
    adapt_sample: bool = parameter(
        True,
        "In a small catalogue use the share of an average item as that threshold, where it is larger: else nearly all "
        "events of a log with few items would be left out.",
        advanced=True,
    )
    learning_rate: float = parameter(
        0.025,
        "Size of the first step, from which it falls to nearly 0; larger learns faster and may overshoot.",
        low=0.001,
        high=1.0,
        advanced=True,
    )
    min_count: int = parameter(
        1, "Items with fewer events get no vector; larger drops more rare items.", low=1, high=1_000_000, advanced=True
    )
    longest_sequence: int = parameter(
        1000,
        "Longer sequences are split into even pieces of at most this many events; larger keeps long histories whole.",
        low=2,
        high=LONGEST_SENTENCE,
        advanced=True,
    )


class Item2vec(Method[Item2vecParams]):
    """Barkan & Koenigstein, 2016: skip-gram with negative sampling (Mikolov et al., 2013) on items.

    Events of one sequence and equal time have no order: one is drawn from the seed, once for all epochs.
    """

    name: ClassVar[str] = "item2vec"
    title: ClassVar[str] = "item2vec"
    short: ClassVar[str] = "item2vec"
    repeats_on_threads: ClassVar[bool] = False
    family: ClassVar[Family] = "sequences"
    summary: ClassVar[str] = (
        "The likelihood that items near each other in a sequence are told from items drawn by their frequency."
    )
    sees: ClassVar[str] = "Item sequences through a window: which items stand close together, not whose they are."
    Params = Item2vecParams

    def learn(self, log: InteractionLog, params: Item2vecParams, seed: int, progress: Progress) -> Learned:
        """Sequences, their pieces, word2vec, and what a person should know about what was left out."""
        progress("Cutting sequences", 0, log.n_interactions * params.epochs)
        by: SequenceBy | None = None if params.sequences == "automatic" else params.sequences
        whole = log.sequences(by, gap_minutes=params.gap_minutes, seed=seed)
        pieces = split_long(whole, params.longest_sequence)
        frequent = _frequent(pieces, log.n_items, params.min_count)
        sample = _threshold(params, int(frequent.sum()))
        longest = int(pieces.lengths().max())
        trained = train(
            pieces,
            log.n_items,
            Settings(
                vector_size=params.dimensions,
                skip_gram=params.model == "skip-gram",
                hierarchical_softmax=params.loss == "hierarchical softmax",
                window=longest if params.whole_session else params.window,
                shrink_windows=not params.whole_session,
                negative=params.negatives,
                ns_exponent=params.ns_exponent,
                sample=sample,
                epochs=params.epochs,
                learning_rate=params.learning_rate,
                min_count=params.min_count,
            ),
            seed=seed,
            threads=params.threads,
            progress=progress,
        )
        notes = []
        if too_long := int((whole.lengths() > params.longest_sequence).sum()):
            notes.append(f"Sequences of more than {params.longest_sequence:,} events, split into pieces: {too_long:,}.")
        if params.whole_session:
            notes.append(f"All pairs of a sequence were taken; the longest has {longest:,} events.")
        if sample > params.sample:
            notes.append(f"Subsampling threshold: the share of an average item, {sample:.2g}, not {params.sample:g}.")
        notes.append(f"After subsampling {trained.events_used:.0%} of the events were trained on.")
        if rare := int((np.bincount(log.item_codes, minlength=log.n_items) > 0).sum() - frequent.sum()):
            notes.append(f"Items with fewer than {params.min_count} events, without a vector: {rare:,}.")
        if lonely := int((frequent & ~trained.vectors.any(axis=1)).sum()):
            notes.append(f"Items that were never seen beside another, without a vector: {lonely:,}.")
        return Learned(trained.vectors, context_vectors=trained.context, losses=trained.losses, notes=tuple(notes))


def split_long(sequences: Sequences, longest: int) -> Sequences:
    """Sequences of more than `longest` items cut into as few and as even pieces as can be."""
    lengths = sequences.lengths()
    pieces = np.maximum(-(-lengths // longest), 1)
    sequence = np.repeat(np.arange(len(lengths)), pieces)
    number = np.arange(len(sequence)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    starts = sequences.offsets[:-1][sequence] + number * lengths[sequence] // pieces[sequence]
    return Sequences(sequences.items, np.append(starts, sequences.offsets[-1]), sequences.timestamps)


def _frequent(sequences: Sequences, n_items: int, min_count: int) -> npt.NDArray[np.bool_]:
    """Which items have `min_count` events; raises ParameterError where there is no pair of them to learn from."""
    counts = np.bincount(sequences.items, minlength=n_items)
    frequent = counts >= min_count
    if frequent.sum() < 2:
        raise ParameterError(
            f"item2vec needs at least 2 items with min_count = {min_count} events, and this log has "
            f"{int(frequent.sum())}: take a smaller min_count or another log."
        )
    kept = np.concatenate([[0], np.cumsum(frequent[sequences.items])])
    if np.diff(kept[sequences.offsets]).max() < 2:
        raise ParameterError(
            "item2vec learns from items that stand together, and here every sequence has a single item: choose "
            "longer sequences, by user for example."
        )
    return np.asarray(frequent)


def _threshold(params: Item2vecParams, n_items: int) -> float:
    """The subsampling threshold, a share of all events.

    An item of share f is kept with chance sqrt(t / f) + t / f at threshold t, so at t = 1 / n_items it is thinned from
    2.6 times the average share on. From 10,000 items on that is below the usual 1e-4, which then stands.
    """
    if params.sample == 0 or not params.adapt_sample:
        return params.sample
    return max(params.sample, 1 / n_items)

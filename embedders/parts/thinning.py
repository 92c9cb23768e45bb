"""Which events word2vec and its kin train on: items too rare are left out, frequent ones thinned out by chance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from embedders.base import parameter
from embedders.search import Between
from errors import ParameterError
from interactions.sequences import Sequences

SAMPLE = parameter(
    1e-4,
    "Items above this share of all events are thinned out by chance; larger thins fewer, 0 none.",
    low=0.0,
    high=0.1,
    search=Between(1e-6, 1e-2, log=True),
    advanced=True,
)
ADAPT_SAMPLE = parameter(
    True,
    "In a small catalogue use the share of an average item as that threshold, where it is larger: else nearly all "
    "events of a log with few items would be left out.",
    advanced=True,
)
MIN_COUNT = parameter(
    1, "Items with fewer events get no vector; larger drops more rare items.", low=1, high=1_000_000, advanced=True
)


def frequent_items(sequences: Sequences, n_items: int, min_count: int, title: str) -> npt.NDArray[np.bool_]:
    """Which items have `min_count` events, bool (n_items,).

    Raises ParameterError, in the name of the method, where there is no pair of them to learn from.
    """
    counts = np.bincount(sequences.items, minlength=n_items)
    frequent = counts >= min_count
    if frequent.sum() < 2:
        raise ParameterError(
            f"{title} needs at least 2 items with min_count = {min_count} events, and this log has "
            f"{int(frequent.sum())}: take a smaller min_count or another log."
        )
    kept = np.concatenate([[0], np.cumsum(frequent[sequences.items])])
    if np.diff(kept[sequences.offsets]).max() < 2:
        raise ParameterError(
            f"{title} learns from items that stand together, and here every sequence has a single item: choose "
            "longer sequences, by user for example."
        )
    return np.asarray(frequent)


def threshold(sample: float, adapt: bool, n_items: int) -> float:
    """The subsampling threshold for so many items, a share of all events.

    An item of share f is kept with chance sqrt(t / f) + t / f at threshold t, so at t = 1 / n_items it is thinned from
    2.6 times the average share on. From 10,000 items on that is below the usual 1e-4, which then stands.
    """
    if sample == 0 or not adapt:
        return sample
    return max(sample, 1 / n_items)


def notes(asked: float, taken: float, events_used: float) -> list[str]:
    """What a person should know: a threshold other than the one asked for, and how many events were trained on."""
    used = f"After subsampling {events_used:.0%} of the events were trained on."
    if taken == asked:
        return [used]
    return [f"Subsampling threshold: the share of an average item, {taken:.2g}, not {asked:g}.", used]

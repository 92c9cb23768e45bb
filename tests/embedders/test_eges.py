"""EGES on logs whose items stand on shelves that a column names, beside columns that mislead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from embedders.base import Embedding
from embedders.deepwalk import DeepWalk
from embedders.eges import Eges, EgesParams, _made_of
from errors import ParameterError
from interactions.log import InteractionLog
from tests.planted import make_log, two_islands

SHELVES, ITEMS = "ABCDEF", 20
RARE = 5  # events at most


def shelf_log(seed: int = 0, *, misleading: int = 0, stray: float = 0.0) -> InteractionLog:
    """Sessions of four items of one shelf, of which few are bought often: the right neighbours stand on the same shelf.

    The first letter of an id is its shelf, and so is the column "shelf". Each misleading column has a label a shelf
    too, which only the three bestsellers have by right: any other item has that of a shelf not its own. `stray` = share
    of the events that are of any shelf.
    """
    random = np.random.default_rng(seed)
    chance = 1 / np.arange(1, ITEMS + 1) ** 1.5
    users, items = [], []
    for session in range(600):
        for number in random.choice(ITEMS, size=4, p=chance / chance.sum(), replace=False):
            at_random = random.random() < stray
            shelf = SHELVES[random.integers(len(SHELVES)) if at_random else session % len(SHELVES)]
            users.append(f"u{session:03d}")
            items.append(f"{shelf}{number:02d}")
    log = make_log(users, items, times=range(len(users)))
    return with_columns(log, random, misleading)


def with_columns(log: InteractionLog, random: np.random.Generator, misleading: int) -> InteractionLog:
    columns = {"shelf": [f"shelf {item[0]}" for item in log.item_ids]}
    for number in range(misleading):
        own = [SHELVES.index(item[0]) for item in log.item_ids]
        others = random.integers(1, len(SHELVES), log.n_items)
        shift = np.where([int(item[1:]) < 3 for item in log.item_ids], 0, others)
        columns[f"misleading {number}"] = [f"label {label}" for label in (own + shift) % len(SHELVES)]
    return replace(log, items=log.items.assign(**columns))


def fit(log: InteractionLog, seed: int = 0, **values: Any) -> Embedding:
    usual = {"threads": 1, "dimensions": 16, "epochs": 1, "learning_rate": 0.025}
    return Eges().fit(log, EgesParams.checked({**usual, **values}), seed=seed)


def share_on_own_shelf(embedding: Embedding, of: npt.NDArray[np.bool_]) -> float:
    """Of the 5 nearest of these items, the share that stands on the same shelf."""
    unit = embedding.item_vectors / np.linalg.norm(embedding.item_vectors, axis=1, keepdims=True)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -2)
    shelf = np.array([item[0] for item in embedding.item_ids])
    return float((shelf[np.argsort(-likeness, axis=1)[:, :5]] == shelf[:, np.newaxis])[of].mean())


def rare(log: InteractionLog) -> npt.NDArray[np.bool_]:
    return np.bincount(log.item_codes, minlength=log.n_items) <= RARE


def test_a_column_that_says_it_finds_the_shelf_of_rare_items() -> None:
    log = shelf_log(stray=0.5)
    without, with_column = fit(log), fit(log, item_columns="shelf")
    assert share_on_own_shelf(without, rare(log)) < 0.5
    assert share_on_own_shelf(with_column, rare(log)) > 0.9


def among_misleading_columns(seed: int, **values: Any) -> Embedding:
    """Trained with one column that helps and 16 that mislead."""
    log = shelf_log(seed, misleading=16)
    columns = [name for name in log.items.columns if name not in ("title", "category")]
    return fit(log, seed, item_columns=columns, walks_per_item=2, **values)


def share_of_rare_on_own_shelf(seed: int, **values: Any) -> float:
    return share_on_own_shelf(among_misleading_columns(seed, **values), rare(shelf_log(seed, misleading=16)))


def test_learned_weights_tell_the_column_that_helps_from_those_that_mislead() -> None:
    for seed in range(4):
        note = among_misleading_columns(seed).notes[0]
        shares = [float(part.rsplit(" ", 1)[1].rstrip("%.")) for part in note.split(": ")[1].split(", ")]
        assert len(shares) == 18
        assert shares[1] > 1.5 * max(shares[2:])
    assert np.mean([share_of_rare_on_own_shelf(seed) for seed in range(4)]) > 0.8
    assert np.mean([share_of_rare_on_own_shelf(seed, weighting="mean") for seed in range(4)]) < 0.65


def test_the_note_says_what_a_vector_is_made_of() -> None:
    log = shelf_log(misleading=1)
    columns = ("shelf", "misleading 0")
    assert fit(log, item_columns=columns, weighting="mean").notes == (
        "What a vector is made of, on average over the items: the item itself 33.3%, shelf 33.3%, misleading 0 33.3%.",
    )
    learned = fit(log, item_columns=columns)
    on_average, of_the_rarest = learned.notes
    assert on_average.startswith("What a vector is made of, on average over the items: the item itself ")
    assert of_the_rarest.startswith("The same for the third of them with the fewest events: the item itself ")
    assert fit(log).notes == ("No columns of items were chosen: without them EGES is plain graph embedding.",)


def test_the_note_of_rare_items_is_of_those_with_the_fewest_events() -> None:
    weights = np.array([[0.5, 0.5], [0.75, 0.25], [0.25, 0.75]], dtype=np.float32)
    assert _made_of(("shelf",), weights, np.array([4, 9, 2]), learned=True) == [
        "What a vector is made of, on average over the items: the item itself 50.0%, shelf 50.0%.",
        "The same for the third of them with the fewest events: the item itself 25.0%, shelf 75.0%.",
    ]


def test_without_columns_it_is_deepwalk() -> None:
    log = two_islands()
    ours = fit(log)
    theirs = DeepWalk().fit(
        log, DeepWalk.Params.checked({"threads": 1, "dimensions": 16, "epochs": 1, "learning_rate": 0.025}), seed=0
    )
    np.testing.assert_allclose(ours.item_vectors, theirs.item_vectors, atol=1e-4)
    assert ours.context_vectors is not None
    assert theirs.context_vectors is not None
    np.testing.assert_allclose(ours.context_vectors, theirs.context_vectors, atol=1e-4)


def unseen_log() -> tuple[InteractionLog, npt.NDArray[np.bool_]]:
    """A log without the events of two further items a shelf, and of one on a shelf of its own; and which those are."""
    full = shelf_log()
    assert full.timestamps is not None
    late = [f"{shelf}{number}" for shelf in SHELVES for number in (90, 91)] + ["Z90"]
    end = int(full.timestamps.max())
    log = make_log(
        [*full.user_ids[full.user_codes], *(f"v{item}" for item in late)],
        [*full.item_ids[full.item_codes], *late],
        times=[*full.timestamps, *range(end + 1, end + 1 + len(late))],
    )
    training, _ = with_columns(log, np.random.default_rng(0), 0).split(end + 1)
    return training, np.array([item in late for item in log.item_ids])


def test_unseen_items_come_to_stand_beside_their_shelf() -> None:
    log, late = unseen_log()
    embedding = fit(log, item_columns="shelf", epochs=3)
    assert embedding.missing == ["Z90"]  # nobody knows its shelf
    assert embedding.notes[2:] == ("Items that no walk came to, with a vector from their features alone: 12.",)
    assert embedding.context_vectors is not None
    assert not embedding.context_vectors[late].any()
    known = replace(
        embedding,
        item_ids=embedding.item_ids[embedding.trained],
        item_vectors=embedding.item_vectors[embedding.trained],
    )
    assert share_on_own_shelf(known, late[embedding.trained]) == 1
    assert fit(log).missing == embedding.item_ids[late].tolist()


def test_an_item_bought_alone_is_counted() -> None:
    log = shelf_log()
    users = [*log.user_ids[log.user_codes], "hermit"]
    alone = make_log(users, [*log.item_ids[log.item_codes], "A99"], times=range(len(users)))
    assert fit(alone).missing == ["A99"]
    assert fit(alone).notes[1:] == ("Items that no walk came to, without a vector: 1.",)
    columns = with_columns(alone, np.random.default_rng(0), 0)
    assert fit(columns, item_columns="shelf").missing == []


def test_a_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(ParameterError, match="no column 'aisle' in the table of items: it has title, category, shelf"):
        fit(shelf_log(), item_columns=["aisle"])

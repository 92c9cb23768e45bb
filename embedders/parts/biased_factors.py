"""Factors of observed ratings with biases, by stochastic gradients in compiled code.

Funk, 2006, with the biases of Koren, Bell & Volinsky, 2009.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from embedders.base import Progress, Vectors, no_progress
from embedders.parts import background
from errors import ParameterError
from interactions.log import Codes

if TYPE_CHECKING:
    from scipy import sparse

Floats = npt.NDArray[np.float32]

_FIRST_SPREAD = 0.05  # standard deviation of the entries of the first vectors
_ENTRIES_A_CHUNK = 100_000_000  # entries of vectors moved, about a quarter of a second: how long a cancel may wait


@dataclass(frozen=True)
class Settings:
    """What is to be learned.

    learning_rate        the first step, from which it falls evenly to nearly 0
    regularisation       pull of the vectors towards 0
    bias_regularisation  pull of the biases towards 0
    held_out             share of the ratings that is not trained on and gives the losses; 0 = those of the training
    """

    dimensions: int
    epochs: int
    learning_rate: float
    regularisation: float
    bias_regularisation: float
    held_out: float


@dataclass(frozen=True)
class Factors:
    """What a rating is made of: mean + bias of the user + bias of the item + product of their vectors.

    Users and items without a rating in training have bias 0 and a zero row.

    losses    root mean squared error after each epoch, in the unit of the ratings
    held_out  how many ratings were not trained on
    """

    mean: float
    user_bias: Floats
    item_bias: Floats
    user_vectors: Vectors
    item_vectors: Vectors
    losses: tuple[float, ...]
    held_out: int

    def predicted(self, users: Codes, items: Codes) -> npt.NDArray[np.float64]:
        """The rating of each pair, float64 (n_pairs,)."""
        products = np.einsum("nd,nd->n", self.user_vectors[users], self.item_vectors[items], dtype=np.float64)
        return np.asarray(self.mean + self.user_bias[users] + self.item_bias[items] + products)


class _Ratings(NamedTuple):
    """Ratings one by one: users and items int32, ratings float32, in units of their standard deviation."""

    users: Codes
    items: Codes
    ratings: Floats


class _Model(NamedTuple):
    """What the steps move, in place."""

    user_bias: Floats
    item_bias: Floats
    user_vectors: Vectors
    item_vectors: Vectors


Report = Callable[[float, float | None], None]  # told the epochs done, and the loss where one has just ended


def factorise(ratings: sparse.csr_matrix, settings: Settings, seed: int, progress: Progress) -> Factors:
    """Factors of observed ratings (n_users, n_items), which must not all be equal; the same seed gives the same ones.

    Ratings are learned in units of their standard deviation, so that the parameters suit stars and percentages alike.
    Raises ParameterError where the steps are too large to come to an end.
    """
    random = np.random.default_rng(seed)
    pairs = ratings.tocoo()
    users, items = pairs.row.astype(np.int32), pairs.col.astype(np.int32)
    apart = _held_out(users, items, settings.held_out, random)
    mean, unit = float(pairs.data[~apart].mean(dtype=np.float64)), float(pairs.data.std(dtype=np.float64))
    standard = ((pairs.data - mean) / unit).astype(np.float32)
    trained, measured = (_Ratings(users[part], items[part], standard[part]) for part in (~apart, apart))
    model = _first_model(trained, ratings.shape, settings.dimensions, random)
    reports: SimpleQueue[tuple[float, float | None]] = SimpleQueue()

    def work(stop: Event) -> list[float]:
        return _descend(model, trained, measured, settings, unit, random, stop, lambda *report: reports.put(report))

    told = 0.0

    def beat() -> None:
        nonlocal told
        while not reports.empty():
            told, loss = reports.get()
            if loss is not None:
                progress(f"Epoch {round(told)} of {settings.epochs}", told, settings.epochs, loss)
        progress(f"Epoch {min(int(told) + 1, settings.epochs)} of {settings.epochs}", told, settings.epochs)

    (losses,) = background.run([work], beat)
    unit_bias, unit_vector = np.float32(unit), np.float32(np.sqrt(unit))
    return Factors(
        mean=mean,
        user_bias=model.user_bias * unit_bias,
        item_bias=model.item_bias * unit_bias,
        user_vectors=model.user_vectors * unit_vector,
        item_vectors=model.item_vectors * unit_vector,
        losses=tuple(losses),
        held_out=len(measured.ratings),
    )


def warm_up() -> None:
    """Compile once, and keep on disk, what a training needs: run after installation, it spares the first the wait."""
    from scipy import sparse

    ratings = sparse.csr_matrix(np.array([[1.0, 2.0], [2.0, 1.0]], dtype=np.float32))
    factorise(ratings, Settings(2, 1, 0.02, 0.08, 0.02, held_out=0.5), 0, no_progress)


def _held_out(users: Codes, items: Codes, share: float, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which ratings are not trained on, bool (n,): a random share, but nobody's and no item's only one."""
    order = random.permutation(len(users))
    spare = np.ones(len(users), dtype=np.bool_)
    for codes in (users, items):
        spare[np.unique(codes[order], return_index=True)[1]] = False
    apart = np.zeros(len(users), dtype=np.bool_)
    apart[order[spare][: int(share * len(users))]] = True
    return apart


def _first_model(trained: _Ratings, shape: tuple[int, int], dimensions: int, random: np.random.Generator) -> _Model:
    """Biases of 0 and small random vectors; those that no rating will move are 0 and stay so."""
    sides = []
    for codes, number in zip((trained.users, trained.items), shape, strict=True):
        vectors = random.standard_normal((number, dimensions), dtype=np.float32)
        vectors *= np.float32(_FIRST_SPREAD)
        vectors[np.bincount(codes, minlength=number) == 0] = 0
        sides.append(vectors)
    users, items = sides
    return _Model(np.zeros(shape[0], np.float32), np.zeros(shape[1], np.float32), users, items)


def _descend(
    model: _Model,
    trained: _Ratings,
    measured: _Ratings,
    settings: Settings,
    unit: float,
    random: np.random.Generator,
    stop: Event,
    report: Report,
) -> list[float]:
    """All epochs, each in a new random order: root mean squared error after each; gives up where `stop` is set."""
    from embedders.parts import biased_factors_kernel  # the first time on a machine the code is compiled here

    pulls = np.float32(settings.regularisation), np.float32(settings.bias_regularisation)
    chunk = max(1, _ENTRIES_A_CHUNK // settings.dimensions)
    number = len(trained.ratings)
    losses: list[float] = []
    for epoch in range(settings.epochs):
        rate = np.float32(settings.learning_rate * (1 - epoch / settings.epochs))
        order = random.permutation(number)
        squares = 0.0
        for first in range(0, number, chunk):
            squares += biased_factors_kernel.step(*trained, order[first : first + chunk], rate, *pulls, *model)
            report(epoch + min(first + chunk, number) / number, None)
            if stop.is_set():
                return losses
        if len(measured.ratings):
            loss = unit * float(np.sqrt(biased_factors_kernel.squared_error(*measured, *model) / len(measured.ratings)))
        else:
            loss = unit * float(np.sqrt(squares / number))
        if not np.isfinite(loss):
            raise ParameterError(
                "Biased MF ran away to infinite numbers with these parameters: take a smaller learning_rate."
            )
        losses.append(loss)
        report(epoch + 1, loss)
    return losses

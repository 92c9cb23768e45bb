"""The ladder: from matrix factorisation to item2vec on one log, one change at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analysis.arrays import Similarity
from embedders import METHODS
from studies.measured import Agreement, RunMeasures
from studies.noise import NoiseFloor
from studies.provider import RunNeeded, Runs

SHORT_WINDOW = 5
_SMOOTHING = 0.75  # what skip-gram's negatives are drawn with
_NEGATIVES = 10
_HISTORY = "Pairs of a history"
_SHIFTED = "Shifted PPMI"


@dataclass(frozen=True)
class Step:
    """One rung of the ladder.

    label   what it is called
    change  what is another against the step before, one sentence
    chosen  whether it is climbed unless somebody says otherwise: what takes long, or needs a large log, is not
    """

    label: str
    change: str
    needed: RunNeeded
    chosen: bool = True


@dataclass(frozen=True)
class Rung:
    """A step with what is known of it; None where that is not there yet.

    before, first, last  its agreement with the step before it, with the first and with the last of the ladder
    floor                its noise floor
    """

    step: Step
    run: str | None
    measures: RunMeasures | None
    before: Agreement | None
    first: Agreement | None
    last: Agreement | None
    floor: NoiseFloor | None = None

    @property
    def new_neighbours(self) -> float | None:
        """1 - Jaccard to the step before, or None where that is not known."""
        return None if self.before is None or not self.before.jaccard.n else 1 - self.before.jaccard.value


def declared_steps(dimensions: int, *, sessions: bool, users: bool, seed: int = 0) -> tuple[Step, ...]:
    """All steps in their order, with the same dimensions, sequences and seed; one that repeats another is left out.

    sessions, users  whether the log has them; sequences are sessions where it has some, else users

    What draws by chance works on one thread, so that the same seed draws the same in every step.
    """
    counted: dict[str, Any] = {"sequences": "automatic", "whole_session": True, "weighting": "counts"}
    normalised = counted | {"weighting": "normalised counts"}
    ppmi = counted | {"weighting": "ppmi", "smoothing": 1.0}
    smoothed = ppmi | {"smoothing": _SMOOTHING}
    windowed = smoothed | {"whole_session": False, "window": SHORT_WINDOW}
    shifted = windowed | {"weighting": "shifted ppmi", "shift": float(_NEGATIVES)}
    skip_gram: dict[str, Any] = {
        "sequences": "automatic",
        "window": SHORT_WINDOW,
        "negatives": _NEGATIVES,
        "ns_exponent": _SMOOTHING,
        "sample": 0.0,
        "adapt_sample": False,
        "threads": 1,
    }
    thinned = {name: value for name, value in skip_gram.items() if name not in ("sample", "adapt_sample")}
    sequence = "session" if sessions else "history"
    counting = (
        f"Pairs of items in one {sequence} are counted and decomposed, in place of the cells of users and items: what "
        "a user does in another session ties no items together."
        if sessions and users
        else f"Pairs of items in one {sequence} are counted and decomposed, in place of the cells of users and items."
    )
    declared: list[tuple[str, str, str, Mapping[str, Any]]] = [
        (
            "Implicit ALS",
            "Matrix factorisation of users and items, in which touched cells weigh more than empty ones.",
            "als",
            {},
        ),
        (
            "SVD of users and items",
            "Every cell of the same matrix weighs alike, touched ones are 1, and nothing pulls the vectors towards 0.",
            "svd",
            {},
        ),
        (
            _HISTORY,
            "Pairs of items in a user's whole history are counted and decomposed, in place of the cells of users and "
            "items; the work grows with the square of its length.",
            "cooccurrence_svd",
            counted | {"sequences": "user"},
        ),
        ("Pairs of a session" if sessions else "Pairs of items", counting, "cooccurrence_svd", counted),
        (
            "Normalised counts",
            "A count is divided by the root of both items' own counts, so that popular items no longer win by size.",
            "cooccurrence_svd",
            normalised,
        ),
        (
            "PPMI",
            "A pair counts by the log of how much oftener it comes than by chance, and not at all below that.",
            "cooccurrence_svd",
            ppmi,
        ),
        (
            "PPMI, smoothed",
            f"Chance is smoothed with the power {_SMOOTHING}: rare items count as more frequent than they are.",
            "cooccurrence_svd",
            smoothed,
        ),
        (
            "Shorter window",
            f"Only items at most {SHORT_WINDOW} places apart are a pair, near ones count more. Where items of a basket "
            "have no order one is drawn: short baskets then keep their pairs, long ones a random part of them.",
            "cooccurrence_svd",
            windowed,
        ),
        (
            _SHIFTED,
            f"Only pairs that come {_NEGATIVES} times as often as by chance are left: what skip-gram with "
            f"{_NEGATIVES} negatives factorises in effect.",
            "cooccurrence_svd",
            shifted,
        ),
        (
            "Skip-gram",
            "The same pairs are learned one by one against drawn negatives, in place of a decomposition.",
            "item2vec",
            skip_gram,
        ),
        (
            "Frequent items thinned",
            "Events of the most frequent items are left out by chance, which is item2vec as it comes.",
            "item2vec",
            thinned,
        ),
        (
            "In + out vectors",
            "An item's vector as a neighbour is added to its own.",
            "item2vec",
            thinned | {"vectors": "in + out"},
        ),
    ]
    steps: list[Step] = []
    for label, change, method, values in declared:
        if label == _HISTORY and not (sessions and users):
            continue  # its sequences are those of the next step
        params = METHODS[method].Params.checked({"dimensions": dimensions, **values})
        needed = RunNeeded(method, params, seed)
        if all(step.needed != needed for step in steps):
            steps.append(Step(label, change, needed, chosen=label not in (_HISTORY, _SHIFTED)))
    return tuple(steps)


def climb(steps: Sequence[Step], runs: Runs, k: int, similarity: Similarity = "cosine") -> tuple[Rung, ...]:
    """What is known of each step by its k nearest neighbours."""
    keys = [runs.find(step.needed) for step in steps]

    def agreement(one: str | None, other: str | None) -> Agreement | None:
        return None if one is None or other is None else runs.agreement(one, other, k, similarity)

    return tuple(
        Rung(
            step,
            key,
            None if key is None else runs.measures(key, k, similarity),
            agreement(key, keys[place - 1]) if place else None,
            agreement(key, keys[0]),
            agreement(key, keys[-1]),
        )
        for place, (step, key) in enumerate(zip(steps, keys, strict=True))
    )


def new_by_seed(rungs: Sequence[Rung], place: int) -> float | None:
    """1 - Jaccard that another seed alone makes at a step or at the one before it, whichever is more; None if unknown.

    A change of neighbours to the step before says something of the method as far as it is above this.
    """
    floors = [rungs[one].floor for one in (place - 1, place)]
    known = [1 - floor.agreement.jaccard.value for floor in floors if floor is not None and floor.agreement.jaccard.n]
    return max(known) if place and len(known) == len(floors) else None


def largest_new_neighbours(rungs: Sequence[Rung]) -> int | None:
    """Place of the step that changes most neighbours, None where none is known."""
    known = {place: rung.new_neighbours for place, rung in enumerate(rungs) if rung.new_neighbours is not None}
    return max(known, key=lambda place: known[place] or 0.0) if known else None


def largest_change(rungs: Sequence[Rung], measure: str) -> int | None:
    """Place of the step at which a measure moves most against the step before, None where none is known."""
    values = [None if rung.measures is None else rung.measures[measure].json for rung in rungs]
    moves = {
        place: abs(value - before)
        for place, (before, value) in enumerate(pairwise(values), start=1)
        if before is not None and value is not None
    }
    return max(moves, key=moves.__getitem__) if moves else None

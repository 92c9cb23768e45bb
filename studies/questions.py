"""What models are asked about the part of a log that they have not seen: drawn once, the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from analysis.popularity import popularity_buckets
from interactions.features import labels_of

if TYPE_CHECKING:
    from scipy import sparse

    from interactions import InteractionLog

PairsOf = Literal["every pair", "one pair a session"]
Codes = npt.NDArray[np.int32]
MOST_CASES = 100_000
MOST_USERS = 20_000


@dataclass(frozen=True)
class QuestionSettings:
    """How questions are drawn.

    pairs  next-item pairs: all consecutive events of each session, or one of them, drawn, of each session
    cases  pairs at most; of more, so many are drawn
    users  users at most; of more, so many are drawn
    seed   draws all of that, and the order of events of equal time
    edges  where head ends and tail begins, in shares of the user-item pairs of the training part
    """

    pairs: PairsOf = "every pair"
    cases: int = MOST_CASES
    users: int = MOST_USERS
    seed: int = 0
    edges: tuple[float, float] = (0.5, 0.8)


@dataclass(frozen=True, eq=False)
class Questions:
    """What is asked about the test part, by item codes of the whole log.

    train            what models may see
    queries, targets int32 (n,): next-item cases, both items known in training
    sessions         int64 (n,): the session that each case is of
    tied             bool (n,): both events have the same time, so that chance put the one before the other
    pairs            consecutive pairs of different items in the test part, before any was left out
    users            int32 (u,): users with something to find
    found            int64 (t,): place in `users` that each target below is of
    wanted           int32 (t,): items of the test part, known in training, that the user had not touched there
    p_in_test        int64 (n_items,): popularity of each item in the test part
    settings         how all of that was drawn
    """

    train: InteractionLog
    queries: Codes
    targets: Codes
    sessions: npt.NDArray[np.int64]
    tied: npt.NDArray[np.bool_]
    pairs: int
    users: Codes
    found: npt.NDArray[np.int64]
    wanted: Codes
    p_in_test: npt.NDArray[np.int64]
    settings: QuestionSettings

    @property
    def n_cases(self) -> int:
        return len(self.queries)

    @cached_property
    def p(self) -> npt.NDArray[np.int64]:
        """Popularity of each item in the training part, int64 (n_items,)."""
        return self.train.users_per_item

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """The catalogue: True for items of the training part, bool (n_items,)."""
        return np.asarray(self.p > 0)

    @cached_property
    def buckets(self) -> npt.NDArray[np.int8]:
        """0 head, 1 mid, 2 tail, by popularity in the training part, int8 (n_items,)."""
        return popularity_buckets(self.p, self.settings.edges)

    @cached_property
    def labels(self) -> list[list[str]]:
        """The categories of each item; empty lists where the log has none."""
        if "category" not in self.train.items:
            return [[] for _ in range(self.train.n_items)]
        return labels_of(self.train.items["category"])

    @cached_property
    def seen(self) -> sparse.csr_matrix:
        """What each of `users` has touched in the training part, CSR (u, n_items)."""
        return self.train.user_item_matrix()[self.users]

    @cached_property
    def baskets(self) -> sparse.csr_matrix:
        """Sessions of the training part (users, where it has none) and the items in them, CSR float64 (b, n_items)."""
        from scipy import sparse

        sequences = self.train.sequences()
        ones = np.ones(len(sequences.items))
        matrix = sparse.csr_matrix(
            (ones, sequences.items, sequences.offsets), shape=(len(sequences), self.train.n_items)
        )
        matrix.sum_duplicates()
        matrix.data[:] = 1.0
        return matrix


def draw_questions(train: InteractionLog, test: InteractionLog, settings: QuestionSettings) -> Questions:
    """Next-item pairs and users of the test part, of which items the training part knows."""
    known = train.users_per_item > 0
    queries, targets, sessions, tied = _consecutive(test, settings.seed)
    different = queries != targets
    usable = np.flatnonzero(different & known[queries] & known[targets])
    random = np.random.default_rng(settings.seed)
    if settings.pairs == "one pair a session":
        shuffled = random.permutation(usable)
        usable = np.sort(shuffled[np.unique(sessions[shuffled], return_index=True)[1]])
    chosen = _at_most(usable, settings.cases, random)
    users, found, wanted = _users(train, test, known, settings.users, random)
    return Questions(
        train, queries[chosen], targets[chosen], sessions[chosen], tied[chosen], int(different.sum()),
        users, found, wanted, test.users_per_item, settings,
    )  # fmt: skip


def _consecutive(test: InteractionLog, seed: int) -> tuple[Codes, Codes, npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """(queries, targets, sessions, tied) of all consecutive events of one session."""
    sequences = test.sequences(seed=seed)
    session = np.repeat(np.arange(len(sequences)), sequences.lengths())
    inside = np.flatnonzero(session[1:] == session[:-1])
    times = sequences.timestamps
    tied = np.ones(len(inside), dtype=bool) if times is None else times[inside] == times[inside + 1]
    return sequences.items[inside], sequences.items[inside + 1], session[inside], np.asarray(tied)


def _users(
    train: InteractionLog, test: InteractionLog, known: npt.NDArray[np.bool_], most: int, random: np.random.Generator
) -> tuple[Codes, npt.NDArray[np.int64], Codes]:
    """Users that have a history, and what is new to them in the test part."""
    from scipy import sparse

    met, history = test.user_item_matrix(), train.user_item_matrix()
    met.data[:] = history.data[:] = 1
    met = sparse.csr_matrix(met @ sparse.diags(known.astype(np.float32)))
    new = sparse.csr_matrix(met - met.multiply(history))
    new.eliminate_zeros()
    new.sort_indices()
    wanted = np.diff(new.indptr) > 0
    users = _at_most(np.flatnonzero(wanted & (np.diff(history.indptr) > 0)), most, random).astype(np.int32)
    targets = new[users]
    return users, np.repeat(np.arange(len(users)), np.diff(targets.indptr)), targets.indices.astype(np.int32)


def _at_most(places: npt.NDArray[np.int64], most: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """The places themselves, or so many of them, drawn, in their order."""
    return places if len(places) <= most else np.sort(random.choice(places, most, replace=False))

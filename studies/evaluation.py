"""How well models answer questions about what they have not seen: by bucket, beside baselines, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Neighbours, Progress, Similarity, Vectors, no_progress, trained_rows
from analysis.baselines import popular_neighbours
from analysis.bootstrap import GroupSums, Resampled, resample
from analysis.categories import NEIGHBOURS, chance_of_matches, majority_matches, query_rows
from analysis.intervals import Interval, share_interval
from analysis.neighbours import top_neighbours
from analysis.popularity import BUCKETS, neighbour_popularity, popularity_quantiles
from analysis.ranking import (
    NextItem,
    Places,
    Scorer,
    hit_rate,
    ndcg,
    ndcg_by_list,
    places_of_targets,
    recall_by_list,
    reciprocal_rank,
)
from analysis.recommendations import history_vectors
from analysis.scoring import by_company, by_company_of_histories, by_popularity, company_neighbours
from analysis.vector_scorer import by_vectors
from studies.questions import Questions

Codes = npt.NDArray[np.integer[Any]]

POPULARITY: Final = "popularity"
RANDOM: Final = "random"
COOCCURRENCE: Final = "cooccurrence"
BASELINES: Final = (POPULARITY, RANDOM, COOCCURRENCE)
NEXT_ITEM: Final[tuple[NextItem, ...]] = ("hr", "ndcg", "mrr")
USER_TO_ITEM: Final = ("recall", "ndcg")
PARTS: Final = ("all", *BUCKETS)
LISTED: Final = 50  # neighbours of each item that answers hold


@dataclass(frozen=True, eq=False)
class Answers:
    """What one model says to the questions; every measure at every k follows from it.

    next_item  the place of each case's target
    to_users   the place of each target that is new to a user
    near       int32 (n_items, LISTED) nearest items of the training part, -1 = none; empty lists for random
    matches    float64 (n_items,): whether the majority category of an item's neighbours is one of its own; NaN = it has
               none, or is not in the training part
    """

    next_item: Places
    to_users: Places
    near: Neighbours
    matches: Floats


@dataclass(frozen=True, eq=False)
class Model:
    """Vectors that are asked; row i is item code i, or user code i, of the log of the questions."""

    item_vectors: Vectors
    similarity: Similarity = "cosine"
    user_vectors: Vectors | None = None
    item_bias: npt.NDArray[np.float32] | None = None


def answers_of(model: Model, questions: Questions, progress: Progress = no_progress) -> Answers:
    """The answers of a model.

    A model without users is asked with the mean vector of a user's history. Biases count where it is asked by dot
    product, and for users alone.
    """
    next_item = next_item_places(model, questions, progress)
    items = model.item_vectors
    users = (
        history_vectors(questions.seen, items) if model.user_vectors is None else model.user_vectors[questions.users]
    )
    bias = model.item_bias if model.similarity == "dot" else None
    to_users = places_of_targets(
        by_vectors(users, items, questions.known & trained_rows(items), model.similarity, bias),
        questions.found, questions.wanted, questions.seen, trained_rows(users), progress=progress,
    )  # fmt: skip
    near = nearest_items(model, questions, LISTED, progress)
    return Answers(next_item, to_users, near, _matches(near, questions))


def next_item_places(model: Model, questions: Questions, progress: Progress = no_progress) -> Places:
    """The place of each case's target among the items of the training part that have a vector."""
    items, trained = model.item_vectors, trained_rows(model.item_vectors)
    return places_of_targets(
        by_vectors(items, items, questions.known & trained, model.similarity),
        questions.queries, questions.targets, None, trained, progress=progress,
    )  # fmt: skip


def nearest_items(model: Model, questions: Questions, k: int, progress: Progress = no_progress) -> Neighbours:
    """The k nearest items of the training part of each of them, int32 (n_items, k), -1 = none."""
    inside = np.where(questions.known[:, None], model.item_vectors, np.float32(0))
    near, _ = top_neighbours(inside, k, model.similarity, progress=progress)
    return near


def answers_of_baseline(name: str, questions: Questions, progress: Progress = no_progress) -> Answers:
    """The answers of what no model is needed for; raises KeyError for another name.

    popularity    the most popular items of the training part, for everybody
    random        a rank drawn evenly for each case
    cooccurrence  C_ij / sqrt(C_ii C_jj) over the sessions of the training part; for a user summed over the history
    """
    if name == RANDOM:
        none = np.full((questions.train.n_items, LISTED), -1, dtype=np.int32)
        return Answers(*_drawn_places(questions), none, chance_of_matches(_labels(questions), questions.known))
    for_items: Scorer
    for_users: Scorer
    if name == POPULARITY:
        for_items = for_users = by_popularity(questions.p, questions.known)
        near = popular_neighbours(questions.p, questions.known, LISTED)
    elif name == COOCCURRENCE:
        for_items = by_company(questions.baskets, questions.known)
        for_users = by_company_of_histories(questions.baskets, questions.seen, questions.known)
        near = company_neighbours(questions.baskets, LISTED)
    else:
        raise KeyError(name)
    next_item = places_of_targets(for_items, questions.queries, questions.targets, progress=progress)
    to_users = places_of_targets(for_users, questions.found, questions.wanted, questions.seen, progress=progress)
    return Answers(next_item, to_users, near, _matches(near, questions))


def _labels(questions: Questions) -> list[list[str]]:
    """The categories of the items of the training part; none of the others."""
    return [own if known else [] for own, known in zip(questions.labels, questions.known, strict=True)]


def _matches(near: Neighbours, questions: Questions) -> Floats:
    return majority_matches(near[:, :NEIGHBOURS], _labels(questions))


def _drawn_places(questions: Questions) -> tuple[Places, Places]:
    """A rank for each case that is drawn evenly, and for the targets of one user no rank twice."""
    random = np.random.default_rng(questions.settings.seed)
    n = int(questions.known.sum())
    cases, targets = questions.n_cases, len(questions.wanted)
    above = random.integers(0, max(n - 1, 1), cases)
    seen = np.diff(questions.seen.indptr)
    ranks = [
        random.choice(n - own, many, replace=False)
        for own, many in zip(seen, np.bincount(questions.found, minlength=len(seen)), strict=True)
    ]
    drawn = np.concatenate([np.empty(0, np.int64), *ranks])
    return Places(above, np.zeros(cases, np.int64)), Places(drawn, np.zeros(targets, np.int64))


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Answers of several models and the baselines to the same questions, measured at k.

    answers  by the name that a model was given
    """

    questions: Questions
    answers: Mapping[str, Answers]
    k: int = 10

    def next_item(self, measure: str, of: Literal["target", "query"] = "target") -> Measured:
        """ "hr", "ndcg" or "mrr" over the cases, by the bucket of the target or of the query."""
        function = {"hr": hit_rate, "ndcg": ndcg, "mrr": reciprocal_rank}[measure]
        codes = self.questions.targets if of == "target" else self.questions.queries
        return self._measured(
            lambda answers: _parted(function(answers.next_item, self.k), self.questions.buckets[codes]),
            self.questions.sessions,
        )

    def user_to_item(self, measure: str) -> Measured:
        """ "recall" or "ndcg" over users, by the bucket of the targets."""
        function = {"recall": recall_by_list, "ndcg": ndcg_by_list}[measure]
        return self._measured(
            lambda answers: self._by_user(answers.to_users, function), np.arange(len(self.questions.users))
        )

    def category_consistency(self, name: str) -> dict[str, Interval]:
        """Of each row of the table, the share of items whose own category is the majority one of their neighbours."""
        matches = self.answers[name].matches
        rows = {}
        for row, items in query_rows(self.questions.p, self.questions.known).items():
            known = matches[items][~np.isnan(matches[items])]
            rows[row] = share_interval(float(known.mean()) if known.size else math.nan, len(known))
        return rows

    def unanswered(self, name: str) -> float:
        """The share of next-item cases for which the model has no vector of query or target; they score 0."""
        ranked = self.answers[name].next_item.ranked
        return float(1 - ranked.mean()) if ranked.size else math.nan

    def neighbour_popularity(self, name: str) -> Interval:
        """The mean popularity quantile of the k nearest of each item; chance is 0.5. NaN where there are no lists."""
        near = self.answers[name].near[:, : self.k]
        return Interval.mean(neighbour_popularity(near, popularity_quantiles(self.questions.p)))

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values, null where there is none."""
        questions = self.questions
        by_target = {measure: self.next_item(measure) for measure in NEXT_ITEM}
        by_query = {measure: self.next_item(measure, "query") for measure in NEXT_ITEM}
        to_users = {measure: self.user_to_item(measure) for measure in USER_TO_ITEM}
        compared = by_target | {"recall": to_users["recall"], "user_ndcg": to_users["ndcg"]}
        methods = {
            name: {
                **{measure: found.as_json(name) for measure, found in by_target.items()},
                "by_query": {measure: found.as_json(name) for measure, found in by_query.items()},
                "user_to_item": {measure: found.as_json(name) for measure, found in to_users.items()},
                "category_consistency": {
                    row: value.as_json() for row, value in self.category_consistency(name).items()
                },
                "neighbour_popularity": self.neighbour_popularity(name).as_json(),
                "unanswered": self.unanswered(name) if questions.n_cases else None,
            }
            for name in self.answers
        }
        return {
            "k": self.k,
            "cases": questions.n_cases,
            "tied_pairs": float(questions.tied.mean()) if questions.n_cases else None,
            "pairs": questions.settings.pairs,
            "pairs_in_test": questions.pairs,
            "users": len(questions.users),
            "items": int(questions.known.sum()),
            "methods": methods,
            "differences": {
                name: {
                    other: {measure: found.differences(name, other) for measure, found in compared.items()}
                    for other in list(self.answers)[:place]
                }
                for place, name in enumerate(self.answers)
            },
        }

    def _measured(self, values: Callable[[Answers], Floats], groups: npt.NDArray[np.integer[Any]]) -> Measured:
        sums = [GroupSums.of(values(answers), groups) for answers in self.answers.values()]
        found = resample(GroupSums.beside(sums), seed=self.questions.settings.seed)
        return Measured(tuple(self.answers), found)

    def _by_user(self, places: Places, function: Callable[[Places, Codes, int, int], Floats]) -> Floats:
        """What `function` makes of each user's targets, of all and of those in each bucket, float64 (users, 4)."""
        questions = self.questions
        bucket = questions.buckets[questions.wanted]
        columns = []
        for part in (None, *range(len(BUCKETS))):
            inside = np.ones(len(bucket), dtype=bool) if part is None else bucket == part
            some = Places(places.above[inside], places.equal[inside])
            columns.append(function(some, questions.found[inside], len(questions.users), self.k))
        return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False)
class Measured:
    """One measure of several models, over all cases and over each bucket, on the same draws."""

    names: tuple[str, ...]
    resampled: Resampled

    def interval(self, name: str, part: str = "all") -> Interval:
        """The measure of a model with its 95 % interval."""
        return self.resampled.interval(self._column(name, part))

    def difference(self, name: str, other: str, part: str = "all") -> Interval:
        """How much more than that of another model it is, with the interval of the difference."""
        return self.resampled.difference(self._column(name, part), self._column(other, part))

    def differences(self, name: str, other: str) -> dict[str, Any]:
        """By part: how much more than that of another model it is."""
        return {part: self.difference(name, other, part).as_json() for part in PARTS}

    def as_json(self, name: str) -> dict[str, Any]:
        """By part: value, low, high and n."""
        return {part: self.interval(name, part).as_json() for part in PARTS}

    def _column(self, name: str, part: str) -> int:
        return self.names.index(name) * len(PARTS) + PARTS.index(part)


def _parted(values: Floats, bucket: npt.NDArray[np.int8]) -> Floats:
    """A column for all cases and one for each bucket, NaN for cases of other buckets, float64 (n, 4)."""
    inside = [np.ones(len(values), dtype=bool), *(bucket == part for part in range(len(BUCKETS)))]
    return np.stack([np.where(rows, values, np.nan) for rows in inside], axis=1)

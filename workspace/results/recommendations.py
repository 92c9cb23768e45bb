"""What a run recommends to the users of its log, kept, with its measures and those of the baselines beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from embedders.base import Embedding, Progress, no_progress, part_of
from errors import LogError, RunError
from workspace.logs import find_log, open_log
from workspace.results.keeping import Pending, Ready, keep, pending, read, result_path
from workspace.results.plain import packed, unpacked
from workspace.runs import RunEntry, open_run

if TYPE_CHECKING:
    from scipy import sparse

    from interactions import InteractionLog

MOST_USERS = 20_000  # of a larger log a seeded sample of so many is served
_SEED = 0


@dataclass(frozen=True)
class Recommendations:
    """The lists of a run, by dot product, and what they say; rows of `lists` are users.

    users     int32 (n,): user codes that were served
    lists     int32 (n, k): item codes, best first, -1 = none
    in_log    users in the log, of whom those were sampled where there are more than 20,000
    by        whether users are the run's own vectors, or the mean vectors of their histories
    measures  "run", "random" and "popularity": `RecommendationMeasures.as_json`; "profile": `measure_profiles`
    """

    users: npt.NDArray[np.int32]
    lists: npt.NDArray[np.int32]
    in_log: int
    by: Literal["users", "histories"]
    measures: Mapping[str, Any]


@dataclass(frozen=True)
class Unavailable:
    """The value cannot be had; `reason` is one sentence for a person."""

    reason: str


def recommendations_or_job(run: RunEntry, k: int = 10) -> Ready[Recommendations] | Pending | Unavailable:
    """The k best items of each user that it has not seen, and their measures; needs the log that the run is of."""
    kept = kept_recommendations(run, k)
    if kept is None:
        return pending("recommendations", {"run": run.key, "k": k}, f"Recommendations of {run.name}")
    return kept if isinstance(kept, Unavailable) else Ready(kept)


def kept_recommendations(run: RunEntry, k: int) -> Recommendations | Unavailable | None:
    """The same as far as it is known without work; None where it could be made."""
    kept = _read(_path(run, k))
    if kept is not None:
        return kept
    try:
        log = find_log(run.log_digest)
    except LogError:
        return Unavailable(
            f"What {run.name} recommends cannot be told here: the log it was trained on, {run.log_name}, is not kept "
            "in this workspace, and what users have seen already has to be left out."
        )
    if not log.has_rows:
        return Unavailable(
            f"What {run.name} recommends cannot be told here: the rows of {log.name} are on Spark, and what users have "
            "seen already has to be left out."
        )
    return None


def make_recommendations(run: RunEntry, k: int, progress: Progress = no_progress) -> Recommendations:
    """Compute and keep what `recommendations_or_job` asks for, or read it where it is there.

    Raises LogError where the log is gone, RunError where the run is not of the log that it names.
    """
    path = _path(run, k)
    kept = _read(path)
    if kept is None:
        kept = _recommend(run, k, progress)
        facts = {"in_log": kept.in_log, "by": kept.by, "measures": kept.measures}
        keep(path, {"users": kept.users, "lists": kept.lists, "facts": packed(facts)}, {"run": run.key, "k": k})
    return kept


def _recommend(entry: RunEntry, k: int, progress: Progress) -> Recommendations:
    from analysis.baselines import popular_items, random_items
    from analysis.recommendation_bias import measure_profiles, measure_recommendations
    from analysis.recommendations import top_items

    progress("Opening the log", 0.0, 1.0)
    run, log = open_run(entry), open_log(entry.log_digest)
    embedding, trained = run.embedding, run.embedding.trained
    if not np.array_equal(embedding.item_ids, log.item_ids):
        raise RunError(f"The items of {entry.name} are not those of its log {entry.log_name}.")
    users = np.arange(log.n_users, dtype=np.int32)
    if len(users) > MOST_USERS:
        users = np.sort(np.random.default_rng(_SEED).choice(users, MOST_USERS, replace=False))
    seen = seen_items(log, users)
    lists = top_items(
        _user_vectors(embedding, log, users, seen),
        embedding.item_vectors,
        seen,
        k,
        embedding.item_bias,
        progress=part_of(progress, 0.05, 0.8),
    )
    progress("Measuring", 0.8, 1.0)
    measures = {
        name: measure_recommendations(of, seen, run.p, run.buckets, trained).as_json()
        for name, of in (
            ("run", lists),
            ("random", random_items(seen, trained, k, _SEED)),
            ("popularity", popular_items(seen, run.p, trained, k)),
        )
    }
    measures["profile"] = measure_profiles(seen, run.p, run.buckets, np.asarray((lists >= 0).any(axis=1)))
    return Recommendations(
        users, lists, log.n_users, "histories" if embedding.user_vectors is None else "users", measures
    )


def seen_items(log: InteractionLog, users: npt.NDArray[np.int32]) -> sparse.csr_matrix:
    """What each of these users has touched, CSR int8 (len(users), n_items), a row a user, each item once."""
    from scipy import sparse

    begins, ends = (np.searchsorted(log.user_codes, users, side=side) for side in ("left", "right"))
    items = [np.unique(log.item_codes[begin:end]) for begin, end in zip(begins, ends, strict=True)]
    offsets = np.append(0, np.cumsum([len(own) for own in items], dtype=np.int64))
    codes = np.concatenate([np.empty(0, np.int32), *items])
    return sparse.csr_matrix((np.ones(len(codes), np.int8), codes, offsets), shape=(len(users), log.n_items))


def _user_vectors(
    embedding: Embedding, log: InteractionLog, users: npt.NDArray[np.int32], seen: sparse.csr_matrix
) -> npt.NDArray[np.float32]:
    from analysis.recommendations import history_vectors

    if embedding.user_vectors is None:
        return history_vectors(seen, embedding.item_vectors)
    if embedding.user_ids is not None and not np.array_equal(embedding.user_ids, log.user_ids):
        raise RunError("The users of this run are not those of its log.")
    return embedding.user_vectors[users]


def _read(path: Path) -> Recommendations | None:
    arrays = read(path)
    if arrays is None:
        return None
    facts = unpacked(arrays["facts"])
    return Recommendations(arrays["users"], arrays["lists"], facts["in_log"], facts["by"], facts["measures"])


def _path(run: RunEntry, k: int) -> Path:
    return result_path(run, "recommendations", [k, MOST_USERS])

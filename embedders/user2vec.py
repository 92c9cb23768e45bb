"""user2vec: paragraph vectors of users' histories, users and items in one space."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt

from embedders.base import Estimate, Family, Learned, LogSize, Method, Params, Progress, parameter
from embedders.parts import doc2vec, skip_gram_params, thinning, word2vec
from embedders.parts.windows import split_long
from embedders.search import Between, OneOf
from interactions.log import InteractionLog


class User2vecParams(Params):
    """Parameters of user2vec."""

    threads: int = skip_gram_params.THREADS
    model: Literal["PV-DBOW", "PV-DM"] = parameter(
        "PV-DBOW",
        "PV-DBOW = predict each item from its user alone, and its neighbours from the item, so that users lie near the "
        "items they took; PV-DM = predict each item from the mean of its user and its neighbours, faster, where a user "
        "tells only what the neighbours do not.",
        search=OneOf(("PV-DBOW", "PV-DM")),
    )
    sequences: Literal["user", "session", "gap"] = parameter(
        "user",
        "Where a window ends: user = a user's whole history is one document; session, gap = each session, or each "
        "stretch without a longer pause, is a document of its own, and all of a user's share the user's vector.",
    )
    gap_minutes: float = parameter(
        30.0,
        "For sequences by gap: a longer pause than this starts a new document; larger gives fewer, longer ones.",
        low=0.1,
        high=525_600.0,
    )
    window: int = parameter(
        10,
        "How far apart two items of a document may stand to count as neighbours; near ones count more, in even steps; "
        "larger sees looser company.",
        low=1,
        high=500,
        search=Between(1, 50, log=True),
    )
    negatives: int = skip_gram_params.NEGATIVES
    epochs: int = parameter(
        10,
        "Passes over all documents; more fit them more closely, small logs need more.",
        low=1,
        high=1000,
        search=Between(3, 50, log=True),
    )
    ns_exponent: float = skip_gram_params.NS_EXPONENT
    sample: float = thinning.SAMPLE
    adapt_sample: bool = thinning.ADAPT_SAMPLE
    learning_rate: float = skip_gram_params.LEARNING_RATE
    min_count: int = thinning.MIN_COUNT


class User2vec(Method[User2vecParams]):
    """Le & Mikolov, 2014: paragraph vectors, by gensim's Doc2Vec, with a user for a paragraph and items for words.

    PV-DBOW by itself would leave the items as they were drawn, so that skip-gram trains them beside it. Events of one
    user and equal time have no order: one is drawn from the seed, once for all epochs.
    """

    name: ClassVar[str] = "user2vec"
    title: ClassVar[str] = "user2vec"
    short: ClassVar[str] = "user2vec"
    repeats_on_threads: ClassVar[bool] = False
    family: ClassVar[Family] = "sequences"
    summary: ClassVar[str] = (
        "The likelihood that the items of a user, and those near each other in the user's history, are told from items "
        "drawn by their frequency."
    )
    sees: ClassVar[str] = "Each user's history in order, through a window, and whose it is."
    Params = User2vecParams

    def estimate(self, size: LogSize, params: User2vecParams) -> Estimate:
        """By the products of two vectors that an event takes, as if documents were alike and no item thinned out."""
        documents = size.sessions if params.sequences != "user" and size.sessions else size.users
        neighbours = min(params.window + 1.0, size.interactions / max(documents, 1))
        inputs = neighbours + 1 if params.model == "PV-DBOW" else 1.0
        products = inputs * (params.negatives + 1) / min(params.threads, 2)
        event = 1e-6 + products * (8e-8 + 4.5e-10 * params.dimensions)
        vectors = 4 * params.dimensions * (5 * size.items + 3 * size.users)
        return Estimate(
            seconds=1.0 + size.interactions * (1.5e-6 + params.epochs * event),
            memory=3e7 + vectors + 40 * size.interactions,
        )

    def learn(self, log: InteractionLog, params: User2vecParams, seed: int, progress: Progress) -> Learned:
        """Documents, their pieces, the training, and what a person should know about what was left out."""
        progress("Cutting documents", 0, log.n_interactions * params.epochs)
        whole = log.sequences(params.sequences, gap_minutes=params.gap_minutes, seed=seed)
        pieces = split_long(whole, word2vec.LONGEST_SENTENCE)
        owners = log.user_codes[pieces.offsets[:-1]]  # sequences keep the log's order of users
        frequent = thinning.frequent_items(pieces, log.n_items, params.min_count, self.title)
        sample = thinning.threshold(params.sample, params.adapt_sample, int(frequent.sum()))
        settings = doc2vec.Settings(
            vector_size=params.dimensions,
            distributed_memory=params.model == "PV-DM",
            window=params.window,
            negative=params.negatives,
            ns_exponent=params.ns_exponent,
            sample=sample,
            epochs=params.epochs,
            learning_rate=params.learning_rate,
            min_count=params.min_count,
        )
        shape = (log.n_users, log.n_items)
        trained = doc2vec.train(pieces, owners, shape, settings, seed=seed, threads=params.threads, progress=progress)
        notes = thinning.notes(params.sample, sample, trained.events_used)
        if too_long := int((whole.lengths() > word2vec.LONGEST_SENTENCE).sum()):
            longest = f"{word2vec.LONGEST_SENTENCE:,}"
            notes.insert(0, f"Documents of more than {longest} events, split into pieces: {too_long:,}.")
        notes.extend(_without_vectors(log, frequent, trained, params.min_count))
        return Learned(trained.items, user_vectors=trained.users, context_vectors=trained.context, notes=tuple(notes))


def _without_vectors(
    log: InteractionLog, frequent: npt.NDArray[np.bool_], trained: doc2vec.Trained, min_count: int
) -> list[str]:
    """Which items and users of the log have no vector, and why."""
    found = []
    if rare := int((np.bincount(log.item_codes, minlength=log.n_items) > 0).sum() - frequent.sum()):
        found.append(f"Items with fewer than {min_count} events, without a vector: {rare:,}.")
    if lonely := int((frequent & ~trained.items.any(axis=1)).sum()):
        found.append(f"Items that were never seen beside another, without a vector: {lonely:,}.")
    present = np.bincount(log.user_codes, minlength=log.n_users) > 0
    if unheard := int((present & ~trained.users.any(axis=1)).sum()):
        found.append(f"Users of whose events none was trained on, without a vector: {unheard:,}.")
    return found

"""item2vec: word2vec on sequences of items."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from embedders.base import Engine, Estimate, Family, Learned, LogSize, Method, Progress, parameter
from embedders.parts import skip_gram, skip_gram_params, thinning, word2vec
from embedders.parts.costs import share_kept, shared_pace, skip_gram_seconds, word2vec_seconds
from embedders.parts.windows import LONGEST_WHOLE, WindowParams, company, cut, notes_on_pieces, split_long
from embedders.search import Between
from errors import ParameterError
from interactions.log import InteractionLog
from interactions.sequences import Sequences


class Item2vecParams(WindowParams):
    """Parameters of item2vec."""

    threads: int = skip_gram_params.THREADS
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
    engine: Literal["automatic", "compiled", "gensim"] = parameter(
        "automatic",
        "What does the work: compiled = this program's own code, several times faster, for skip-gram with negative "
        "sampling; gensim = the reference, for every model and loss; automatic = compiled where it can.",
        advanced=True,
    )
    vectors: Literal["in", "in + out"] = parameter(
        "in",
        "in = an item's own vector, near for items that stand in for each other; in + out adds its vector as a "
        "neighbour, which also brings together what is taken together.",
        advanced=True,
    )
    negatives: int = skip_gram_params.NEGATIVES
    epochs: int = parameter(
        10,
        "Passes over all sequences; more fit them more closely, small logs need more.",
        low=1,
        high=1000,
        search=Between(3, 50, log=True),
    )
    ns_exponent: float = skip_gram_params.NS_EXPONENT
    sample: float = thinning.SAMPLE
    adapt_sample: bool = thinning.ADAPT_SAMPLE
    learning_rate: float = skip_gram_params.LEARNING_RATE
    min_count: int = thinning.MIN_COUNT
    longest_sequence: int | None = parameter(
        None,
        "Longer sequences are split into even pieces of at most this many events; larger keeps long histories whole. "
        "Empty = 1,000 for whole sessions, whose work grows with the square of the length, else whole where the engine "
        "can (gensim: 10,000).",
        low=2,
        high=1_000_000,
        advanced=True,
    )


class Item2vec(Method[Item2vecParams]):
    """Barkan & Koenigstein, 2016: skip-gram with negative sampling (Mikolov et al., 2013) on items.

    Events of one sequence and equal time have no order: one is drawn from the seed, once for all epochs.
    """

    name: ClassVar[str] = "item2vec"
    title: ClassVar[str] = "item2vec"
    engines: ClassVar[tuple[Engine, ...]] = ("local", "spark")
    short: ClassVar[str] = "item2vec"
    repeats_on_threads: ClassVar[bool] = False
    version: ClassVar[int] = 4
    family: ClassVar[Family] = "sequences"
    summary: ClassVar[str] = (
        "The likelihood that items near each other in a sequence are told from items drawn by their frequency."
    )
    sees: ClassVar[str] = "Item sequences through a window: which items stand close together, not whose they are."
    Params = Item2vecParams

    def learn(self, log: InteractionLog, params: Item2vecParams, seed: int, progress: Progress) -> Learned:
        """Sequences, their pieces, the training, and what a person should know about what was left out."""
        compiled = _is_compiled(params)
        progress("Cutting sequences", 0, log.n_interactions * params.epochs)
        whole = cut(log, params, seed)
        longest = _longest(params, compiled=compiled)
        pieces = whole if longest is None else split_long(whole, longest)
        frequent = thinning.frequent_items(pieces, log.n_items, params.min_count, self.title)
        sample = thinning.threshold(params.sample, params.adapt_sample, int(frequent.sum()))
        train = _train_compiled if compiled else _train_gensim
        trained = train(pieces, log.n_items, params, sample, seed, progress)
        notes = notes_on_pieces(whole, longest)
        if params.whole_session:
            notes.append(f"All pairs of a sequence were taken; the longest has {int(pieces.lengths().max()):,} events.")
        notes.extend(thinning.notes(params.sample, sample, trained.events_used))
        if rare := int((np.bincount(log.item_codes, minlength=log.n_items) > 0).sum() - frequent.sum()):
            notes.append(f"Items with fewer than {params.min_count} events, without a vector: {rare:,}.")
        if lonely := int((frequent & ~trained.vectors.any(axis=1)).sum()):
            notes.append(f"Items that were never seen beside another, without a vector: {lonely:,}.")
        vectors = trained.vectors
        if params.vectors == "in + out":
            assert trained.context is not None
            vectors = vectors + trained.context
        return Learned(vectors, context_vectors=trained.context, losses=trained.losses, notes=tuple(notes))

    def estimate(self, size: LogSize, params: Item2vecParams) -> Estimate:
        """The sequences, and for each event of each epoch its pairs with what the loss sets against them."""
        compiled = params.engine != "gensim" and (params.model, params.loss) == ("skip-gram", "negative sampling")
        kept = share_kept(thinning.threshold(params.sample, params.adapt_sample, max(size.items, 1)) * size.items)
        pairs = 2 * company(size, params, kept=kept, shrunk=not params.whole_session)
        pairs = min(pairs, params.longest_sequence or LONGEST_WHOLE)
        shape = size.items, params.dimensions
        if compiled:
            an_event = skip_gram_seconds(pairs, params.negatives, *shape)
            start, fixed, an_interaction, a_number = 0.4, 125e6, 23.0, 10.0
        else:
            negatives = params.negatives if params.loss == "negative sampling" else None
            an_event = word2vec_seconds(pairs, negatives, *shape, skip_gram=params.model == "skip-gram")
            start, fixed, an_interaction, a_number = 0.7, 80e6, 40.0, 20.0
        training = params.epochs * size.interactions * kept * an_event / shared_pace(params.threads, size.items)
        memory = fixed + an_interaction * size.interactions + a_number * size.items * params.dimensions
        return Estimate(start + 3e-7 * size.interactions + training, memory)


def _is_compiled(params: Item2vecParams) -> bool:
    """Whether our own code does the work; raises ParameterError where parameters ask for what no engine has."""
    wanted_of_gensim = [
        f"{name} = {value!r}"
        for name, value in (("model", params.model), ("loss", params.loss))
        if value not in ("skip-gram", "negative sampling")
    ]
    if params.engine == "compiled" and wanted_of_gensim:
        raise ParameterError(f"engine = 'compiled' cannot do {wanted_of_gensim[0]}: choose 'gensim' or 'automatic'.")
    if params.vectors == "in + out" and params.loss == "hierarchical softmax":
        raise ParameterError("vectors = 'in + out' needs negative sampling: hierarchical softmax has no vectors out.")
    compiled = params.engine == "compiled" or (params.engine == "automatic" and not wanted_of_gensim)
    if params.time_window_minutes is not None and not compiled:
        why = wanted_of_gensim[0] if wanted_of_gensim else "engine = 'gensim'"
        raise ParameterError(f"time_window_minutes cannot go with {why}, which gensim does: leave one of them out.")
    return compiled


def _longest(params: Item2vecParams, *, compiled: bool) -> int | None:
    """The longest piece that a sequence is trained in; None = whatever it is."""
    most = None if compiled else word2vec.LONGEST_SENTENCE
    wanted = params.longest_sequence
    if wanted is None:
        return LONGEST_WHOLE if params.whole_session else most
    if most is not None and wanted > most:
        raise ParameterError(
            f"longest_sequence = {wanted:,} is too long for gensim, which trains at most {most:,} events of a sequence."
        )
    return wanted


def _train_compiled(
    pieces: Sequences, n_items: int, params: Item2vecParams, sample: float, seed: int, progress: Progress
) -> skip_gram.Trained:
    settings = skip_gram.Settings(
        dimensions=params.dimensions,
        window=None if params.whole_session else params.window,
        shrink_windows=not params.whole_session,
        longest_pause=params.longest_pause,
        negatives=params.negatives,
        ns_exponent=params.ns_exponent,
        sample=sample,
        epochs=params.epochs,
        learning_rate=params.learning_rate,
        min_count=params.min_count,
    )
    return skip_gram.train(pieces, n_items, settings, seed=seed, threads=params.threads, progress=progress)


def _train_gensim(
    pieces: Sequences, n_items: int, params: Item2vecParams, sample: float, seed: int, progress: Progress
) -> skip_gram.Trained:
    settings = word2vec.Settings(
        vector_size=params.dimensions,
        skip_gram=params.model == "skip-gram",
        hierarchical_softmax=params.loss == "hierarchical softmax",
        window=int(pieces.lengths().max()) if params.whole_session else params.window,
        shrink_windows=not params.whole_session,
        negative=params.negatives,
        ns_exponent=params.ns_exponent,
        sample=sample,
        epochs=params.epochs,
        learning_rate=params.learning_rate,
        min_count=params.min_count,
    )
    return word2vec.train(pieces, n_items, settings, seed=seed, threads=params.threads, progress=progress)

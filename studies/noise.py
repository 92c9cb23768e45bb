"""The noise floor: how far a method agrees with itself when nothing but the seed is another."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.arrays import Similarity
from embedders import METHODS
from embedders.base import LARGEST_SEED, Params
from embedders.parts.windows import WindowParams
from studies.measured import Agreement, agreement_with_itself
from studies.provider import RunNeeded, Runs


@dataclass(frozen=True)
class NoiseFloor:
    """The agreement of a run with the same training from another seed.

    seed  that other seed; None where the method repeats exactly, so that nothing had to be trained
    """

    agreement: Agreement
    seed: int | None


def repeats_exactly(method: str, params: Params, *, cut: bool = True) -> bool:
    """Whether every seed gives the same vectors.

    cut  whether any sequence is cut: by a window, or into pieces where it is too long to be taken whole

    Who cuts sequences does not quite: events of equal time have no order, and one is drawn from the seed.
    """
    if METHODS[method].seeded:
        return False
    return not isinstance(params, WindowParams) or (params.whole_session and not cut)


def second_seeds(run: RunNeeded, *, cut: bool = True) -> tuple[RunNeeded, ...]:
    """The trainings that can stand beside this run, the one to train first; none where it repeats exactly.

    That of the seed before will do where it is there: of two runs that differ by their seed each is the other's.
    """
    if repeats_exactly(run.method, run.params, cut=cut):
        return ()
    seeds = [seed for seed in (run.seed + 1, run.seed - 1) if 0 <= seed <= LARGEST_SEED]
    return tuple(RunNeeded(run.method, run.params, seed) for seed in seeds)


def noise_floor(
    run: RunNeeded, n_trained: int, runs: Runs, k: int, similarity: Similarity = "cosine", *, cut: bool = True
) -> NoiseFloor | None:
    """The floor of a run that is there, or None while the second seed or its numbers are not.

    n_trained  items with a vector in it
    cut        as `repeats_exactly` has it
    """
    seconds = second_seeds(run, cut=cut)
    if not seconds:
        return NoiseFloor(agreement_with_itself(k, n_trained), None)
    own = runs.find(run)
    for second in seconds:
        other = runs.find(second)
        if own is not None and other is not None:
            agreement = runs.agreement(own, other, k, similarity)
            return None if agreement is None else NoiseFloor(agreement, second.seed)
    return None

"""Who can be asked about a log: methods with their defaults, as they were tuned, and as kept runs were trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.arrays import Similarity
from embedders import METHODS
from embedders.base import Params
from studies.contest import Contestant
from studies.evaluation import BASELINES
from studies.provider import RunNeeded
from studies.trials import Trial, best_trials
from workspace import estimates
from workspace.estimates import Expected
from workspace.evaluations import Asked
from workspace.logs import LogEntry
from workspace.runs import list_runs
from workspace.studies import LADDER, made_for_a_study, trained_as
from workspace.tunings import Tuning, kept_tunings, tuned_params

SHORT_WINDOW_MINUTES = 60.0


def usual_contestants(has_times: bool, seed: int = 0) -> list[Contestant]:
    """Matrix factorisation by cosine and by dot product, item2vec, and item2vec in a short time window.

    has_times  whether the log has times, which the last one needs
    """
    als, item2vec = METHODS["als"].Params(), METHODS["item2vec"].Params()
    usual = [_by_default("als", als), _by_default("als", als, "dot"), _by_default("item2vec", item2vec)]
    if has_times:
        short = METHODS["item2vec"].Params.checked({"sequences": "user", "time_window_minutes": SHORT_WINDOW_MINUTES})
        usual.append(Contestant("item2vec 64d within an hour", RunNeeded("item2vec", short, 0)))
    return [replace(one, needed=replace(one.needed, seed=seed)) for one in usual]


def offered_contestants(log: LogEntry) -> list[Contestant]:
    """The usual ones first, then methods with their defaults, the best of each tuning, runs with other parameters."""
    offered = usual_contestants(log.first is not None)
    for method in METHODS.values():
        offered += [_by_default(method.name, method.Params()), _by_default(method.name, method.Params(), "dot")]
    for tuning in kept_tunings(log.digest):
        offered += [tuned_contestant(tuning, trial) for trial in best_trials(tuning.trials, tuning.sought.objective)]
    for run in list_runs(log.digest):
        needed = trained_as(run)
        if isinstance(needed, RunNeeded) and (run.name.startswith(LADDER) or not made_for_a_study(run)):
            offered += [Contestant(f"{run.name}{suffix}", needed, similarity) for suffix, similarity in _SIMILARITIES]
    return each_once(offered)


def tuned_contestant(tuning: Tuning, trial: Trial) -> Contestant:
    """A trial of a tuning: the first, which has the defaults, by their name."""
    params = tuned_params(tuning.method, trial)
    if trial.number == 0:
        return _by_default(tuning.method, params, trial.similarity)
    one_of_many = f", trial {trial.number + 1}" if tuning.sought.objective == "hr against popularity" else ""
    dot = ", dot" if trial.similarity == "dot" else ""
    name = f"{METHODS[tuning.method].short} {params.dimensions}d tuned ({tuning.sought.goal}{one_of_many}){dot}"
    return Contestant(name, RunNeeded(tuning.method, params, trial.seed), trial.similarity)


def with_seeds(contestants: Sequence[Contestant], seeds: int) -> list[Contestant]:
    """Each contestant with so many seeds from its own on; the first keeps its name."""
    return [
        one
        if number == 0
        else replace(one, name=f"{one.name}, seed {one.needed.seed + number}", needed=_seeded(one.needed, number))
        for one in contestants
        for number in range(seeds)
    ]


def expected(log: LogEntry, contestants: Sequence[Contestant], asked: Asked | None = None) -> Expected:
    """What training all of them takes, one after the other, each training once; with `asked`, asking them as well."""
    each = [
        estimates.expected(METHODS[needed.method], log.size, needed.params)
        for needed in {repr(one.needed): one.needed for one in contestants}.values()
    ]
    seconds = sum(one.seconds for one in each)
    if asked is not None:
        seconds += (len(contestants) + len(BASELINES)) * _asking_seconds(log, asked)
    return Expected(seconds, max((one.memory for one in each), default=0.0))


def _asking_seconds(log: LogEntry, asked: Asked) -> float:
    """About what one contestant takes to rank all items for each case, user and item."""
    cases = min(asked.cases, (1 - asked.split) * log.interactions)
    lists = cases + min(asked.users, log.users) + log.items
    return 3e-9 * lists * log.items  # two processors


_SIMILARITIES: tuple[tuple[str, Similarity], ...] = (("", "cosine"), (", dot", "dot"))


def _by_default(method: str, params: Params, similarity: Similarity = "cosine") -> Contestant:
    suffix = ", dot" if similarity == "dot" else ""
    return Contestant(f"{METHODS[method].short} {params.dimensions}d{suffix}", RunNeeded(method, params, 0), similarity)


def _seeded(needed: RunNeeded, number: int) -> RunNeeded:
    return replace(needed, seed=needed.seed + number)


def each_once(contestants: Sequence[Contestant]) -> list[Contestant]:
    """The first of those that are asked the same, under names of which none stands twice."""
    kept: list[Contestant] = []
    for one in contestants:
        if any(one.needed == other.needed and one.similarity == other.similarity for other in kept):
            continue
        names = {other.name for other in kept}
        numbered = (f"{one.name} ({number})" for number in range(2, len(names) + 3))
        kept.append(replace(one, name=next(name for name in (one.name, *numbered) if name not in names)))
    return kept

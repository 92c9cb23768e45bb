"""What else is known of the log of a report: the ladder between the methods, and all its runs beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from errors import InputError
from figures.charts import Chart
from figures.ladder import ladder, ladder_note, ladder_rows, ladder_sentence, measured, noise_sentence
from figures.many_runs import ManyRuns
from figures.report_page import table
from figures.studies import CHANCE, MEASURES, agreement_matrix, runs_on_a_map
from figures.text import count
from studies.attribution import Rung, Step
from workspace.ladders import kept_rungs, usual_steps
from workspace.logs import find_log
from workspace.pairs import Pair
from workspace.results.agreements import View, kept_agreements
from workspace.runs import list_runs
from workspace.studies import made_for_a_study

_FEWEST_RUNS = 3  # of two, the report itself says more


@dataclass(frozen=True)
class Studied:
    """A chart, the sentences under it, and the table behind it."""

    heading: str
    charts: tuple[Chart, ...]
    table: str


def studied(pair: Pair, steps: Sequence[Step] | None = None) -> list[Studied]:
    """What is kept of the log of both runs: nothing where they are of two logs, or where it was not worked out.

    steps  of the ladder; by default those that are climbed unless somebody chooses others
    """
    if pair.report["logs"] != "same":
        return []
    digest = pair.a.entry.log_digest
    try:
        chosen = usual_steps(find_log(digest)) if steps is None else steps
    except InputError:  # the log is no longer kept, or never was
        return []
    rungs = kept_rungs(digest, chosen, pair.k)
    own = [run for run in list_runs(digest) if not made_for_a_study(run)]
    views = [View(run) for run in sorted(own, key=lambda run: (run.created, run.key))]
    agreements = kept_agreements(views, pair.k) if len(views) >= _FEWEST_RUNS else None
    found = []
    if len(measured(rungs)) > 1:
        found.append(_ladder(rungs, pair.k))
    if agreements is not None:
        found.append(_runs(ManyRuns.of(views, agreements), pair.k))
    return found


def _ladder(rungs: Sequence[Rung], k: int) -> Studied:
    said = [ladder_sentence(rungs), noise_sentence(rungs), ladder_note(rungs, k, "chance")]
    chart = Chart(
        "Which change moves the neighbours most?",
        ladder(rungs, "neighbour_popularity", CHANCE["neighbour_popularity"]),
        " ".join(sentence for sentence in said if sentence is not None),
        ("ladder", "noise_floor", "neighbour_popularity"),
    )
    heads, rows = ladder_rows(rungs)
    steps = table(heads, rows, f"The steps from matrix factorisation to item2vec, k = {k}, by cosine.", words=2)
    return Studied("Why do the methods differ?", (chart,), steps)


def _runs(runs: ManyRuns, k: int) -> Studied:
    places, stress = runs.map()
    matrix = Chart(
        "Which runs find the same neighbours?",
        agreement_matrix(runs.names, runs.jaccard, runs.counts),
        runs.matrix_note(k),
        ("agreement",),
    )
    near = Chart(
        "Which runs are alike?",
        runs_on_a_map(runs.names, runs.families, places, {}),
        runs.map_note(stress),
        ("map_of_runs",),
    )
    rows = [
        [str(place), name, *(one.write(measures[one.name].json) for one in MEASURES), count(measures.n)]
        for place, (name, measures) in enumerate(zip(runs.names, runs.measures, strict=True), start=1)
    ]
    heads = ["#", "Run", *(one.label for one in MEASURES), "Items"]
    measures = table(heads, rows, f"Measures of every run, k = {k}, by cosine.", words=2)
    return Studied("How do all runs of this log lean?", (matrix, near), measures)

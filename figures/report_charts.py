"""The charts of a report: the questions of the Compare page with the same pictures and words."""

from __future__ import annotations

from analysis import BUCKETS
from analysis.agreement import jaccard_by_depth
from analysis.popularity import popularity_curve
from figures import agreement, popularity
from figures import popularity_words as words
from figures.charts import Chart
from figures.colours import BASELINE, POPULAR, A, B
from figures.comparison_charts import ComparisonCharts
from figures.findings import Turned
from figures.popularity import Dumbbell, Series
from studies.noise import NoiseFloor
from workspace.pairs import Pair
from workspace.popularity_bias import leanings_of
from workspace.results.leanings import kept_baselines


def popularity_charts(pair: Pair) -> list[Chart]:
    """Whether a run leans towards popular items: its neighbours, their buckets, hubs, and lengths of vectors."""
    drawn, names, report = ComparisonCharts(pair), pair.names, pair.report
    leanings, of_catalogue = leanings_of(pair), pair.bucket_shares()[2]
    coloured = list(zip(names, (A, B), leanings, strict=True))
    baselines = kept_baselines(pair.a.entry, pair.b.entry, pair.k) if report["logs"] == "same" else None
    of_random = of_popular = None
    if baselines is not None:
        of_random = baselines.random.top_hundredth
        of_popular = baselines.popularity.measures["neighbour_popularity"]
        coloured += [("random", BASELINE, baselines.random), ("most popular", POPULAR, baselines.popularity)]
    lines = [(name, colour, leaning.items, leaning.places) for name, colour, leaning in coloured]
    shares = [leaning.shares for leaning in leanings]
    return [
        Chart(
            "How popular are an item's neighbours?",
            drawn.neighbour_popularity,
            words.neighbours(report, names, pair.popularity_curves(), of_popular),
            ("neighbour_popularity", "popularity_quantile"),
        ),
        Chart(
            "Who fills the neighbour lists?",
            popularity.share_bars(
                BUCKETS,
                [Series(name, colour, leaning.shares) for name, colour, leaning in coloured],
                "share of all neighbour places",
            ),
            words.buckets(shares, of_catalogue, names),
            ("head_share", "buckets", "baselines"),
        ),
        Chart(
            "Do a few items stand in many lists?",
            popularity.concentration_lines(lines),
            words.concentration([leaning.top_hundredth for leaning in leanings], of_random, names),
            ("concentration", "hubness", "coverage", "gini"),
        ),
        Chart(
            "Are popular items longer vectors?",
            drawn.norms,
            words.norms(
                [(name, report[side]["norm_popularity"]) for name, side in zip(names, ("a", "b"), strict=True)]
            ),
            ("norm_popularity",),
        ),
    ]


def similarity_charts(pair: Pair, turned: tuple[Turned | None, Turned | None]) -> list[Chart]:
    """What the neighbours' popularity does when cosine becomes dot product, for the runs of which that is known."""
    sides = [(pair.a.entry, A, turned[0]), (pair.b.entry, B, turned[1])]
    if pair.a.entry.key == pair.b.entry.key:
        sides = sides[:1]
    rows = [Dumbbell(run.name, colour, known.cosine, known.dot) for run, colour, known in sides if known is not None]
    if not rows:
        return []
    return [
        Chart(
            "Cosine or dot product: how popular are the neighbours?",
            popularity.dumbbells(rows, "mean popularity quantile of the neighbours", [("chance", 0.5, BASELINE)]),
            words.similarities([(row.name, row.dot, row.cosine) for row in rows]),
            ("similarity", "neighbour_popularity"),
        )
    ]


def agreement_charts(pair: Pair, floors: tuple[NoiseFloor | None, NoiseFloor | None]) -> list[Chart]:
    """On which items the two agree, and how that changes with popularity and with the length of the lists."""
    measured = pair.comparison
    jaccards = tuple(None if floor is None else floor.agreement.jaccard for floor in floors)
    curve = popularity_curve(pair.catalogue.quantiles, measured.jaccard_by_item)
    spread = agreement.histogram(measured.jaccard_by_item, "Jaccard of an item's two lists")
    spread.update_layout(dragmode="zoom", clickmode="event")  # bars pick out items on the page; here there is no list
    by_chance = agreement.jaccard_by_chance(pair.k, measured.common_items)
    return [
        Chart(
            "On which items do they agree?",
            agreement.by_bucket(pair.report, pair.names, (jaccards[0], jaccards[1])),
            None,
            ("agreement", "buckets", "noise_floor"),
        ),
        Chart(
            "Does it change with popularity?",
            agreement.by_popularity(curve, by_chance),
            None,
            ("popularity_quantile", "intervals"),
        ),
        Chart(
            "How do the items spread?",
            spread,
            None,
            ("agreement",),
        ),
        Chart(
            "Does it change with the length of the lists?",
            agreement.by_depth(jaccard_by_depth(pair.inside_a, pair.inside_b), pair.k),
            None,
            ("agreement_by_length",),
        ),
    ]

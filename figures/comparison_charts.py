"""The pictures of a comparison that do not change with the chosen item, each made when it is first looked at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import plotly.graph_objects as go

from analysis import BUCKETS
from figures.charts import paired_bars, popularity_lines
from workspace.pairs import Pair


@dataclass(frozen=True)
class ComparisonCharts:
    """One figure a question."""

    pair: Pair

    @cached_property
    def neighbour_popularity(self) -> go.Figure:
        """Neighbour popularity against own popularity."""
        names, curves = self.pair.names, self.pair.popularity_curves()
        return popularity_lines(
            list(zip(names, curves, strict=True)), "mean popularity quantile of the neighbours", baseline=0.5
        )

    @cached_property
    def norms(self) -> go.Figure:
        """Vector length against own popularity."""
        names, curves = self.pair.names, self.pair.norm_curves()
        return popularity_lines(list(zip(names, curves, strict=True)), "vector length / mean length", baseline=None)

    @cached_property
    def agreement(self) -> go.Figure:
        """Jaccard and overlap, by bucket."""
        report, groups = self.pair.report, ["all", *BUCKETS]
        jaccard, overlap = ([report[measure][group] for group in groups] for measure in ("jaccard", "overlap"))
        title = f"agreement of the {self.pair.k} neighbours"
        chance = [report["expected_overlap"]] * len(groups)
        return paired_bars(groups, jaccard, overlap, ("Jaccard", "overlap"), title, chance, "overlap by chance")

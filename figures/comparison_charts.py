"""The pictures of a comparison that do not change with the chosen item, each made when it is first looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import plotly.graph_objects as go

from analysis import BUCKETS
from figures.charts import paired_bars, popularity_lines, shares_against
from workspace.pairs import Pair

_HUBNESS = {"coverage": "coverage", "anti-hubs": "anti_hubs", "Gini": "gini", "Robin Hood": "robin_hood"}


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
    def bucket_shares(self) -> go.Figure:
        """Who takes the places in the neighbour lists."""
        in_a, in_b, of_catalogue = self.pair.bucket_shares()
        names, title = self.pair.names, "share of all neighbour places"
        return paired_bars(BUCKETS, in_a, in_b, names, title, of_catalogue, "share of the catalogue")

    @cached_property
    def hubness(self) -> go.Figure:
        """How evenly the places are spread."""
        a, b = ([self.pair.report[side][name] for name in _HUBNESS.values()] for side in ("a", "b"))
        return paired_bars(list(_HUBNESS), a, b, self.pair.names, "share or index, 0..1")


def category_mix(some: Counter[str], everything: Counter[str], most: int = 10) -> go.Figure:
    """Shares of the commonest categories among some items, with a mark for their shares of the whole catalogue."""
    names = [name for name, _ in some.most_common(most)]
    n, whole = some.total(), everything.total()
    return shares_against(
        names, [some[name] / n for name in names], [everything[name] / whole for name in names], "share of the items"
    )

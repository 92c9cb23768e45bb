"""The pictures of a comparison that do not change with the chosen item, each made when it is first looked at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import plotly.graph_objects as go

from figures.charts import popularity_lines, shares_against
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


def category_mix(some: Counter[str], everything: Counter[str], most: int = 10) -> go.Figure:
    """Shares of the commonest categories among some items, with a mark for their shares of the whole catalogue."""
    names = [name for name, _ in some.most_common(most)]
    n, whole = some.total(), everything.total()
    return shares_against(
        names, [some[name] / n for name in names], [everything[name] / whole for name in names], "share of the items"
    )

"""The two maps of a report: at most ten thousand items of each, taken evenly along their popularity."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from figures import maps
from figures.report_page import ReportPage, explained, text
from figures.text import count, decimal, drawn_text, shorten
from workspace.pairs import Pair
from workspace.results import MapPair

MOST_POINTS = 10_000  # of each map: a file of a few megabytes, and still every shape of the whole
_LONGEST_TITLE = 60


def maps_section(page: ReportPage, pair: Pair, found: MapPair | None, chosen: int | None) -> str:
    """Both maps as one figure, with the chosen item and its neighbours where there is one."""
    heading = "<h2>Where do the items lie?</h2>"
    if found is None or not (np.isfinite(found.a).any() and np.isfinite(found.b).any()):
        return f'{heading}<p class="soft">The maps had not been drawn when this report was written.</p>'
    layouts, items = (found.a, found.b), pair.catalogue
    there = np.isfinite(found.a[:, 0]) | np.isfinite(found.b[:, 0])
    shown = shown_items(items.p, there)
    titles = [shorten(title, _LONGEST_TITLE) for title in items.titles]
    base = maps.base_figure(layouts, pair.names, titles, maps.by_quantile(items.quantiles), shown)
    highlight = None if chosen is None else highlight_of(pair, chosen)
    drawn = maps.marked(base, layouts, pair.names, titles, highlight).to_dict()
    codes = np.flatnonzero(shown)
    if chosen is None:  # nothing that a legend would name
        bar = drawn["layout"]["coloraxis"]["colorbar"] | {"y": -0.02}
        coloured = drawn["layout"]["coloraxis"] | {"colorbar": bar}
        drawn["layout"] = drawn["layout"] | {"coloraxis": coloured, "margin": {"l": 0, "r": 0, "t": 30, "b": 64}}
    page.titles = [drawn_text(titles[code]) for code in codes]
    place = np.full(len(shown), -1)
    place[codes] = np.arange(len(codes))
    traces = [_with_shared_titles(trace, place) for trace in drawn["data"]]
    how_many = f"Shown are {count(len(codes))} of the {count(int(there.sum()))} items that have a place"
    how_many += "." if len(codes) == there.sum() else ", taken evenly along their popularity."
    fit = "" if found.residual is None else f" (map residual {decimal(found.residual, 3)} of 1)"
    caption = (
        f"Each map is a UMAP of that run's vectors; the younger run's was started from the older one's and turned onto "
        f"it{fit}. Neighbours are taken in the full vectors, never in the picture. {how_many}"
    )
    if chosen is not None:
        caption += f" The star is {items.titles[chosen]}, with its neighbours around it."
    alt = f"Maps of {pair.names[0]} and {pair.names[1]} side by side"
    figure = {"data": traces, "layout": drawn["layout"]}
    return (
        f'{heading}{page.chart(figure, alt, stacks=True)}<p class="soft">{text(caption)}</p>'
        f"{explained('map_residual', 'popularity_quantile')}"
    )


def shown_items(
    p: npt.NDArray[np.int64], there: npt.NDArray[np.bool_], most: int = MOST_POINTS
) -> npt.NDArray[np.bool_]:
    """At most `most` of the items that are `there`, evenly spaced in the order of their popularity, bool (n_items,)."""
    ranked = np.flatnonzero(there)
    ranked = ranked[np.argsort(-p[ranked], kind="stable")]
    if len(ranked) > most:
        ranked = ranked[np.linspace(0, len(ranked) - 1, most).round().astype(np.int64)]
    shown = np.zeros(len(p), dtype=bool)
    shown[ranked] = True
    return shown


def highlight_of(pair: Pair, item: int) -> maps.Highlight:
    """The item and its neighbours, told apart for the maps."""
    a, b = pair.of_item(item)
    return maps.Highlight(
        query=item,
        only_a=a.neighbours[~a.shared & (a.neighbours >= 0)],
        only_b=b.neighbours[~b.shared & (b.neighbours >= 0)],
        both=a.neighbours[a.shared],
    )


def _with_shared_titles(trace: dict[str, Any], place: npt.NDArray[np.int64]) -> dict[str, Any]:
    """The trace with places in the page's list of titles, since every title would stand in it twice."""
    lean = {name: value for name, value in trace.items() if name != "customdata"}
    packed = trace.get("customdata")
    if not isinstance(packed, dict):  # the marks of the chosen item: few, and not all among the shown
        return lean
    items = np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])
    del lean["hovertext"]
    return lean | {"titles": place[items].tolist()}

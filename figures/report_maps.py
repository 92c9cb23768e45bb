"""The two maps of a report: at most ten thousand items of each, a fair share of every popularity."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from analysis.map_summaries import stratified_sample
from figures import colourings, maps
from figures.report_page import ReportPage, explained, text
from figures.text import count, drawn_text, shorten
from workspace.pairs import Pair
from workspace.results import MapPair

MOST_POINTS = 10_000  # of each map: a file of a few megabytes, and still every shape of the whole
_LONGEST_TITLE = 60


def maps_section(page: ReportPage, pair: Pair, found: MapPair | None, kind: str, chosen: int | None) -> str:
    """Both maps as one figure, with the chosen item and its neighbours where there is one."""
    heading = "<h2>Where do the items lie?</h2>"
    if found is None or not (np.isfinite(found.a).any() and np.isfinite(found.b).any()):
        return f'{heading}<p class="soft">The maps had not been drawn when this report was written.</p>'
    layouts, items = (found.a[:, :2], found.b[:, :2]), pair.catalogue
    there = np.isfinite(found.a[:, 0]) | np.isfinite(found.b[:, 0])
    shown = np.zeros(len(there), dtype=bool)
    shown[stratified_sample(items.p, there, MOST_POINTS)] = True
    titles = [shorten(title, _LONGEST_TITLE) for title in items.titles]
    base = maps.base_figure(layouts, pair.names, titles, colourings.by_quantile(items.quantiles), shown)
    highlight = None if chosen is None else maps.Highlight.of(pair, chosen)
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
    how_many += "." if len(codes) == there.sum() else ", a fair share of every popularity."
    caption = f"{maps.how_made(kind, found.residual)} {how_many}"
    if chosen is not None:
        caption += f" The star is {items.titles[chosen]}, with its neighbours around it."
    alt = f"Maps of {pair.names[0]} and {pair.names[1]} side by side"
    figure = {"data": traces, "layout": drawn["layout"]}
    return (
        f'{heading}{page.chart(figure, alt, stacks=True)}<p class="soft">{text(caption)}</p>'
        f"{explained('map_residual', 'popularity_quantile')}"
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

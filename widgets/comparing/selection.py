"""The items that were picked out on a map with the lasso or the box: how many, how they lie in both runs, which."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from analysis import BUCKETS
from analysis.selection import angular_spread, inside_polygon
from figures.comparison_charts import category_mix
from figures.text import count, decimal, percent, plain
from widgets.comparing.evidence import Evidence
from widgets.comparing.item_table import item_table
from widgets.comparing.map_evidence import DrawnMaps
from widgets.item_filter import Mask
from widgets.measures import explain
from widgets.pictures import picture
from workspace.export import safe_texts

SELECTION = "_map_selection"  # in the session: what was drawn last, and on which maps
_LISTED = 1_000


@dataclass(frozen=True)
class Selection:
    """A lasso or a box: the map it was drawn on (0 or 1), and its corners in that map's units."""

    pane: int
    x: tuple[float, ...]
    y: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """As the browser takes it."""
        return {"pane": self.pane, "x": list(self.x), "y": list(self.y)}


def selection_on(drawn: DrawnMaps) -> Selection | None:
    """What was picked out on these very maps; one that was drawn on others is forgotten."""
    kept = st.session_state.get(SELECTION)
    if kept is None or kept["made"] != drawn.made:
        return None
    return Selection(int(kept["pane"]), tuple(map(float, kept["x"])), tuple(map(float, kept["y"])))


def selected_items(evidence: Evidence, drawn: DrawnMaps, mask: Mask) -> None:
    """The selection, where there is one: its size, its spread in both runs, its categories, and its items."""
    selection = selection_on(drawn)
    if selection is None:
        return
    items = evidence.catalogue
    inside = inside_polygon(drawn.layouts[selection.pane], selection.x, selection.y) & mask
    names = evidence.choice.names
    with st.container(border=True, key="selected"):
        head = st.container(horizontal=True, vertical_alignment="center")
        head.markdown(f"**{count(inside.sum())} items picked out on the map of {plain(names[selection.pane])}**")
        head.button("Clear", key="clear-selection", icon=":material/close:", on_click=_clear)
        if not inside.any():
            st.caption("No item lies inside: draw around some points.")
            return
        _numbers(evidence, inside)
        known = [items.categories[code] for code in np.flatnonzero(inside).tolist()]
        if any(category is not None for category in known):
            everywhere = [category for category in items.categories if category is not None]
            mix = Counter(category for category in known if category is not None)
            picture(category_mix(mix, Counter(everywhere)), "Categories of the items picked out")
        _list(evidence, inside)


def _numbers(evidence: Evidence, inside: Mask) -> None:
    pair, items = evidence.pair, evidence.catalogue
    vectors = (pair.a.embedding.item_vectors, pair.b.embedding.item_vectors)
    everything = np.ones_like(inside)
    with st.grid(5, min_column_width=140):
        st.metric("Items", count(inside.sum()), border=True)
        for letter, own in zip("AB", vectors, strict=True):
            st.metric(
                f"Spread in {letter}",
                decimal(angular_spread(own, inside)),
                help=f"Over all items {decimal(angular_spread(own, everything))}.",
                border=True,
            )
        quantiles = items.quantiles[inside]
        known = quantiles[~np.isnan(quantiles)]
        st.metric(
            "Popularity",
            decimal(known.mean() if known.size else None),
            help="Mean popularity quantile: 0 = least, 1 = most popular item of the log.",
            border=True,
        )
        head = float((items.buckets[inside] == BUCKETS.index("head")).mean())
        st.metric("Head items", percent(head), border=True)
    explain("spread", "popularity_quantile", "buckets")


def _list(evidence: Evidence, inside: Mask) -> None:
    items = evidence.catalogue
    codes = np.flatnonzero(inside)
    codes = codes[np.argsort(-items.p[codes], kind="stable")]
    listed: list[int] = codes.tolist()
    ids = [items.ids[code] for code in listed]
    overlap = evidence.pair.comparison.overlap_by_item[codes]
    table = pd.DataFrame(
        {
            "item_id": ids,
            "title": [items.titles[code] for code in listed],
            "category": [items.categories[code] or "" for code in listed],
            "popularity": items.p[codes],
            "popularity_quantile": items.quantiles[codes],
            "shared_neighbours": overlap,
        }
    )

    config = st.column_config
    item_table(
        table.head(_LISTED),
        ids,
        {
            "item_id": config.TextColumn("Id", width=90),
            "title": config.TextColumn("Title", width=260),
            "category": config.TextColumn("Category"),
            "popularity": config.NumberColumn("Popularity", width=90),
            "popularity_quantile": config.NumberColumn("Quantile", format="%.2f", width=80),
            "shared_neighbours": config.NumberColumn("Same neighbours", format="percent", width=120),
        },
        key="selected-items",
        height=280,
        alt="Items picked out on the map",
    )
    if len(table) > _LISTED:
        st.caption(f"The {count(_LISTED)} most popular of {count(len(table))}; the file has all of them.")
    st.download_button(
        "Download these items", lambda: _csv(table), file_name="selected-items.csv", mime="text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _csv(table: pd.DataFrame) -> bytes:
    safe = table.assign(title=safe_texts(table["title"]), category=safe_texts(table["category"]))
    file = io.BytesIO()
    safe.to_csv(file, index=False, encoding="utf-8-sig")
    return file.getvalue()


def _clear() -> None:
    st.session_state[SELECTION] = None

"""The tab on agreement: where the two runs agree, how far beyond noise, and which items they see most differently."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from analysis import BUCKETS
from analysis.measures import Measure
from analysis.popularity import popularity_curve
from figures import agreement as pictures
from figures.text import count, decimal, percent, plain
from studies.noise import NoiseFloor
from widgets.comparing.evidence import Evidence, depth_curve
from widgets.comparing.item_table import ABSENT, item_table
from widgets.comparing.noise import noise_floors
from widgets.measures import explain
from widgets.pictures import CONFIG, picture
from widgets.search import choose_from_afar

_LISTED = 500
_HISTOGRAM = "agreement-histogram"


def agreement(evidence: Evidence) -> None:
    """Where, how far, beyond what noise, and of which items."""
    comparison, report, k = evidence.pair.comparison, evidence.pair.report, evidence.choice.k
    if not comparison.common_items:
        st.info("The two runs have no items in common that could be compared.")
        return
    floors = noise_floors(evidence)
    jaccards = tuple(None if floor is None else floor.agreement.jaccard for floor in floors)
    left, right = st.columns(2)
    with left:
        st.markdown("**On which items do they agree?**")
        picture(pictures.by_bucket(report, evidence.choice.names, (jaccards[0], jaccards[1])), "Agreement by bucket")
        explain("agreement", "buckets", "noise_floor")
    with right:
        st.markdown("**Does it change with popularity?**")
        curve = popularity_curve(evidence.catalogue.quantiles, comparison.jaccard_by_item)
        n = comparison.common_items
        picture(pictures.by_popularity(curve, pictures.jaccard_by_chance(k, n)), "Agreement against popularity")
        explain("popularity_quantile", "intervals")
    left, right = st.columns(2)
    with left:
        st.markdown("**Does it change with the length of the lists?**")
        picture(pictures.by_depth(depth_curve(evidence), k), "Agreement by length of the lists")
        explain("agreement_by_length")
    with right:
        st.markdown("**And beyond neighbours?**")
        _geometry(evidence, floors)
        explain("rbo", "cka", "procrustes", "noise_floor")
    st.markdown("**How do the items spread, and which are seen most differently?**")
    _items(evidence)


def _geometry(evidence: Evidence, floors: tuple[NoiseFloor | None, NoiseFloor | None]) -> None:
    comparison = evidence.pair.comparison
    measures: list[tuple[str, Measure, Callable[[NoiseFloor], Measure]]] = [
        ("RBO", comparison.rbo["all"], lambda floor: floor.agreement.rbo),
        ("Linear CKA", comparison.geometry.cka, lambda floor: floor.agreement.cka),
        ("Procrustes residual", comparison.geometry.procrustes, lambda floor: floor.agreement.procrustes),
    ]
    names = [f"{letter}: {plain(name)}, two seeds" for letter, name in zip("AB", evidence.choice.names, strict=True)]
    st.table(
        {
            "": [label for label, _, _ in measures],
            "A and B": [decimal(measure.value, 3) for _, measure, _ in measures],
            **{
                name: ["–" if floor is None else decimal(of(floor).value, 3) for _, _, of in measures]
                for name, floor in zip(names, floors, strict=True)
            },
            "items": [count(measure.n) for _, measure, _ in measures],
        },
        hide_index=True,
        alt="Agreement of lists in order, and of the whole sets of vectors",
    )
    st.caption(
        f"RBO compares the first {evidence.choice.k} in their order ({percent(comparison.rbo_weight_inside)} of its "
        "weight lies there). CKA and Procrustes look at all vectors at once, whatever the similarity: CKA 1 and "
        "a residual of 0 mean the same shape."
        + ("" if all(floors) else " Two seeds of each are not trained yet: the button stands under the findings.")
    )


def _items(evidence: Evidence) -> None:
    comparison = evidence.pair.comparison
    by = st.segmented_control(
        "Measured by", ["Jaccard", "RBO"], required=True, default="Jaccard", key="agreement-by", persist_state="session"
    )
    values = comparison.jaccard_by_item if by == "Jaccard" else comparison.rbo_by_item
    chosen = _chosen_bins(pictures.histogram(values, f"{by} of an item's two lists"), f"Items by {by}")
    bins = pictures.bins_of(values)
    shown = (bins >= 0) & (np.isin(bins, chosen) if chosen else True)
    order = st.segmented_control(
        "First", ["Changed most", "Changed least"], required=True, default="Changed most", key="agreement-order",
        persist_state="session",
    )  # fmt: skip
    codes = np.flatnonzero(shown)
    sign = 1 if order == "Changed most" else -1
    codes = codes[np.lexsort((codes, -evidence.catalogue.p[codes], sign * values[codes]))]
    _table(evidence, codes[:_LISTED])
    told = f"{count(len(codes))} of {count((bins >= 0).sum())} items"
    told += f", the first {count(_LISTED)} listed" if len(codes) > _LISTED else ""
    how = (
        "; bars that are marked filter the list, a double click shows all"
        if chosen
        else ("; mark bars of the picture to filter the list")
    )
    st.caption(f"{told}{how}. Equal values stand by popularity. A click on a row chooses the item.")


def _chosen_bins(figure: go.Figure, alt: str) -> list[int]:
    event = st.plotly_chart(
        figure, key=_HISTOGRAM, on_select="rerun", selection_mode=("points", "box"), config=CONFIG, alt=alt
    )
    return sorted({int(point["customdata"]) for point in event["selection"]["points"]})


def _table(evidence: Evidence, codes: npt.NDArray[np.intp]) -> None:
    items, comparison = evidence.catalogue, evidence.pair.comparison
    listed: list[int] = codes.tolist()
    ids = [items.ids[code] for code in listed]
    overlap = comparison.overlap_by_item[codes] * comparison.k
    table = pd.DataFrame(
        {
            "title": [items.titles[code] for code in listed],
            "shared": [None if math.isnan(value) else round(value) for value in overlap],
            "jaccard": comparison.jaccard_by_item[codes],
            "rbo": comparison.rbo_by_item[codes],
            "popularity": items.quantiles[codes],
            "bucket": [BUCKETS[items.buckets[code]] for code in listed],
            "category": [items.categories[code] or ABSENT for code in listed],
            "id": ids,
        }
    )

    config = st.column_config
    item_table(
        table,
        ids,
        {
            "title": config.TextColumn("Title", width=260),
            "shared": config.NumberColumn(f"Same of {comparison.k}", width=90),
            "jaccard": config.NumberColumn("Jaccard", format="%.2f", width=80),
            "rbo": config.NumberColumn("RBO", format="%.2f", width=70),
            "popularity": config.NumberColumn("Popularity", format="%.2f", width=90),
            "bucket": config.TextColumn("Bucket", width=70),
            "category": config.TextColumn("Category"),
            "id": config.TextColumn("Id"),
        },
        key="changed-items",
        height=320,
        pick=choose_from_afar,
        alt="Items by how differently the two runs see them",
    )

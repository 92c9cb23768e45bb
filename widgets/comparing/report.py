"""The button that takes a comparison away as one HTML file."""

from __future__ import annotations

import streamlit as st

from figures.text import file_name
from widgets.comparing.attribution import chosen_steps
from widgets.comparing.evidence import Evidence
from widgets.comparing.map_evidence import DrawnMaps
from widgets.comparing.noise import noise_floors
from widgets.comparing.turned import turned
from workspace.results import MapPair


def report_button(evidence: Evidence, item: int, drawn: DrawnMaps) -> None:
    """Offer the report of what is compared, with the chosen item and the maps that the page shows.

    It is only made when somebody asks for it.
    """
    # A UMAP in space has no plane of its own, whereas principal components stand in their order.
    flat = drawn.kind == "PCA" or drawn.a.shape[1] == 2
    maps = MapPair(drawn.a, drawn.b, drawn.residual, anchored_a=True) if flat else None
    steps = chosen_steps(evidence.log)
    sides, _ = turned(evidence)

    def made() -> bytes:
        from figures.report import report_html

        return report_html(
            evidence.pair,
            maps=maps,
            map_kind="PCA" if drawn.kind == "PCA" else "UMAP",
            chosen=item,
            floors=noise_floors(evidence),
            turned=sides,
            steps=steps,
        ).encode()

    a, b = evidence.choice.names
    st.download_button(
        "Report as HTML",
        data=made,
        file_name=f"{file_name(a)}-{file_name(b)}.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        key="report",
        help="One file with the maps, charts, tables and definitions, and how all of it was made. It needs neither "
        "network nor app: send it to anybody, open it in any browser, print it.",
    )

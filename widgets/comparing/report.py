"""The button that takes a comparison away as one HTML file."""

from __future__ import annotations

import streamlit as st

from figures.text import file_name
from widgets.comparing.evidence import Evidence, pair_map


def report_button(evidence: Evidence, item: int) -> None:
    """Offer the report of what is compared, with the chosen item; it is only made when somebody asks for it."""
    maps = pair_map(evidence.choice).pair  # None while they are being drawn

    def made() -> bytes:
        from figures.report import report_html

        return report_html(evidence.pair, maps=maps, chosen=item).encode()

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
        "network nor app: send it to anybody, open it in any browser, print it."
        + ("" if maps else " The maps are still being drawn; the report is without them until then."),
    )

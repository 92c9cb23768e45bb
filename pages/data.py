"""Data: open an interaction log and see what is in it."""

import streamlit as st

from figures.text import plain
from widgets import frame, session
from widgets.logs import cleaning, exploring, importing, known_sets, library, overview, upload

frame.require()

importing.finish()
entry = session.current_log()

if entry is None:
    st.title("Itemscape")
    st.markdown(
        "Train item embeddings from your own interaction log, and see how they differ.  \n"
        "Compare matrix factorisation with item2vec: neighbours, popularity bias, maps side by side.  \n"
        "Everything stays on this machine; the vectors leave as CSV whenever you want them."
    )
    under_the_title = st.container()
    sample, own = st.columns(2, border=True)
    with own:
        st.subheader("Bring a log")
        upload.upload_log()
    with sample:
        st.subheader("Start with the grocery sample")
        st.markdown("A year of real grocery baskets: 2,469 households, 155,848 baskets, products with categories.")
        upload.open_sample("Open the grocery sample")
        known_sets.fetch_known()
    upload.columns_form()
    library.kept_logs()
else:
    frame.title(plain(entry.name), "What is in this log, and what was left out of it.")
    under_the_title = st.container()
    importing.known(entry)
    overview.tiles(entry)
    overview.notes(entry)
    overview.pictures(entry)
    drawn = {
        "Columns": overview.columns,
        "Cleaning": cleaning.cleaning,
        "Sessions": cleaning.sessions,
        "Explore": exploring.explore,
    }
    for tab, draw in zip(st.tabs(list(drawn), key="log-tabs", on_change="rerun"), drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw(entry)
    frame.next_step("train", "Next: train embeddings on this log")
    with st.container(horizontal=True):
        if st.button("Open another log", icon=":material/folder_open:"):
            session.open_log(None)
            st.rerun()
        library.actions(entry)
with under_the_title:
    importing.show()

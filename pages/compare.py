"""Compare: two runs side by side."""

import streamlit as st

from widgets import compare_panels as panels
from widgets import evidence, frame, pickers, search, session

frame.require()

log = session.need_log()
frame.title("Compare", "How far two runs differ, where they do, and which of them leans towards popular items.")

choice = pickers.run_pair(log)
found = evidence.load(log, choice)
item = search.chosen_item(found.catalogue)

panels.findings(found)
panels.pair_of_maps(found, item)
search.search_box(found.catalogue)
panels.neighbours(found, item)
bias, agreement = st.tabs(["Popularity bias", "Agreement"])
with bias:
    panels.popularity_bias(found)
with agreement:
    panels.agreement(found)
frame.next_step("export", "Next: take the vectors away")

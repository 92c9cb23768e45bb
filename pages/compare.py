"""Compare: two runs side by side."""

import streamlit as st

from widgets import frame, pickers, session
from widgets.comparing import address, evidence, panels

frame.require()

log = session.need_log()
frame.title("Compare", "How far two runs differ, where they do, and which of them leans towards popular items.")

choice = pickers.run_pair(log, address.take)
found = evidence.load(log, choice)

address.check_item(found.catalogue)
# Each in a place of its own: a part whose place moved with what is above it would miss a click on its way.
for part in (panels.findings, panels.around_item, panels.details):
    with st.container():
        part(found)
frame.next_step("evaluate", "Next: see which of them is right")

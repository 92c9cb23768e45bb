"""Evaluate: models trained on the earlier part of the log are asked about the rest."""

import streamlit as st

from widgets import frame, session
from widgets.evaluating import panels

frame.require()

log = session.need_log()
frame.title(
    "Evaluate", "Put the claims about matrix factorisation and item2vec to the test, on what models have not seen."
)

panels.need_rows(log)
plan, report = panels.ask(log)
if report is not None:
    with st.container():
        panels.found(log, report)
with st.container():
    panels.details(log, plan, report)
frame.next_step("export", "Next: take the vectors away")

"""The frame around every page: set-up, navigation, and the sidebar."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from errors import InputError
from figures.text import count, plain
from widgets import jobs_panel, session
from widgets.logs.words import whose
from workspace.files import DISK_FULL, disk_is_full

_FRAMED = "_framed"
_messages = logging.getLogger(__name__)


class Screen(NamedTuple):
    """A page of the app."""

    path: str
    title: str
    icon: str
    help: str


SCREENS = {
    "data": Screen("pages/data.py", "Data", ":material/database:", "Open an interaction log and see what is in it."),
    "train": Screen("pages/train.py", "Train", ":material/model_training:", "Train item embeddings on the open log."),
    "compare": Screen(
        "pages/compare.py", "Compare", ":material/compare:", "Two runs side by side: maps, neighbours, popularity bias."
    ),
    "evaluate": Screen(
        "pages/evaluate.py",
        "Evaluate",
        ":material/fact_check:",
        "Who is right about what it has not seen?",
    ),
    "export": Screen("pages/export.py", "Export", ":material/download:", "Take vectors, neighbours and maps away."),
    "methods": Screen(
        "pages/methods.py", "Methods", ":material/school:", "How each method works, and when to take it."
    ),
}


# Without one of ours the browser would fetch the page's own, a Material symbol, from another machine.
_ICON = Path(__file__).with_name("icon.png")


# Streamlit keeps the place where the window stood, which was at the button that opened the log.
_TO_THE_TOP = """<script>/* {} */ document.querySelector('[data-testid="stMain"]').scrollTo(0, 0)</script>"""


def run() -> None:
    """Draw one page inside the frame."""
    page = _navigation()
    session.restore()
    st.session_state[_FRAMED] = True
    try:
        _sidebar()
        # The browser runs it once for each log that is opened, when its text is another one.
        st.html(_TO_THE_TOP.format(session.opened()), unsafe_allow_javascript=True)
        page.run()
    except InputError as error:
        st.error(plain(error))
    except Exception as error:  # noqa: BLE001 - the last resort: it is logged in full, and the person gets a sentence
        _messages.exception("The page %s failed", page.title)
        if isinstance(error, OSError) and disk_is_full(error):
            st.error(DISK_FULL)
        else:
            st.error(
                "This page failed, and that is a fault of the program, not of yours: what happened stands in the "
                "terminal that runs it. Your logs and runs are untouched.",
                icon=":material/bug_report:",
            )
    finally:
        st.session_state[_FRAMED] = False


def require() -> None:
    """Make sure that the frame is on; the first line of each page.

    A server that was just started and is opened at a page's own address runs the page without app.py, because a
    folder named pages/ is Streamlit's older way to several pages; declaring the navigation and running again mends it.
    """
    if not st.session_state.get(_FRAMED, False):
        _navigation()
        st.rerun()


def title(name: str, purpose: str) -> None:
    """The head of a page: its name, and one sentence on what it is for."""
    st.title(name)
    st.caption(purpose)


def next_step(screen: str, label: str) -> None:
    """The one clear next step at a page's end."""
    st.space("small")
    st.page_link(SCREENS[screen].path, label=f"**{label}**", icon=":material/arrow_forward:")


def open_screen(screen: str) -> None:
    """Go to another page now."""
    st.switch_page(SCREENS[screen].path)


def _navigation() -> st.Page:
    st.set_page_config(page_title="Itemscape", page_icon=str(_ICON), layout="wide")
    return st.navigation(
        [
            st.Page(screen.path, title=screen.title, icon=screen.icon, help=screen.help, default=name == "data")
            for name, screen in SCREENS.items()
        ],
        expanded=True,
    )


def _sidebar() -> None:
    with st.sidebar:
        entry = session.current_log()
        if entry is not None:
            st.markdown(f"**{plain(entry.name)}**")
            users = f"{count(entry.users)} {whose(entry)}"
            where = "" if entry.has_rows else " · rows on Spark"
            st.caption(f"{count(entry.interactions)} interactions · {users} · {count(entry.items)} items{where}")
        jobs_panel.sidebar_jobs()

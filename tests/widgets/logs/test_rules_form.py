"""The form of cleaning asks for nothing by itself, and for what a person chose."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from interactions import CleaningRules
from interactions.cleaning import MOST


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.csv"
    rows = [f"u{number % 7},i{number % 5},{'cart' if number % 9 == 0 else 'view'}" for number in range(60)]
    path.write_text("\n".join(["user,item,event", *rows, "u1,i1,buy"]))
    return path


def form(path: Path, rules: CleaningRules) -> AppTest:
    def page(path: str, rules: str) -> None:
        import streamlit as st

        from interactions import CleaningRules, preview
        from widgets.logs.rules_form import rules_form

        seen = preview(path, rows=60)
        columns = {"user": "user", "item": "item", "event": "event"}
        wanted = rules_form("test", CleaningRules.model_validate_json(rules), seen, columns)
        st.code("at fault" if wanted is None else wanted.model_dump_json())

    return AppTest.from_function(
        page, kwargs={"path": str(path), "rules": rules.model_dump_json()}, default_timeout=60
    ).run()


def wanted(app: AppTest) -> CleaningRules:
    assert not app.exception
    return CleaningRules.model_validate_json(app.code[0].value)


def test_a_form_that_nobody_touched_asks_for_what_it_was_given(events: Path) -> None:
    given = [
        CleaningRules(),
        CleaningRules(event_weights={"view": 1.0, "cart": 3.0, "buy": 5.0}, min_users_per_item=2, core=True),
        CleaningRules(duplicates="sum", repeats="first", users_left_out=("0",), most_rows_per_user=9),
        CleaningRules(longest_session=7, sessions="user"),
        CleaningRules(first_day=date.min, last_day=date.max),
        CleaningRules(session_gap_minutes=0.0001),
        CleaningRules(min_users_per_item=MOST, min_items_per_user=MOST, most_rows_per_user=MOST, longest_session=MOST),
    ]
    for rules in given:
        assert wanted(form(events, rules)) == rules


def test_kinds_of_event_count_alike_until_one_weighs_more(events: Path) -> None:
    app = form(events, CleaningRules())
    app.number_input(key="test-event-cart").set_value(3.0).run()
    assert wanted(app).event_weights == {"cart": 3.0, "view": 1.0}
    app.multiselect(key="test-kinds").set_value(["buy"]).run()
    app.number_input(key="test-event-buy").set_value(5.0).run()
    assert wanted(app).event_weights == {"buy": 5.0, "cart": 3.0, "view": 1.0}


def test_without_times_sessions_cannot_be_cut_by_them(events: Path) -> None:
    (box,) = [box for box in form(events, CleaningRules()).selectbox if box.label == "Sessions"]
    assert box.options == ["as they are: there are none", "a user's whole history"]

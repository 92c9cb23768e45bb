"""Forms made from the declaration of parameters."""

from __future__ import annotations

import textwrap

import pytest
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from widgets.forms import describe, label


def form(name: str) -> AppTest:
    script = f"""
        import streamlit as st
        from embedders import METHODS
        from widgets.forms import parameter_form
        st.session_state["values"] = parameter_form(METHODS["{name}"])
    """
    return AppTest.from_string(textwrap.dedent(script), default_timeout=30).run()


@pytest.mark.parametrize("name", METHODS)
def test_an_untouched_form_gives_the_defaults(name: str) -> None:
    app = form(name)
    assert not app.exception
    params = METHODS[name].Params.checked(app.session_state["values"])
    assert params == METHODS[name].Params()


@pytest.mark.parametrize("name", METHODS)
def test_every_parameter_has_its_widget_with_the_declared_words(name: str) -> None:
    app = form(name)
    widgets = [*app.number_input, *app.selectbox, *app.toggle, *app.text_input]
    helps = {widget.label: widget.help for widget in widgets}
    declared = METHODS[name].Params.model_fields
    assert helps == {label(field): facts.description for field, facts in declared.items()}


def test_what_is_typed_arrives_with_its_type() -> None:
    app = form("item2vec")
    app.number_input(key="param-item2vec-dimensions").set_value(16)
    app.selectbox(key="param-item2vec-model").set_value("cbow")
    app.toggle(key="param-item2vec-whole_session").set_value(True)
    app.run()
    values = app.session_state["values"]
    assert (values["dimensions"], values["model"], values["whole_session"]) == (16, "cbow", True)
    assert type(values["dimensions"]) is int


def test_only_what_differs_from_the_defaults_is_told() -> None:
    declared = METHODS["als"].Params
    assert describe(declared().model_dump(), declared) == "defaults"
    assert describe(declared(alpha=40.0).model_dump(), declared) == "alpha 40.0"

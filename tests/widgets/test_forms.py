"""Forms made from the declaration of parameters."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import pytest
from streamlit.testing.v1 import AppTest

from embedders import METHODS
from embedders.base import is_offered
from tests.dummies import SidedParams
from widgets.forms import describe, label


def form(name: str) -> AppTest:
    script = f"""
        import streamlit as st
        from embedders import METHODS
        from widgets.forms import parameter_form
        st.session_state["values"] = parameter_form(METHODS["{name}"])
    """
    return AppTest.from_string(textwrap.dedent(script), default_timeout=30).run()


def form_with_columns(columns: Mapping[str, Sequence[str]]) -> AppTest:
    script = f"""
        import streamlit as st
        from tests.dummies import Sided
        from widgets.forms import parameter_form
        st.session_state["values"] = parameter_form(Sided(), {dict(columns)}.__getitem__)
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
    widgets = [*app.number_input, *app.selectbox, *app.toggle, *app.text_input, *app.multiselect]
    helps = {widget.label: widget.help for widget in widgets}
    declared = METHODS[name].Params.model_fields
    assert helps == {label(field): facts.description for field, facts in declared.items() if is_offered(facts)}


def test_what_is_typed_arrives_with_its_type() -> None:
    app = form("item2vec")
    app.number_input(key="param-item2vec-dimensions").set_value(16)
    app.selectbox(key="param-item2vec-model").set_value("cbow")
    app.toggle(key="param-item2vec-whole_session").set_value(True)
    app.run()
    values = app.session_state["values"]
    assert (values["dimensions"], values["model"], values["whole_session"]) == (16, "cbow", True)
    assert type(values["dimensions"]) is int


def test_columns_are_chosen_from_those_of_the_log() -> None:
    app = form_with_columns({"items": ["brand", "department"], "users": ["age"]})
    assert not app.exception
    brand, age = app.multiselect
    assert (brand.label, brand.options, brand.value) == ("Item columns", ["brand", "department"], [])
    assert brand.help == SidedParams.model_fields["item_columns"].description
    assert age.options == ["age"]
    assert not app.caption
    brand.set_value(["department", "brand"]).run()
    params = SidedParams.checked(app.session_state["values"])
    assert params == SidedParams(item_columns=("department", "brand"))


def test_a_log_without_columns_says_so_and_how_to_bring_some() -> None:
    app = form_with_columns({"items": ["brand"], "users": []})
    assert [picker.disabled for picker in app.multiselect] == [False, True]
    (said,) = app.caption
    assert "no columns for users" in said.value
    assert "open the log again on the Data page" in said.value
    assert SidedParams.checked(app.session_state["values"]) == SidedParams()
    assert len(form_with_columns({"items": [], "users": []}).caption) == 2


def test_columns_that_another_log_does_not_have_are_no_longer_chosen() -> None:
    def page() -> None:
        import streamlit as st

        from tests.dummies import Sided
        from widgets.forms import parameter_form

        names = ["brand", "size"] if st.toggle("Another log") else ["brand", "department"]
        st.session_state["values"] = parameter_form(Sided(), lambda table: names)

    app = AppTest.from_function(page, default_timeout=30).run()
    app.multiselect[0].set_value(["brand", "department"]).run()
    app.toggle[0].set_value(True).run()
    assert app.session_state["values"]["item_columns"] == ["brand"]


def test_only_what_differs_from_the_defaults_is_told() -> None:
    declared = METHODS["als"].Params
    assert describe(declared().model_dump(), declared) == "defaults"
    assert describe(declared(alpha=40.0).model_dump(), declared) == "alpha 40.0"


def test_columns_are_told_by_name() -> None:
    kept = SidedParams(item_columns=("brand", "department")).model_dump(mode="json")
    assert describe(kept, SidedParams) == "item columns brand and department"
    assert describe(SidedParams().model_dump(mode="json"), SidedParams) == "defaults"
    assert describe({"item_columns": [], "repeats": 1}, None) == "item columns none, repeats 1"

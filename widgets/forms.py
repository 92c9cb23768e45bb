"""A form made from a method's own declaration of its parameters."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal, Union, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from embedders.base import Method, Params, Table, columns_of, is_advanced, is_offered, written

ColumnsIn = Callable[[Table], Sequence[str]]  # the columns of a log's item table or user table


def _no_columns(table: Table) -> Sequence[str]:
    return ()


def fill_form(method: Method[Any], params: Params) -> None:
    """Make these the values of the method's form when it is drawn next."""
    for name, field in method.Params.model_fields.items():
        if is_offered(field):
            st.session_state[_key(method, name)] = _as_kept(getattr(params, name))


def parameter_form(
    method: Method[Any], columns_in: ColumnsIn = _no_columns, only: Collection[str] | None = None
) -> dict[str, Any]:
    """Draw a widget a parameter that has an effect, basics first, the rest folded; returns the values, not yet checked.

    columns_in  is asked where a parameter names columns of the log
    only        the parameters that are asked for, where not all are
    """
    declared = method.Params.model_fields
    asked = declared if only is None else {name: field for name, field in declared.items() if name in only}
    fields = {name: field for name, field in asked.items() if is_offered(field)}
    basic = {name: field for name, field in fields.items() if not is_advanced(field)}
    advanced = {name: field for name, field in fields.items() if is_advanced(field)}
    values = _widgets(method, basic, columns_in)
    if advanced:
        with st.expander("More settings"):
            values |= _widgets(method, advanced, columns_in)
    return values


def label(name: str) -> str:
    """A parameter's name as a person reads it."""
    return name.replace("_", " ").capitalize()


def describe(params: dict[str, Any], declared: type[Params] | None) -> str:
    """The parameters that differ from their defaults, in one line."""
    if declared is None:
        return ", ".join(f"{label(name).lower()} {written(value)}" for name, value in params.items())
    defaults = {name: _as_kept(field.default) for name, field in declared.model_fields.items()}
    changed = {name: value for name, value in params.items() if name in defaults and _as_kept(value) != defaults[name]}
    return ", ".join(f"{label(name).lower()} {written(value)}" for name, value in changed.items()) or "defaults"


def _as_kept(value: Any) -> Any:
    """A value as it comes back from a run's folder, which knows lists and no tuples."""
    return list(value) if isinstance(value, tuple) else value


def _widgets(method: Method[Any], fields: dict[str, FieldInfo], columns_in: ColumnsIn) -> dict[str, Any]:
    values: dict[str, Any] = {}
    with st.grid(3):
        for name, field in fields.items():
            key, table = _key(method, name), columns_of(field)
            if table is None:
                values[name] = _widget(key, name, field)
            else:
                values[name] = _columns_picker(key, name, field, table, columns_in(table))
    return values


def _key(method: Method[Any], name: str) -> str:
    return f"param-{method.name}-{name}"


_WHERE_FROM: dict[Table, str] = {
    "items": "Columns come with an item table: open the log again on the Data page, with its table beside it.",
    "users": "Columns come with a user table: open the log again on the Data page, with its table beside it.",
}


def _columns_picker(key: str, name: str, field: FieldInfo, table: Table, known: Sequence[str]) -> list[str]:
    """Which columns of a table to learn from; where the log has none it says so, and how to bring some."""
    with st.container(gap="xxsmall"):
        chosen = st.multiselect(
            label(name), list(known), list(field.default), key=key, help=field.description, persist_state="session",
            placeholder="None chosen" if known else "None in this log", disabled=not known,
        )  # fmt: skip
        if not known:
            st.caption(f"This log has no columns for {table}. {_WHERE_FROM[table]}")
    return chosen


def _widget(key: str, name: str, field: FieldInfo) -> Any:
    """The widget that fits the parameter's type; its help is the parameter's own sentence."""
    kind, optional = _kind(field.annotation)
    shown: dict[str, Any] = {"key": key, "help": field.description, "persist_state": "session"}
    if get_origin(kind) is Literal:
        options = list(get_args(kind))
        return st.selectbox(label(name), options, index=options.index(field.default), **shown)
    if kind is bool:
        return st.toggle(label(name), value=field.default, **shown)
    low, high = _bounds(field)
    if kind is int:
        value = st.number_input(
            label(name), int(low) if low is not None else None, int(high) if high is not None else None,
            field.default, 1, placeholder="automatic" if optional else None, **shown,
        )  # fmt: skip
        return None if value is None else int(value)
    if kind is float:
        return st.number_input(
            label(name), low, high, field.default, _step(field.default), "%g",
            placeholder="automatic" if optional else None, **shown,
        )  # fmt: skip
    return st.text_input(label(name), value=field.default or "", **shown)


def _kind(annotation: Any) -> tuple[Any, bool]:
    """(the type, whether None is allowed)."""
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [option for option in get_args(annotation) if option is not type(None)]
        return inner[0], len(inner) < len(get_args(annotation))
    return annotation, False


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    low = next((float(mark.ge) for mark in field.metadata if getattr(mark, "ge", None) is not None), None)
    high = next((float(mark.le) for mark in field.metadata if getattr(mark, "le", None) is not None), None)
    return low, high


def _step(default: float | None) -> float:
    """A step one digit finer than the default's leading digit: 0.025 moves by 0.001, 30.0 by 1."""
    if not default:
        return 0.01
    return float(min(1.0, 10.0 ** (math.floor(math.log10(abs(default))) - 1)))

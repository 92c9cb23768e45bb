"""A form made from a method's own declaration of its parameters."""

from __future__ import annotations

import math
import types
from typing import Any, Literal, Union, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from embedders.base import Method, Params


def parameter_form(method: Method[Any]) -> dict[str, Any]:
    """Draw a widget a parameter, basics first and the rest folded; returns the values, not yet checked."""
    fields = method.Params.model_fields
    basic = {name: field for name, field in fields.items() if not _advanced(field)}
    advanced = {name: field for name, field in fields.items() if _advanced(field)}
    values = _widgets(method, basic)
    if advanced:
        with st.expander("More settings"):
            values |= _widgets(method, advanced)
    return values


def label(name: str) -> str:
    """A parameter's name as a person reads it."""
    return name.replace("_", " ").capitalize()


def describe(params: dict[str, Any], declared: type[Params] | None) -> str:
    """The parameters that differ from their defaults, in one line."""
    if declared is None:
        return ", ".join(f"{label(name).lower()} {value}" for name, value in params.items())
    defaults = {name: field.default for name, field in declared.model_fields.items()}
    changed = {name: value for name, value in params.items() if name in defaults and value != defaults[name]}
    return ", ".join(f"{label(name).lower()} {value}" for name, value in changed.items()) or "defaults"


def _advanced(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("advanced"))


def _widgets(method: Method[Any], fields: dict[str, FieldInfo]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    with st.grid(3):
        for name, field in fields.items():
            values[name] = _widget(f"param-{method.name}-{name}", name, field)
    return values


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

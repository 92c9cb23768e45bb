"""Parameters of a method as the command line takes and lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from embedders.base import columns_of
from errors import ParameterError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


def assignments(settings: Sequence[str]) -> dict[str, str | None]:
    """NAME=VALUE texts as values; what they must be like, the parameters themselves check."""
    values: dict[str, str | None] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise ParameterError(
                f"--set {setting!r} gives no value: write --set NAME=VALUE, as in --set dimensions=64."
            )
        if name in values:
            raise ParameterError(f"Parameter {name!r} is set twice: set it once.")
        values[name] = None if value.lower() in ("none", "null") else value
    return values


def declared(field: FieldInfo) -> dict[str, Any]:
    """A parameter as the "methods" contract has it; `choices` where it has some, `optional` where null is allowed."""
    if table := columns_of(field):
        columns = {
            "type": f"{table.removesuffix('s')} columns",
            "default": list(field.default),
            "low": None,
            "high": None,
        }
        return columns | {"help": field.description, "optional": False}
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    optional = type(None) in get_args(field.annotation)
    kind = kinds[0] if optional else field.annotation
    marks = {name: getattr(mark, name) for mark in field.metadata for name in ("ge", "le") if hasattr(mark, name)}
    facts = {
        "type": "choice" if get_origin(kind) is Literal else getattr(kind, "__name__", str(kind)),
        "default": field.default,
        "low": marks.get("ge"),
        "high": marks.get("le"),
        "help": field.description,
        "optional": optional,
    }
    return facts | ({"choices": list(get_args(kind))} if facts["type"] == "choice" else {})

"""The parameters of a method in words, for a page, a document or a terminal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from embedders.base import Params, columns_of, is_advanced


class ParameterInWords(NamedTuple):
    """A declared parameter as a person reads it.

    name      as the form's label and the command line have it
    default   "empty" where nothing is set
    values    the bounds, both allowed, or the choices
    help      what a larger value does
    advanced  folded away in the form
    """

    name: str
    default: str
    values: str
    help: str
    advanced: bool


def in_words(declared: type[Params]) -> list[ParameterInWords]:
    """Every parameter of a method, in the order of the form: basics first.

    >>> in_words(Params)[0][:3]
    ('dimensions', '64', '2 to 1,024')
    """
    properties = declared.model_json_schema()["properties"]
    rows = []
    for name, field in declared.model_fields.items():
        schema = properties[name]
        table = columns_of(field)
        rows.append(
            ParameterInWords(
                name,
                _value(schema.get("default")),
                _choices(schema) if table is None else f"columns of the {table.removesuffix('s')} table",
                field.description or "",
                is_advanced(field),
            )
        )
    return sorted(rows, key=lambda row: row.advanced)


def _choices(schema: dict[str, Any]) -> str:
    """What a parameter may be, from its JSON schema."""
    options = schema.get("anyOf", [schema])
    kind = next(option for option in options if option.get("type") != "null")
    if "enum" in kind:
        words = ", ".join(_value(choice) for choice in kind["enum"])
    elif kind["type"] == "boolean":
        words = "on or off"
    elif "minimum" in kind and "maximum" in kind:
        words = f"{_value(kind['minimum'])} to {_value(kind['maximum'])}"
    else:
        words = str(kind["type"])
    return f"{words}, or empty" if len(options) > 1 else words


def _value(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{Decimal(repr(value)).normalize():,f}"
    if isinstance(value, list | tuple):
        return ", ".join(_value(part) for part in value) or "none"
    return str(value)

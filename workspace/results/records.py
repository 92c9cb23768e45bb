"""Frozen dataclasses of numbers, texts and arrays, kept as one JSON text and the arrays beside it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

from workspace.results.keeping import Arrays

_RECORD = "record"
Record = TypeVar("Record")


def as_arrays(record: Any) -> Arrays:
    """A dataclass as arrays that `of_arrays` makes the same dataclass of; NaN stays NaN."""
    arrays: Arrays = {}
    plain = _plain(record, "", arrays)
    return arrays | {_RECORD: np.frombuffer(json.dumps(plain).encode(), dtype=np.uint8)}


def of_arrays(kind: type[Record], arrays: Mapping[str, npt.NDArray[Any]]) -> Record:
    """The dataclass that was kept; raises KeyError or TypeError where it was another one."""
    restored: Record = _restored(kind, json.loads(arrays[_RECORD].tobytes()), "", arrays)
    return restored


def _plain(value: Any, name: str, arrays: Arrays) -> Any:
    if isinstance(value, np.ndarray):
        arrays[name] = value
        return None
    if dataclasses.is_dataclass(value):
        return {
            one.name: _plain(getattr(value, one.name), f"{name}.{one.name}", arrays)
            for one in dataclasses.fields(value)
        }
    if isinstance(value, dict):
        return {key: _plain(inner, f"{name}.{key}", arrays) for key, inner in value.items()}
    return value.item() if isinstance(value, np.generic) else value


def _restored(kind: Any, plain: Any, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    if name in arrays:
        return arrays[name]
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        parts = {
            one.name: _restored(hints[one.name], plain[one.name], f"{name}.{one.name}", arrays)
            for one in dataclasses.fields(kind)
        }
        return kind(**parts)
    if get_origin(kind) is dict:
        inner = get_args(kind)[1]
        return {key: _restored(inner, value, f"{name}.{key}", arrays) for key, value in plain.items()}
    return plain

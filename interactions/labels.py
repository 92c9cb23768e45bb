"""Cells that hold several labels: "Drama|Comedy", "Drama, Comedy", ["Drama", "Comedy"]."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

LABEL_SEPARATOR = "|"  # "Action|Comedy" is two labels
_LIST_MARKS = (";", ",", "；", "，", "、")  # noqa: RUF001 - may part labels too, where the column tells that they do
_ANYWHERE = 0.5  # of the labels in lists stand first in one cell and behind another label in another
_LISTS = 0.9  # of the texts of a column must be written as lists


def label_cutter(texts: set[str]) -> Callable[[str], list[str]]:
    """How the texts of a column, blank ones left out, are cut into labels: the first of these rules that holds.

    1. Texts that are nearly all written as lists, ["Drama", "Comedy"] or ['Drama', 'Comedy'], are those lists; of an
       object such as {"id": 18, "name": "Drama"} its name is the label, and lists in lists are as one.
    2. Where one text has a bar, bars part labels: "Action|Comedy".
    3. A semicolon or a comma parts labels, "Drama, Comedy", where the column is plainly one of lists. In lists a label
       can stand at any place: at least half of the labels in texts with that mark must stand first in some text and
       behind another label in some text. So "Matrix, The", "Paris, France" and "Smith, John" stay whole. A mark between
       two digits never parts: "1,234".
    4. Else each text is one label.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about backslashes in what only looks like a list
        lists = {text: parts for text in texts if (parts := _written_list(text)) is not None}
    if lists and len(lists) >= _LISTS * len(texts):
        return lambda text: lists.get(text, [text])
    if any(LABEL_SEPARATOR in text for text in texts):
        return lambda text: text.split(LABEL_SEPARATOR)
    for mark in _LIST_MARKS:
        between = re.compile(rf"(?<!\d){mark}|{mark}(?!\d)")
        cut = [parts for text in texts if len(parts := _parts(text, between)) > 1]
        firsts = {parts[0] for parts in cut} | {text.strip() for text in texts if mark not in text}
        later = {part for parts in cut for part in parts[1:]}
        anywhere = sum(part in firsts and part in later for parts in cut for part in parts)
        if len(cut) > 1 and anywhere >= _ANYWHERE * sum(map(len, cut)):
            return lambda text, between=between: _parts(text, between)  # type: ignore[misc]
    return lambda text: [text]


def labels_in(values: Iterable[Any], text: Callable[[Any], str]) -> list[str]:
    """The labels that a list holds: of an object its name, of lists inside of the list each label once.

    text  what makes a label of any other value, "" = none
    """
    found: list[str] = []
    for value in values:
        if isinstance(value, Mapping):
            value = value.get("name", value)
        if isinstance(value, list | tuple | np.ndarray):
            found += [label for label in dict.fromkeys(labels_in(value, text)) if label not in found]
        elif value is not None and (label := text(value)):
            found.append(label)
    return found


def label_text(value: Any) -> str:
    """A value as a label: 1 for 1.0, since columns and lists of whole numbers with gaps become such; "" for NaN."""
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return ""
        if value.is_integer():
            return f"{value:.0f}"
    return str(value)


def _parts(text: str, between: re.Pattern[str]) -> list[str]:
    return [part.strip() for part in between.split(text) if part.strip()]


def _written_list(text: str) -> list[str] | None:
    """The labels of a list that is written as in JSON or Python; None where the text is no such list."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(text)
            if isinstance(found, list):
                return labels_in(found, label_text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    return None

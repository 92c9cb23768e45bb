"""The items of a run as a person knows them: titles, ids, popularity; loaded once for all tabs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis import popularity_quantiles
from workspace.runs import Run, open_run

_KEPT_RUNS = 8


@dataclass(frozen=True)
class Catalogue:
    """One row an item code, (n_items,) each.

    titles      what to show; the id, where an item has no title
    categories  None where an item has none
    haystack    lower-case title and id, for searching
    code_of     id -> item code
    """

    ids: Sequence[str]
    titles: Sequence[str]
    categories: Sequence[str | None]
    haystack: pd.Series
    p: npt.NDArray[np.int64]
    quantiles: npt.NDArray[np.float64]
    buckets: npt.NDArray[np.int8]
    code_of: Mapping[str, int]


@st.cache_resource(max_entries=_KEPT_RUNS, show_spinner=False)
def opened(key: str, _path: Path) -> Run:
    """The run with this key, with its vectors."""
    return open_run(_path)


@st.cache_resource(max_entries=_KEPT_RUNS, show_spinner=False)
def catalogue(key: str, _path: Path) -> Catalogue:
    """The items of the run with this key."""
    run = opened(key, _path)
    ids = [str(item) for item in run.items["id"]]
    titles = [_text(title) or item for title, item in zip(run.items["title"], ids, strict=True)]
    words = [f"{title} {item}".lower() for title, item in zip(titles, ids, strict=True)]
    return Catalogue(
        ids=ids,
        titles=titles,
        categories=[_text(category) for category in run.items["category"]],
        haystack=pd.Series(words, dtype="str"),
        p=run.p,
        quantiles=popularity_quantiles(run.p),
        buckets=run.buckets,
        code_of={item: code for code, item in enumerate(ids)},
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None

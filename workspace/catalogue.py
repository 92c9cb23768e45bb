"""The items of a run as a person knows them: titles, ids, popularity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analysis.popularity import popularity_quantiles
from workspace.runs import Run

if TYPE_CHECKING:
    import pandas as pd


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


def catalogue_of(run: Run) -> Catalogue:
    """The items of a run."""
    import pandas as pd

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

"""The neighbour table of one run."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from analysis.company import Company
from figures.colours import BOTH, A, B
from figures.company import BOTH_IN
from figures.text import count, decimal, plain
from widgets.comparing.item_table import ABSENT, item_table
from workspace.catalogue import Catalogue
from workspace.neighbour_lists import NeighbourList

Mask = npt.NDArray[np.bool_]


def neighbour_table(
    of_run: NeighbourList,
    wanted: Mask,
    let_through: Mask,
    items: Catalogue,
    *,
    of_item: int,
    letter: str,
    held_by: str,
    wide: bool,
) -> None:
    """The neighbours of the chosen item in one run; a click on a row makes that neighbour the chosen item.

    wanted       bool (n,): those of the kind that is asked for
    let_through  bool (n,): those that the filter shows; of the wanted, the others are counted under the table
    of_item      the chosen item's code
    letter       of the run: "A" or "B"
    held_by      what items stand together in: "sessions", "baskets" or "users"
    wide         whether it has the whole width of the page
    """
    if len(of_run) == 0:
        st.info(f"{plain(of_run.name)} has no vector for this item, so it has no neighbours there.")
        return
    rows = np.flatnonzero(wanted & let_through)
    hidden = int((wanted & ~let_through).sum())
    if not wanted.any():
        st.info("There is none of these.")
        return
    if not len(rows):
        st.info(f"The filter above hides all {count(hidden)} of them.")
        return
    # Another item's table is another table, so that the cell that was clicked in this one can be clicked there as well.
    key, chosen = f"neighbours-{letter}-{of_item}", [items.ids[code] for code in of_run.codes[rows]]

    item_table(
        _table(of_run, rows, items),
        chosen,
        _columns(of_run, letter, held_by, wide=wide),
        key=key,
        alt=f"Neighbours in {of_run.name}",
    )
    if hidden:
        st.caption(f"The filter above hides {count(hidden)} more.")


def _table(of_run: NeighbourList, rows: npt.NDArray[np.intp], items: Catalogue) -> pd.DataFrame:
    codes = of_run.codes[rows]
    there = [str(rank) if rank else ABSENT for rank in of_run.ranks_there[rows].tolist()]
    columns: dict[str, Any] = {
        "rank": rows + 1,
        "title": [items.titles[code] for code in codes],
        "there": [[rank] for rank in there],
        "similarity": of_run.scores[rows].astype(np.float64),
    }
    if of_run.company is not None:
        found = of_run.company.of(rows)
        columns |= {"together": found.together, "pmi": found.pmi}
        if found.users is not None:
            columns["users"] = found.users
        columns["distance"] = _distances(found)
    columns["popularity"] = items.quantiles[codes]
    columns["category"] = [items.categories[code] or ABSENT for code in codes]
    return pd.DataFrame(columns)


def _distances(found: Company) -> list[str]:
    """Padded in front, so that they are sorted as the numbers they are."""
    return [
        "no order" if np.isnan(distance) and met else ABSENT if not met else f"{decimal(distance, 1):>8}"
        for distance, met in zip(found.distance.tolist(), (found.together > 0).tolist(), strict=True)
    ]


def _columns(of_run: NeighbourList, letter: str, held_by: str, *, wide: bool) -> dict[str, Any]:
    other, colour = ("B", A) if letter == "A" else ("A", B)
    ranks = [str(rank) for rank in range(1, int(of_run.ranks_there.max(initial=0)) + 1)]
    config = st.column_config
    return {
        "rank": config.NumberColumn("#", width=30),
        "title": config.TextColumn("Title", width=300 if wide else 152),
        "there": config.MultiselectColumn(
            f"In {other}",
            help=f"Its rank among the neighbours in {other}; – where it is none of them.",
            options=[ABSENT, *ranks],
            color=[colour, *[BOTH] * len(ranks)],
            width=45,
        ),
        "similarity": config.NumberColumn(
            of_run.similarity.capitalize(), help="Similarity, in this run's vectors.", format="%.3f", width=60
        ),
        "popularity": config.ProgressColumn(
            "Popularity",
            help="Popularity quantile: 0 = least, 1 = most popular item of the log.",
            format="%.2f",
            min_value=0.0,
            max_value=1.0,
            width=85,
        ),
        "together": config.NumberColumn(
            "Together",
            help=f"{BOTH_IN[held_by].capitalize()}: this item and the chosen one.",
            format="localized",
            width=70,
        ),
        "pmi": config.NumberColumn(
            "PMI",
            help="How far beyond chance they stand together: 0 = as often as chance would have it, 1 = twice as often, "
            "3 = eight times, below 0 = less often; – where they never do.",
            format="%.2f",
            width=50,
        ),
        "users": config.NumberColumn(
            "Users", help="How many users have both, in one session or in different ones.", format="localized", width=52
        ),
        "distance": config.TextColumn(
            "Distance",
            help="Median number of events from the one to the other, where both stand together; 1 = next to each "
            "other; “no order” where most of them have equal times.",
            alignment="right",
            width=75,
        ),
        "category": config.TextColumn("Category"),
    }

"""All models that were asked the same about a log: accuracy against popularity, and everything in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from figures.accuracy import MEASURES, accuracy_against_popularity, by_part, made_from, nothing_asked, shown_name
from figures.text import count, file_name
from studies.evaluation import BASELINES, PARTS
from widgets.measures import explain
from widgets.pictures import picture
from widgets.tables import name_column
from workspace.evaluations import kept_evaluations
from workspace.logs import LogEntry

# Headings as they stand in the file are too long for a screen.
_SHORT = {
    "Neighbour popularity": "Popularity",
    "Recall for users, %": "Recall, %",
    "Category consistency, %": "Categories, %",
}
_HELP = {
    "Neighbour popularity": "Mean popularity quantile of the neighbours; 0.5 is chance.",
    "Recall for users, %": "What users touched for the first time, among the items that they are shown.",
    "Category consistency, %": "Items whose own category is the majority category of their 8 nearest.",
}
_SHOWN = ("hr", "ndcg", "mrr", "recall")


def leaderboard(log: LogEntry, report: Mapping[str, Any]) -> None:
    """Every model of every evaluation that was cut and asked as this one."""
    rows = board_rows(report, kept_evaluations(log.digest))
    st.markdown("**Who is right, and who leans on popular items?**")
    left, right = st.container(horizontal=True), st.container()
    measure = str(left.segmented_control(
        "Measure", _SHOWN, required=True, default="hr", key="board-measure", persist_state="session",
        format_func=MEASURES.__getitem__,
    ))  # fmt: skip
    part = str(left.segmented_control(
        "Targets", PARTS, required=True, default="all", key="board-part", persist_state="session",
    ))  # fmt: skip
    points = [
        {"name": name, "made_from": made_from(of, name), "accuracy": by_part(of, name, measure)[part],
         "popularity": of["methods"][name]["neighbour_popularity"]}
        for name, of in rows
    ]  # fmt: skip
    drawn = accuracy_against_popularity(points, measure, report["k"])
    with right:
        if drawn is None:
            st.info(nothing_asked(report, measure) or "No model has both neighbours and cases to be right in.")
        else:
            picture(drawn, "Accuracy against popularity")
    table = pd.DataFrame([_row(name, of) for name, of in rows])
    table[table.columns[1:]] = table[table.columns[1:]].astype(float)  # also where a column has no value at all
    st.dataframe(
        table, hide_index=True, key="leaderboard", placeholder="–", alt="All models that were asked",
        column_config={"Model": name_column(table["Model"])}
        | {
            str(name): st.column_config.NumberColumn(_SHORT.get(str(name)), help=_HELP.get(str(name)), format="%.2f")
            for name in table.columns[1:]
        },
    )  # fmt: skip
    st.download_button(
        "Download the leaderboard as CSV", table.to_csv(index=False).encode("utf-8-sig"),
        f"{file_name(log.name)}-leaderboard.csv", "text/csv", icon=":material/download:", key="leaderboard-csv",
    )  # fmt: skip
    st.caption(
        f"HR, NDCG and MRR over {count(report['cases'])} next-item cases, recall over {count(report['users'])} users, "
        f"k = {report['k']}; popularity and categories over {count(report['items'])} items. Click a heading to sort by "
        "it."
    )
    explain("accuracy", "neighbour_popularity")


def board_rows(report: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """(name, the evaluation it is of) of all models of comparable evaluations, each once."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    seen: set[str] = set()
    for one in (report, *others):
        if (one["asked"], one["k"], one["split"]) != (report["asked"], report["k"], report["split"]):
            continue
        for facts in one["contestants"]:
            training = repr({key: value for key, value in facts.items() if key != "name"})
            if training not in seen:
                seen.add(training)
                found.append((facts["name"], one))
    return [*found, *((name, report) for name in BASELINES)]


def _row(name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    facts = report["methods"][name]

    def percent(cell: Mapping[str, Any]) -> float | None:
        return None if cell["value"] is None else 100 * float(cell["value"])

    row: dict[str, Any] = {
        "Model": shown_name(name), "Neighbour popularity": facts["neighbour_popularity"]["value"],
    }  # fmt: skip
    for part in PARTS:
        row[f"HR {part}, %"] = percent(facts["hr"][part])
    row["NDCG, %"], row["MRR, %"] = percent(facts["ndcg"]["all"]), percent(facts["mrr"]["all"])
    row["Recall for users, %"] = percent(facts["user_to_item"]["recall"]["all"])
    row["Category consistency, %"] = percent(facts["category_consistency"]["all"])
    return row

"""All models that were asked the same about a log: accuracy against popularity, and everything in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from figures.accuracy import MEASURES, accuracy_against_popularity, by_part, shown_name
from figures.text import file_name
from studies.evaluation import BASELINES, PARTS
from widgets.measures import explain
from widgets.pictures import picture
from workspace.evaluations import kept_evaluations
from workspace.logs import LogEntry

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
        {"name": name, "method": method, "accuracy": by_part(of, name, measure)[part],
         "popularity": of["methods"][name]["neighbour_popularity"]}
        for name, method, of in rows
    ]  # fmt: skip
    with right:
        picture(accuracy_against_popularity(points, measure, report["k"]), "Accuracy against popularity")
    table = pd.DataFrame([_row(name, method, of) for name, method, of in rows])
    st.dataframe(
        table, hide_index=True, key="leaderboard", placeholder="–", alt="All models that were asked",
        column_config={
            str(name): st.column_config.NumberColumn(format="%.2f") for name in table if table[name].dtype.kind == "f"
        },
    )  # fmt: skip
    st.download_button(
        "Download the leaderboard as CSV", table.to_csv(index=False).encode("utf-8-sig"),
        f"{file_name(log.name)}-leaderboard.csv", "text/csv", icon=":material/download:", key="leaderboard-csv",
    )  # fmt: skip
    st.caption("In percent of the cases, by k = " + str(report["k"]) + ". Click a heading to sort by it.")
    explain("accuracy", "neighbour_popularity")


def board_rows(
    report: Mapping[str, Any], others: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str | None, Mapping[str, Any]]]:
    """(name, method or None, the evaluation it is of) of all models of comparable evaluations, each once."""
    found: list[tuple[str, str | None, Mapping[str, Any]]] = []
    seen: set[str] = set()
    for one in (report, *others):
        if (one["asked"], one["k"], one["split"]) != (report["asked"], report["k"], report["split"]):
            continue
        for facts in one["contestants"]:
            made_from = repr({key: value for key, value in facts.items() if key != "name"})
            if made_from not in seen:
                seen.add(made_from)
                found.append((facts["name"], facts["method"], one))
    return [*found, *((name, None, report) for name in BASELINES)]


def _row(name: str, method: str | None, report: Mapping[str, Any]) -> dict[str, Any]:
    facts = report["methods"][name]

    def percent(cell: Mapping[str, Any]) -> float | None:
        return None if cell["value"] is None else 100 * float(cell["value"])

    row: dict[str, Any] = {"Model": shown_name(name)}
    for part in PARTS:
        row[f"HR {part}, %"] = percent(facts["hr"][part])
    row["NDCG, %"], row["MRR, %"] = percent(facts["ndcg"]["all"]), percent(facts["mrr"]["all"])
    row["Recall for users, %"] = percent(facts["user_to_item"]["recall"]["all"])
    row["Category consistency, %"] = percent(facts["category_consistency"]["all"])
    row["Neighbour popularity"] = facts["neighbour_popularity"]["value"]
    return row

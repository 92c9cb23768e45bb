"""What an evaluation found: claims, accuracy by bucket, the table, and accuracy against popularity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from figures.accuracy import (
    MEASURES,
    USER_MEASURES,
    accuracy_by_bucket,
    accuracy_rows,
    cases_by_part,
    categories_by_popularity,
    nothing_asked,
    seed_rows,
    shown_name,
    what_was_asked,
)
from figures.claims import claim_card, holm_sentence, otherwise_in_words
from figures.differences import difference_sentence, differences_by_part
from figures.text import count, file_name, plain
from widgets.measures import explain
from widgets.pictures import picture
from widgets.tables import name_column
from workspace.logs import LogEntry

Report = Mapping[str, Any]
_SHORT_LIST = 2  # lines that a card holds without being folded


def claims(report: Report) -> None:
    """Three cards, a claim each, and how it is allowed for that they are tested together."""
    st.subheader("The claims, on this log")
    with st.grid(3, min_column_width=300):
        for claim in report["claims"]:
            _card(claim, report)
    st.caption(holm_sentence(report["claims"]))
    explain("claims")


def accuracy(log: LogEntry, report: Report) -> None:
    """The chart of a measure by bucket, and the table below it."""
    st.subheader("How often models are right")
    left, right = st.columns([3, 2])
    measure = left.segmented_control(
        "Measure", list(MEASURES), required=True, default="hr", key="accuracy-measure", persist_state="session",
        format_func=MEASURES.__getitem__,
    )  # fmt: skip
    of = "target"
    if measure not in USER_MEASURES:
        of = str(right.segmented_control(
            "By popularity of", ("target", "query"), required=True, default="target", key="accuracy-of",
            persist_state="session", help="The item that is to be found, or the item that is asked with.",
        ))  # fmt: skip
    measure = str(measure)
    nothing = nothing_asked(report, measure)
    if nothing is not None:
        st.info(nothing)
        st.markdown(what_was_asked(report))
        return
    picture(accuracy_by_bucket(report, measure, of), f"{MEASURES[measure]} by bucket")
    unit, drawn = _units(measure)
    st.caption(f"With 95 % intervals, resampled over {drawn}. Of the {unit}: {_numbers(report, measure, of)}.")
    st.markdown(what_was_asked(report))
    heads, rows = accuracy_rows(report, measure, of)
    table = pd.DataFrame(rows, columns=heads)
    st.dataframe(
        table, hide_index=True, key="accuracy-table", placeholder="–", alt="Accuracy of every model by bucket",
        column_config={
            "Model": name_column(table["Model"]),
            **{head: st.column_config.NumberColumn(format="%.2f") for head in heads[1::2]},
        },
    )  # fmt: skip
    seeds, of_seeds = seed_rows(report, measure)
    if of_seeds:
        st.markdown("**How much of that is chance of the training**")
        st.dataframe(
            pd.DataFrame(of_seeds, columns=seeds), hide_index=True, key="seeds-table", placeholder="–",
            alt="Accuracy over several seeds",
            column_config={head: st.column_config.NumberColumn(format="%.2f") for head in seeds[2::2]},
        )  # fmt: skip
    told = table.assign(measure=MEASURES[measure], k=report["k"])
    st.download_button(
        "Download the table as CSV", told.to_csv(index=False).encode("utf-8-sig"),
        f"{file_name(log.name)}-accuracy.csv", "text/csv", icon=":material/download:", key="accuracy-csv",
    )  # fmt: skip
    explain("accuracy", "accuracy_baselines", "buckets", "category_consistency")


def two_models(report: Report) -> None:
    """Any two models on the same cases: the difference by bucket."""
    names = list(report["methods"])
    row = st.container(horizontal=True, vertical_alignment="bottom")
    name = str(row.selectbox("Model", names, format_func=shown_name, key="difference-of", persist_state="session"))
    others = [other for other in names if other != name]
    other = str(row.selectbox(
        "compared with", others, index=_of_another_method(report, name, others), format_func=shown_name,
        key="difference-to", persist_state="session",
    ))  # fmt: skip
    measure = str(row.segmented_control(
        "Measure", list(MEASURES), required=True, default="hr", key="difference-measure",
        persist_state="session", format_func=MEASURES.__getitem__,
    ))  # fmt: skip
    st.markdown(difference_sentence(report, name, other, measure))
    if nothing_asked(report, measure) is not None:
        return
    picture(differences_by_part(report, name, other, measure), "Difference of two models by bucket")
    unit, drawn = _units(measure)
    st.caption(
        f"Above zero {plain(shown_name(name))} has more, below it {plain(shown_name(other))}. Both were asked the same "
        f"{unit}: {_numbers(report, measure)}. Intervals are of their differences, resampled over {drawn}; buckets are "
        "by popularity of the target."
    )


def _of_another_method(report: Report, name: str, others: Sequence[str]) -> int:
    """The first of the others that is no variant of the same method: what is compared unless somebody chooses."""
    methods = {facts["name"]: facts["method"] for facts in report["contestants"]}
    return next((place for place, other in enumerate(others) if methods.get(other) != methods.get(name)), 0)


def categories(report: Report) -> None:
    """Whether neighbours are of the item's category."""
    drawn = categories_by_popularity(report)
    if drawn is None:
        st.info("No item of this log has a category, so this cannot be told.")
        return
    picture(drawn, "Category consistency by popularity")
    st.caption(
        "The share of items whose own category is the majority category of their 8 nearest neighbours; neighbours are "
        "always of the whole catalogue. Random is what chance has."
    )
    explain("category_consistency")


def _card(claim: Mapping[str, Any], report: Report) -> None:
    card, name = claim_card(claim, report), claim["claim"]
    with st.container(border=True, height="stretch"):
        st.badge(card.verdict, color=card.colour)  # type: ignore[arg-type]
        st.markdown(f"**{card.title}**")
        st.markdown(card.found)
        if card.picture is not None:
            picture(card.picture, f"Effects behind the claim on {name}")
        if len(card.otherwise) <= _SHORT_LIST:
            _lines(card.otherwise)
        else:
            with st.expander(otherwise_in_words(claim)):
                _lines(card.otherwise)
        if card.settings:
            st.caption(card.settings)


def _lines(said: Sequence[str]) -> None:
    for line in said:
        st.markdown(f":small[{line}]")


def _units(measure: str) -> tuple[str, str]:
    """What a measure is a mean over, and what is drawn for its interval."""
    return ("users", "users") if measure in USER_MEASURES else ("cases", "sessions")


def _numbers(report: Report, measure: str, of: str = "target") -> str:
    """How many there are, in all and by bucket."""
    return ", ".join(f"{part}: {count(number)}" for part, number in cases_by_part(report, measure, of).items())

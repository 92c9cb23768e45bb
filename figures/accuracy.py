"""How well models answer, as charts and tables: plain values of an evaluation in, Plotly figures out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import plotly.graph_objects as go

from figures.charts import figure, interval_bars
from figures.colours import BASELINE, CATEGORIES, B
from figures.log_charts import events_over_time
from figures.text import count, drawn_text, minute, percent, plain
from studies.evaluation import BASELINES, COOCCURRENCE, PARTS, POPULARITY, RANDOM

MEASURES: Final = {
    "hr": "Hit rate",
    "ndcg": "NDCG",
    "mrr": "MRR",
    "recall": "Recall for users",
    "user_ndcg": "NDCG for users",
}
BASELINE_NAMES: Final = {POPULARITY: "Most popular", RANDOM: "Random", COOCCURRENCE: "Bought together"}
_SYMBOLS: Final = {POPULARITY: "diamond-open", RANDOM: "x-thin-open", COOCCURRENCE: "square-open"}
PART_NAMES: Final = {"all": "all cases", "head": "head", "mid": "mid", "tail": "tail"}


USER_MEASURES: Final = ("recall", "user_ndcg")


def part_name(part: str, measure: str) -> str:
    """What a part is called where this measure is told: some are of cases, some of users."""
    return "all users" if part == "all" and measure in USER_MEASURES else PART_NAMES[part]


def shown_name(name: str) -> str:
    """A model's name, or a baseline's as a person calls it."""
    return BASELINE_NAMES.get(name, name)


def made_from(report: Mapping[str, Any], name: str) -> str:
    """What a model is but for its name and seed; a baseline is its name."""
    facts = next((one for one in report["contestants"] if one["name"] == name), None)
    if facts is None:
        return name
    return repr({key: value for key, value in facts.items() if key not in ("name", "seed")})


def _colours(kinds: Iterable[str]) -> dict[str, str]:
    """A colour for each kind of model: seeds of one model share theirs, baselines are grey."""
    models = [kind for kind in dict.fromkeys(kinds) if kind not in BASELINES]
    return dict.fromkeys(BASELINES, BASELINE) | {
        kind: CATEGORIES[place % len(CATEGORIES)] for place, kind in enumerate(models)
    }


def _once_in_the_legend(traces: Sequence[dict[str, Any]]) -> None:
    """Of the traces of one "legendgroup" only the first has a place in the legend."""
    seen: set[str] = set()
    for trace in traces:
        trace["showlegend"] = trace["legendgroup"] not in seen
        seen.add(trace["legendgroup"])


def by_part(report: Mapping[str, Any], name: str, measure: str, of: str = "target") -> Mapping[str, Any]:
    """A measure of a model by part: value, low, high and n."""
    facts = report["methods"][name]
    found: Mapping[str, Any]
    if measure in USER_MEASURES:
        found = facts["user_to_item"][measure.removeprefix("user_")]
    else:
        found = facts["by_query"][measure] if of == "query" else facts[measure]
    return found


def accuracy_by_bucket(report: Mapping[str, Any], measure: str, of: str = "target") -> go.Figure:
    """A group of points with 95 % intervals for all cases and for each bucket, one colour a model, baselines hollow."""
    traces = []
    unit = "users" if measure in USER_MEASURES else "cases"
    kinds = {name: made_from(report, name) for name in report["methods"]}
    colours = _colours(kinds.values())
    for name in report["methods"]:
        parts = by_part(report, name, measure, of)
        known = [part for part in PARTS if parts[part]["value"] is not None]
        colour = colours[kinds[name]]
        values = [100 * parts[part]["value"] for part in known]
        traces.append(
            {
                "type": "scatter",
                "name": drawn_text(shown_name(name)),
                "legendgroup": kinds[name],
                "cliponaxis": False,
                "x": [part_name(part, measure) for part in known],
                "y": values,
                "mode": "markers",
                "marker": {
                    "size": 9,
                    "color": colour,
                    "symbol": _SYMBOLS.get(name, "circle"),
                    "line": {"width": 2} if name in BASELINES else {"width": 0},
                },
                "error_y": interval_bars([parts[part] for part in known], colour),
                "customdata": [parts[part]["n"] for part in known],
                "hovertemplate": f"%{{y:.2f}} %, %{{customdata:,}} {unit}<extra>%{{fullData.name}}</extra>",
            }
        )
    _once_in_the_legend(traces)
    title = f"{MEASURES[measure]}@{report['k']}, %"
    return figure(traces, "", title, height=400, scattermode="group", scattergap=0.35, y_axis={"rangemode": "tozero"})


def accuracy_rows(report: Mapping[str, Any], measure: str, of: str = "target") -> tuple[list[str], list[list[Any]]]:
    """The same as a table: heads, and for each model its value in percent and its interval, by part."""
    heads = ["Model"]
    for part in PARTS:
        heads += [f"{part_name(part, measure)}, %", f"95 % of {part_name(part, measure)}"]
    rows: list[list[Any]] = []
    for name in report["methods"]:
        row: list[Any] = [shown_name(name)]
        for part in PARTS:
            cell = by_part(report, name, measure, of)[part]
            row += [None if cell["value"] is None else 100 * cell["value"], _between(cell)]
        rows.append(row)
    return heads, rows


def categories_by_popularity(report: Mapping[str, Any]) -> go.Figure | None:
    """Category consistency of each row of queries, a line a model; None where no item has a category."""
    traces = []
    kinds = {name: made_from(report, name) for name in report["methods"]}
    colours = _colours(kinds.values())
    for name, facts in report["methods"].items():
        rows = facts["category_consistency"]
        known = [row for row in rows if rows[row]["value"] is not None]
        if known:
            colour = colours[kinds[name]]
            traces.append(
                {
                    "type": "scatter",
                    "name": drawn_text(shown_name(name)),
                    "legendgroup": kinds[name],
                    "cliponaxis": False,
                    "x": known,
                    "y": [100 * rows[row]["value"] for row in known],
                    "mode": "lines+markers",
                    "line": {"color": colour, "dash": "dot" if name in BASELINES else "solid"},
                    "marker": {"size": 8, "symbol": _SYMBOLS.get(name, "circle")},
                    "customdata": [rows[row]["n"] for row in known],
                    "hovertemplate": "%{y:.1f} % of %{customdata:,}<extra>%{fullData.name}</extra>",
                }
            )
    if not traces:
        return None
    _once_in_the_legend(traces)
    return figure(traces, "items by popularity", "category consistency, %", height=360, y_axis={"rangemode": "tozero"})


def seed_rows(report: Mapping[str, Any], measure: str) -> tuple[list[str], list[list[Any]]]:
    """What other seeds make of each model that was trained with several, in percent; no rows where none was.

    Heads, and for each model and part the mean over its seeds, the lowest and the highest.
    """
    groups: dict[str, list[str]] = {}
    for facts in report["contestants"]:
        groups.setdefault(made_from(report, facts["name"]), []).append(facts["name"])
    heads, rows = ["Model", "Seeds"], []
    for part in PARTS:
        heads += [f"{part_name(part, measure)}, mean %", f"{part_name(part, measure)}, lowest to highest"]
    for names in groups.values():
        if len(names) < 2:
            continue
        row: list[Any] = [names[0], len(names)]
        for part in PARTS:
            values = [by_part(report, name, measure)[part]["value"] for name in names]
            known = [100 * value for value in values if value is not None]
            row += [sum(known) / len(known), f"{min(known):.2f} to {max(known):.2f}"] if known else [None, "–"]
        rows.append(row)
    return heads, rows


def cases_by_part(report: Mapping[str, Any], measure: str, of: str = "target") -> dict[str, int]:
    """How many cases (users) each part has, which is the same for all models."""
    first = next(iter(report["methods"]))
    return {part: int(by_part(report, first, measure, of)[part]["n"]) for part in PARTS}


def accuracy_against_popularity(rows: Sequence[Mapping[str, Any]], measure: str, k: int) -> go.Figure | None:
    """A point a model: how popular its neighbours are along x, how often it is right along y, with both intervals; None
    where no model has both.

    rows  {"name", "made_from" (as `made_from` says), "accuracy", "popularity"}, the last two with value, low and high
    """
    traces = []
    colours = _colours(row["made_from"] for row in rows)
    for row in rows:
        x, y = row["popularity"], row["accuracy"]
        if x["value"] is None or y["value"] is None:
            continue
        colour = colours[row["made_from"]]
        traces.append(
            {
                "type": "scatter",
                "x": [x["value"]],
                "y": [100 * y["value"]],
                "name": drawn_text(shown_name(row["name"])),
                "legendgroup": row["made_from"],
                "cliponaxis": False,
                "mode": "markers",
                "marker": {"size": 11, "color": colour, "symbol": _SYMBOLS.get(row["name"], "circle")},
                "error_x": interval_bars([x], colour, scale=1.0),
                "error_y": interval_bars([y], colour),
                "hovertemplate": "popularity %{x:.2f}, %{y:.2f} %<extra>%{fullData.name}</extra>",
            }
        )
    if not traces:
        return None
    _once_in_the_legend(traces)
    chance = {"type": "line", "x0": 0.5, "x1": 0.5, "yref": "paper", "y0": 0, "y1": 1,
              "line": {"color": BASELINE, "dash": "dash"}}  # fmt: skip
    return figure(
        traces, "popularity quantile of the neighbours (0.5 = chance)", f"{MEASURES[measure]}@{k}, %", height=420,
        shapes=[chance], y_axis={"rangemode": "tozero"},
    )  # fmt: skip


def cut_over_time(time: Mapping[str, Any], at: int) -> go.Figure:
    """Interactions over time, with a line where training ends and asking begins.

    Bars begin where their time begins, so that the line parts what it says; a single bar has no place for one.
    """
    drawn = events_over_time(time)
    if drawn.layout.xaxis.type != "date":
        return drawn
    drawn.update_traces(offset=0)
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    drawn.add_shape(type="line", x0=moment, x1=moment, yref="paper", y0=0, y1=1, line={"color": B, "width": 2})
    drawn.add_annotation(
        x=moment, yref="paper", y=1, text="trained on ◂ ▸ asked about", showarrow=False, yanchor="bottom"
    )
    return drawn


def what_was_asked(report: Mapping[str, Any]) -> str:
    """n, how pairs were drawn and how many were tied, in a sentence or three, in Markdown."""
    split = report["split"]
    trained, asked = (count(number) for number in split["interactions"])
    if split["at"] is None:
        cut = f"{percent(split['share'])} of the sessions, drawn, since this log has no times"
    else:
        cut = f"what came before {minute(split['at'])}"
    drawn = "all" if report["pairs"] == "every pair" else "one drawn of each session, out of those"
    if report["cases"] == report["asked"]["cases"]:
        drawn = {"all": "so many at most, drawn of those"}.get(drawn, f"so many at most, {drawn}")
    said = [
        f"Trained on {cut}: {trained} interactions; {asked} were left to ask about.",
        f"**{count(report['cases'])} next-item cases** of {count(report['pairs_in_test'])} pairs of consecutive "
        f"events of a session after the cut: {drawn} with both items known in training, each ranked among all "
        f"{count(report['items'])} items; and **{count(report['users'])} users** with something new to find"
        f"{', so many at most' if report['users'] == report['asked']['users'] else ''}.",
    ]
    if report["pairs"] == "every pair":
        said.append("A long session has more pairs than a short one, and counts for more.")
    if report["k"] >= report["items"] - 1:
        said.append(
            f"Lists of k = {report['k']} hold every other item there is, so that nobody can miss: choose a smaller k."
        )
    if report["tied_pairs"] and split["at"] is None:
        said.append("The order within all of these pairs was drawn, since the log has no times.")
    elif report["tied_pairs"]:
        said.append(
            f"In {percent(report['tied_pairs'])} of the cases both events have one and the same time: their order was "
            "drawn, since the log does not know it."
        )
    unanswered = {
        name: facts["unanswered"] for name, facts in report["methods"].items() if (facts["unanswered"] or 0) > 0
    }
    if unanswered:
        worst = max(unanswered, key=lambda name: unanswered[name])
        said.append(
            f"Where a model has no vector for one of the two items it scores 0: {percent(unanswered[worst], 1)} of the "
            f"cases with {plain(worst)}."
        )
    return " ".join(said)


def nothing_asked(report: Mapping[str, Any], measure: str) -> str | None:
    """Why there is nothing that this measure could be of, and what to do; None where there is."""
    if measure in USER_MEASURES:
        if report["users"]:
            return None
        return (
            "No user can be asked about: after the cut nobody has touched an item that the training part knows and "
            "that is new to them. Train on a smaller share of the log."
        )
    if report["cases"]:
        return None
    if not report["pairs_in_test"]:
        return (
            "No next item can be asked about: after the cut no session holds two different items, one after the "
            "other. Train on a smaller share of the log, or give it longer sessions on the Data page."
        )
    return (
        f"No next item can be asked about: of the {count(report['pairs_in_test'])} pairs of consecutive events after "
        "the cut none has both its items in the training part. Train on another share of the log."
    )


def _between(cell: Mapping[str, Any]) -> str:
    return "–" if cell["low"] is None else f"{100 * cell['low']:.2f} to {100 * cell['high']:.2f}"

"""A comparison as one HTML file that needs no network, no app and no other file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from figures.comparison_charts import ComparisonCharts
from figures.findings import findings
from figures.report_maps import maps_section
from figures.report_page import ReportPage, explained, markdown, text
from figures.report_sources import sources_section
from figures.report_tables import (
    agreement_table,
    buckets_table,
    changed_tables,
    example_items,
    geometry_table,
    neighbours_of,
    sides_table,
)
from figures.text import count, decimal, percent
from workspace.files import written_aside
from workspace.pairs import Pair
from workspace.provenance import provenance_of, versions
from workspace.results import MapPair

# Every picture of a comparison: the question, its name among the ComparisonCharts, what explains it.
POPULARITY_CHARTS = (
    ("How popular are an item's neighbours?", "neighbour_popularity", ("neighbour_popularity", "popularity_quantile")),
    ("Who fills the neighbour lists?", "bucket_shares", ("head_share", "buckets")),
    ("Are popular items longer vectors?", "norms", ("norm_popularity",)),
    ("Do a few items stand in many lists?", "hubness", ("hubness", "coverage", "gini")),
)
AGREEMENT_CHARTS = (("How far do the neighbour lists agree?", "agreement", ("agreement",)),)


def write_report(
    pair: Pair,
    out: Path,
    *,
    maps: MapPair | None = None,
    chosen: int | None = None,
    made: datetime | None = None,
) -> None:
    """Write the report of a pair to a file, all of it or nothing; see `report_html`."""
    written = report_html(pair, maps=maps, chosen=chosen, made=made).encode()
    with written_aside(out) as file:
        file.write(written)


def report_html(
    pair: Pair, *, maps: MapPair | None = None, chosen: int | None = None, made: datetime | None = None
) -> str:
    """The report of a pair as HTML, below 8 MB.

    maps    rows as in the pair; None = they are not there, and the report says so
    chosen  item code of an item to show with its neighbours
    made    when, UTC; now, where not given
    """
    page = ReportPage()
    charts = ComparisonCharts(pair)
    moment = datetime.now(UTC) if made is None else made
    parts = [
        _heading(pair, moment),
        maps_section(page, pair, maps, chosen),
        _popularity(page, pair, charts),
        _agreement(page, pair, charts),
        _changed(pair),
        _examples(pair, chosen),
        sources_section(pair, (provenance_of(pair.a.entry), provenance_of(pair.b.entry)), versions()),
    ]
    return page.html(f"{pair.names[0]} and {pair.names[1]}", "\n".join(parts), pair.report)


def _heading(pair: Pair, moment: datetime) -> str:
    a, b = (text(name) for name in pair.names)
    log_a, log_b = pair.a.entry, pair.b.entry
    if log_a.log_digest == log_b.log_digest:
        of_logs, warning = f"on {text(log_a.log_name)}", ""
    else:
        of_logs = f"on {text(log_a.log_name)} and {text(log_b.log_name)}"
        warning = (
            "<p><strong>The two runs are of two logs.</strong> Items are matched by id; popularity, quantiles and "
            "buckets are those of A. An item that only B knows counts as touched by nobody, and as tail.</p>"
        )
    sentences = "\n".join(f"<p>{markdown(sentence)}</p>" for sentence in findings(pair.report, pair.names))
    facts = (
        f"The {pair.k} nearest neighbours of each item, A by {pair.similarity_a}, B by {pair.similarity_b}, {of_logs}. "
        f"Written by Itemscape on {moment.strftime('%Y-%m-%d at %H:%M')} UTC."
    )
    return (
        f'<h1><span class="a">{a}</span> beside <span class="b">{b}</span></h1>\n<p class="soft">{facts}</p>\n'
        f'<div class="findings">\n{sentences}\n</div>\n'
        f"<noscript><p>The pictures need JavaScript; the sentences and tables do not.</p></noscript>\n{warning}"
        f"{explained('agreement', 'neighbour_popularity', 'head_share', 'same_category')}"
    )


def _popularity(page: ReportPage, pair: Pair, charts: ComparisonCharts) -> str:
    return "\n".join(
        [
            "<h2>Does a run lean towards popular items?</h2>",
            f'<div class="pair">{"".join(_charts(page, charts, POPULARITY_CHARTS))}</div>',
            sides_table(pair),
            explained("same_category", "popularity_lift", "assortativity"),
            buckets_table(pair),
        ]
    )


def _agreement(page: ReportPage, pair: Pair, charts: ComparisonCharts) -> str:
    return "\n".join(
        [
            "<h2>How far do the two agree?</h2>",
            *_charts(page, charts, AGREEMENT_CHARTS),
            agreement_table(pair),
            geometry_table(pair),
            explained("rbo", "cka", "procrustes"),
        ]
    )


def _charts(
    page: ReportPage, charts: ComparisonCharts, listed: tuple[tuple[str, str, tuple[str, ...]], ...]
) -> list[str]:
    return [
        f"<div><h3>{text(question)}</h3>{page.chart(getattr(charts, name), question)}{explained(*measures)}</div>"
        for question, name, measures in listed
    ]


def _changed(pair: Pair) -> str:
    most, least = changed_tables(pair)
    return f"<h2>Which items changed?</h2>\n{most}\n{least}"


def _examples(pair: Pair, chosen: int | None) -> str:
    items, measured = pair.catalogue, pair.comparison
    parts = ["<h2>What do the neighbours look like?</h2>"]
    for why, item in example_items(pair, chosen):
        facts = [
            f"{why[0].upper()}{why[1:]}",
            f"id {items.ids[item]}",
            f"popularity {count(items.p[item])}",
            f"quantile {decimal(float(items.quantiles[item]))}",
        ]
        category = items.categories[item]
        if category is not None:
            facts.append(category)
        jaccard = float(measured.jaccard_by_item[item])
        if jaccard == jaccard:
            facts.append(f"{percent(float(measured.overlap_by_item[item]))} of the neighbours are the same")
        parts.append(f'<h3>{text(items.titles[item])}</h3><p class="soft">{text(" · ".join(facts))}</p>')
        parts.append(neighbours_of(pair, item))
    return "\n".join(parts)

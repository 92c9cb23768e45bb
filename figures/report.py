"""A comparison as one HTML file that needs no network, no app and no other file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from figures.charts import Chart
from figures.findings import Turned, findings
from figures.recommended import Recommended
from figures.report_charts import agreement_charts, popularity_charts, similarity_charts
from figures.report_maps import maps_section
from figures.report_page import ReportPage, explained, markdown, table, text
from figures.report_sources import sources_section
from figures.report_studies import Studied, studied
from figures.report_tables import (
    agreement_table,
    buckets_table,
    changed_tables,
    differences_table,
    example_items,
    geometry_table,
    neighbours_of,
    sides_table,
)
from figures.text import count, decimal, percent
from studies.attribution import Step
from studies.noise import NoiseFloor
from workspace.files import written_aside
from workspace.pairs import Pair
from workspace.provenance import provenance_of, versions
from workspace.results import MapPair


class Beside(TypedDict, total=False):
    """What a report can show beside the comparison itself.

    maps      rows as in the pair, the first two dimensions are drawn; None = not there, and the report says so
    map_kind  how they were drawn
    chosen    item code of an item to show with its neighbours
    floors    agreement of each run with another seed of itself, None where it is not known
    turned    each run by both similarities, None where that is not known
    steps     of the ladder, as far as they are trained and measured; the usual ones, where not given
    made      when the report is written, UTC; now, where not given
    """

    maps: MapPair | None
    map_kind: Literal["UMAP", "PCA"]
    chosen: int | None
    floors: tuple[NoiseFloor | None, NoiseFloor | None]
    turned: tuple[Turned | None, Turned | None]
    steps: Sequence[Step]
    made: datetime


def write_report(pair: Pair, out: Path, **beside: Unpack[Beside]) -> None:
    """Write the report of a pair to a file, all of it or nothing; see `report_html`."""
    written = report_html(pair, **beside).encode()
    with written_aside(out) as file:
        file.write(written)


def report_html(pair: Pair, **beside: Unpack[Beside]) -> str:
    """The report of a pair as HTML, below 8 MB."""
    page = ReportPage()
    chosen, floors = beside.get("chosen"), beside.get("floors", (None, None))
    parts = [
        _heading(pair, beside),
        maps_section(page, pair, beside.get("maps"), beside.get("map_kind", "UMAP"), chosen),
        _popularity(page, pair, beside.get("turned", (None, None))),
        _recommended(page, pair),
        _agreement(page, pair, floors),
        _changed(pair),
        _examples(pair, chosen),
        *(_studied(page, one) for one in studied(pair, beside.get("steps"))),
        sources_section(pair, (provenance_of(pair.a.entry), provenance_of(pair.b.entry)), versions()),
    ]
    return page.html(f"{pair.names[0]} and {pair.names[1]}", "\n".join(parts), pair.report)


def _heading(pair: Pair, beside: Beside) -> str:
    moment = beside.get("made", datetime.now(UTC))
    floors = beside.get("floors", (None, None))
    of_a, of_b = (None if floor is None else floor.agreement.overlap for floor in floors)
    found = findings(pair.report, pair.names, (of_a, of_b), beside.get("turned", (None, None)))
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
    sentences = "\n".join(f"<p>{markdown(sentence)}</p>" for sentence in found)
    facts = (
        f"The {pair.k} nearest neighbours of each item, A by {pair.similarity_a}, B by {pair.similarity_b}, {of_logs}. "
        f"Written by Itemscape on {moment.strftime('%Y-%m-%d at %H:%M')} UTC."
    )
    return (
        f'<h1><span class="a">{a}</span> beside <span class="b">{b}</span></h1>\n<p class="soft">{facts}</p>\n'
        f'<div class="findings">\n{sentences}\n</div>\n'
        f"<noscript><p>The pictures need JavaScript; the sentences and tables do not.</p></noscript>\n{warning}"
        f"{explained('neighbour_popularity', 'head_share', 'agreement', 'noise_floor', 'similarity')}"
    )


def _popularity(page: ReportPage, pair: Pair, turned: tuple[Turned | None, Turned | None]) -> str:
    return "\n".join(
        [
            "<h2>Does a run lean towards popular items?</h2>",
            _charts(page, [*popularity_charts(pair), *similarity_charts(pair, turned)]),
            sides_table(pair),
            buckets_table(pair),
            differences_table(pair),
            explained("same_category", "popularity_lift", "assortativity", "intervals"),
        ]
    )


def _recommended(page: ReportPage, pair: Pair) -> str:
    found = Recommended.kept(pair)
    if found is None:
        return ""
    whom = provenance_of(pair.a.entry).whose
    numbers = table(("", *found.columns()), [(label, *cells) for label, cells in found.rows()], found.note(whom))
    return f"<h2>What are users recommended?</h2>\n{_charts(page, found.charts())}\n{numbers}"


def _agreement(page: ReportPage, pair: Pair, floors: tuple[NoiseFloor | None, NoiseFloor | None]) -> str:
    return "\n".join(
        [
            "<h2>How far do the two agree?</h2>",
            _charts(page, agreement_charts(pair, floors)),
            agreement_table(pair),
            geometry_table(pair),
            explained("rbo", "cka", "procrustes"),
        ]
    )


def _charts(page: ReportPage, charts: Sequence[Chart]) -> str:
    drawn = [
        f"<div><h3>{text(one.question)}</h3>{page.chart(one.figure, one.question)}"
        f"{'' if one.said is None else f'<p>{markdown(one.said)}</p>'}{explained(*one.measures)}</div>"
        for one in charts
    ]
    return f'<div class="pair">{"".join(drawn)}</div>'


def _studied(page: ReportPage, study: Studied) -> str:
    return f"<h2>{text(study.heading)}</h2>\n{_charts(page, study.charts)}\n{study.table}"


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

"""The tables of a report: the numbers of both sides, agreement, the items that changed, neighbours of some items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from analysis import BUCKETS
from figures.report_page import table, text
from figures.side_measures import SIDE_ROWS, Show
from figures.text import count, decimal, percent
from workspace.pairs import Pair, SideOfItem

_CHANGED = 10  # items of each list


def sides_table(pair: Pair) -> str:
    """Every number of each run by itself, with the items (or pairs, or places) it was taken over."""
    a, b = pair.report["a"], pair.report["b"]
    rows = [
        (label, show(a[name]), count(a["details"]["n"][name]), show(b[name]), count(b["details"]["n"][name]), chance)
        for label, name, show, chance in SIDE_ROWS
    ]
    caption = (
        f"k = {pair.k}; A by {pair.similarity_a}, B by {pair.similarity_b}. n = what a number was taken over: items, "
        "or places in lists for the head share. Items without a vector are left out: "
        f"{count(a['details']['left_out'])} in A, {count(b['details']['left_out'])} in B."
    )
    return table(("", f"A: {pair.names[0]}", "n", f"B: {pair.names[1]}", "n", "chance"), rows, caption)


def buckets_table(pair: Pair) -> str:
    """The same by the bucket of the item whose list it is."""
    rows = []
    for label, name, show, _ in SIDE_ROWS:
        found = [pair.report[side]["details"]["by_bucket"].get(name) for side in ("a", "b")]
        if None not in found:
            rows.append((label, *(_with_n(show, cell) for bucket in BUCKETS for cell in (f[bucket] for f in found))))
    head = ("", *(f"{bucket}, {letter}" for bucket in BUCKETS for letter in "AB"))
    return table(head, rows, "By the bucket of the item whose list it is; n in brackets.")


def differences_table(pair: Pair) -> str:
    """What is said of A less what is said of B, with intervals."""
    labels = {
        "neighbour_popularity": "Neighbour popularity, A less B",
        "head_share": "Head share of neighbour places, A less B",
        "same_category": "Same-category share, A less B",
        "head_tail_jaccard": "Jaccard on head items less that on tail items",
    }
    rows = [
        (label, decimal(of["value"], 3), decimal(of["low"], 3), decimal(of["high"], 3), count(of["n"]))
        for of, label in ((pair.report["differences"][name], label) for name, label in labels.items())
    ]
    caption = f"Differences with their 95 % intervals; k = {pair.k}, {pair.similarity_a} against {pair.similarity_b}."
    return table(("", "difference", "from", "to", "n"), rows, caption)


def agreement_table(pair: Pair) -> str:
    """How far the lists agree, over all items and by bucket."""
    report = pair.report
    groups = ("all", *BUCKETS)
    rows = [
        (
            "Overlap",
            *(decimal(report["overlap"][group], 3) for group in groups),
            decimal(report["expected_overlap"], 3),
        ),
        ("Jaccard", *(decimal(report["jaccard"][group], 3) for group in groups), "–"),
        ("RBO", *(decimal(report["details"]["rbo"][group], 3) for group in groups), "–"),
        ("n (items)", *(count(report["n"][group]) for group in groups), "–"),
    ]
    caption = (
        f"k = {pair.k}; {pair.similarity_a} against {pair.similarity_b}; the first {pair.k} ranks carry "
        f"{percent(report['details']['rbo_weight_inside'])} of the weight of RBO; items without a vector in one of the "
        f"runs are left out: {count(report['n']['left_out'])}."
    )
    return table(("", *groups, "chance"), rows, caption)


def geometry_table(pair: Pair) -> str:
    """How alike the two sets of vectors are as a whole."""
    report = pair.report
    rows = [
        ("CKA", decimal(report["cka"], 3), count(report["n"]["cka"]), "0 = none, 1 = the same"),
        ("Procrustes", decimal(report["procrustes"], 3), count(report["n"]["procrustes"]), "0 = the same, 2 = nothing"),
    ]
    return table(("", "value", "n", "scale"), rows, "The whole sets of vectors; no k, no similarity.")


def changed_items(pair: Pair) -> tuple[list[int], list[int]]:
    """Item codes with the lowest and with the highest Jaccard; equal ones by popularity, then code."""
    jaccard = pair.comparison.jaccard_by_item
    codes = np.flatnonzero(~np.isnan(jaccard))
    popular = -pair.catalogue.p[codes]
    most = codes[np.lexsort((codes, popular, jaccard[codes]))][:_CHANGED]
    least = codes[np.lexsort((codes, popular, -jaccard[codes]))][:_CHANGED]
    return most.tolist(), least.tolist()


def changed_tables(pair: Pair) -> tuple[str, str]:
    """The items that changed most, and those that changed least."""
    items, measured = pair.catalogue, pair.comparison

    def drawn(codes: list[int], caption: str) -> str:
        rows = [
            (
                items.titles[code],
                items.ids[code],
                BUCKETS[items.buckets[code]],
                count(items.p[code]),
                f"{measured.overlap_by_item[code] * pair.k:.0f}",
                decimal(float(measured.jaccard_by_item[code])),
            )
            for code in codes
        ]
        head = ("Item", "Id", "Bucket", "Popularity", f"Shared of {pair.k}", "Jaccard")
        return table(head, rows, caption, words=3)

    most, least = changed_items(pair)
    return (
        drawn(most, "Items that changed most: the lowest Jaccard, the most popular first among equals."),
        drawn(least, "Items that changed least: the highest Jaccard, the most popular first among equals."),
    )


def example_items(pair: Pair, chosen: int | None) -> list[tuple[str, int]]:
    """The chosen item, where there is one, and the middle one by popularity of head, mid and tail: (why, item code)."""
    known = ~np.isnan(pair.comparison.jaccard_by_item)
    found = [] if chosen is None else [("the chosen item", chosen)]
    for code, bucket in enumerate(BUCKETS):
        inside = np.flatnonzero(known & (pair.catalogue.buckets == code))
        ranked = inside[np.argsort(-pair.catalogue.p[inside], kind="stable")]
        if len(ranked) and ranked[(len(ranked) - 1) // 2] != chosen:
            found.append((f"the middle one of the {bucket} items", int(ranked[(len(ranked) - 1) // 2])))
    return found


def neighbours_of(pair: Pair, item: int) -> str:
    """The item's lists in A and in B beside each other."""
    sides = zip("AB", pair.of_item(item), strict=True)
    return f'<div class="pair">{"".join(_list(pair, letter, side) for letter, side in sides)}</div>'


def _list(pair: Pair, letter: str, side: SideOfItem) -> str:
    items, there = pair.catalogue, side.neighbours >= 0
    name = f"{letter}: {side.name}, {side.similarity}"
    if not there.any():
        return f'<p class="soft">{text(name)}: no vector for this item, so no neighbours.</p>'
    rows = [
        (rank, items.titles[code], f"{score:.3f}", decimal(float(items.quantiles[code])), "yes" if shared else "")
        for rank, (code, score, shared) in enumerate(
            zip(side.neighbours[there], side.scores[there], side.shared[there], strict=True), start=1
        )
    ]
    return table(("#", "Neighbour", "Similarity", "Popularity", "Both"), rows, name, words=2)


def _with_n(show: Show, cell: Mapping[str, Any]) -> str:
    return f"{show(cell['value'])} ({count(cell['n'])})" if cell["n"] else "–"

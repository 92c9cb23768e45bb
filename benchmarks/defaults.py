"""`python -m benchmarks.defaults METHOD ...`: what other settings than the defaults give.

Each method named is trained with its defaults and with each of its variants on the first 90 % of the sample in time,
and its vectors are asked about the rest; a method that learns from scores is trained on ratings and asked for those
held back. The tables go into benchmarks/defaults.md, one section a method.
"""

from __future__ import annotations

import argparse
import importlib
import re
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.accuracy import ml100k
from benchmarks.quality import Quality, Questions, questions
from embedders import METHODS

DOCUMENT = Path(__file__).with_suffix(".md")

# One thing changed at a time; the first line of each table is the defaults.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "svd": [
        {"weights": weights, "vectors": vectors}
        for weights in ("counts", "log counts", "binary")
        for vectors in ("v", "v_sqrt_s", "v_s")
    ],
    "als": [
        {"alpha": 1.0, "regularisation": 0.01},
        {"alpha": 1.0},
        {"alpha": 2.0},
        {"alpha": 10.0},
        {"alpha": 40.0},
        {"regularisation": 0.01},
        {"regularisation": 1.0},
        {"regularisation": 10.0},
        {"regularisation": 50.0},
        {"iterations": 5},
        {"iterations": 50},
        {"weights": "binary"},
        {"weights": "log counts"},
        {"confidence": "1+alpha*r"},
    ],
    "bpr": [
        {"iterations": 30},
        {"iterations": 300},
        {"learning_rate": 0.01},
        {"learning_rate": 0.1},
        {"regularisation": 0.0},
        {"regularisation": 0.05},
    ],
    "cooccurrence_svd": [
        {"weighting": "counts"},
        {"weighting": "normalised counts"},
        {"weighting": "pmi"},
        {"weighting": "shifted ppmi"},
        {"smoothing": 0.5},
        {"smoothing": 1.0},
        {"power": 0.0},
        {"power": 0.25},
        {"power": 1.0},
        {"window": 3},
        {"whole_session": True},
        {"vectors": "in + out"},
    ],
    "item2vec": [
        {"window": 3},
        {"window": 5},
        {"window": 20},
        {"negatives": 5},
        {"negatives": 20},
        {"epochs": 5},
        {"epochs": 20},
        {"ns_exponent": 0.5},
        {"ns_exponent": 1.0},
        {"sample": 1e-5, "adapt_sample": False},
        {"sample": 1e-3},
        {"sample": 0.0, "adapt_sample": False},
        {"learning_rate": 0.025},
        {"learning_rate": 0.035},
        {"learning_rate": 0.1},
        {"vectors": "in + out"},
        {"model": "cbow"},
        {"loss": "hierarchical softmax"},
    ],
    "user2vec": [{"model": "PV-DM"}, {"window": 5}, {"epochs": 5}, {"epochs": 20}, {"learning_rate": 0.025}],
    "deepwalk": [
        {"epochs": 2},
        {"epochs": 10},
        {"learning_rate": 0.025},
        {"learning_rate": 0.1},
        {"window": 3},
        {"window": 10},
        {"walk_length": 20, "walks_per_item": 20},
        {"weighted": False},
        {"directed": True},
    ],
    "node2vec": [{"p": 10.0, "q": 10.0}, {"p": 0.25, "q": 4.0}, {"p": 4.0, "q": 0.25}],
    "eges": [
        {"item_columns": ["category"]},
        {"item_columns": ["category", "brand"]},
        {"item_columns": ["category", "brand"], "weighting": "mean"},
        {"epochs": 10},
    ],
    "fm": [
        {"loss": "logistic"},
        {"item_columns": ["category"]},
        {"regularisation": 0.001},
        {"regularisation": 0.05},
        {"learning_rate": 0.003},
        {"learning_rate": 0.03},
        {"epochs": 5},
        {"epochs": 30},
        {"negatives": 1},
        {"negatives": 10},
    ],
    "neural": [{"layers": 1}, {"negatives": 10}, {"item_columns": ["category"]}],
    "two_tower": [
        {"temperature": 0.05},
        {"temperature": 0.2},
        {"epochs": 5},
        {"epochs": 20},
        {"item_columns": ["category"]},
    ],
}

# What is tried on ratings instead, or as well.
ON_RATINGS: dict[str, list[dict[str, Any]]] = {
    "biased_mf": [
        {"dimensions": 16},
        {"dimensions": 128},
        {"epochs": 20},
        {"epochs": 80},
        {"learning_rate": 0.01},
        {"learning_rate": 0.04},
        {"regularisation": 0.04},
        {"regularisation": 0.16},
        {"bias_regularisation": 0.0},
        {"bias_regularisation": 0.08},
    ],
    "fm": [
        {"dimensions": 16},
        {"dimensions": 128},
        {"epochs": 8},
        {"epochs": 30},
        {"learning_rate": 0.003},
        {"learning_rate": 0.03},
        {"regularisation": 0.03},
        {"regularisation": 0.15},
    ],
}

HEADING = [
    "settings", "HR@10, %", "head", "mid", "tail", "same category", "head", "mid", "tail", "neighbour popularity", "s",
]  # fmt: skip
ON_RATINGS_HEADING = ["settings, on ratings", "RMSE", "s"]


def sweep(name: str, asked: Questions) -> Iterator[list[str]]:
    """The rows of a method's table, each as soon as it is known."""
    method = METHODS[name]
    yield HEADING
    yield _rule(HEADING)
    for variant in _variants(name, VARIANTS):
        started = time.perf_counter()
        embedding = method.fit(asked.train, method.Params.checked(variant), seed=0)
        seconds = time.perf_counter() - started
        yield _row(variant, asked.ask(embedding.item_vectors), seconds)


def sweep_on_ratings(name: str) -> Iterator[list[str]]:
    """The same for a method that learns from scores, which is asked for ratings held back."""
    fit = importlib.import_module(f"benchmarks.accuracy.{name}").fit
    yield ON_RATINGS_HEADING
    yield _rule(ON_RATINGS_HEADING)
    for variant in _variants(name, ON_RATINGS):
        started = time.perf_counter()
        errors = ml100k.errors(partial(fit, **variant))
        seconds = (time.perf_counter() - started) / len(errors)
        yield [_settings(variant), f"{statistics.mean(errors):.4f}", f"{seconds:.1f}"]


def _variants(name: str, of: Mapping[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The defaults, and what is not them."""
    defaults = METHODS[name].Params().model_dump()
    return [{}, *(variant for variant in of[name] if not variant.items() <= defaults.items())]


def _rule(heading: Sequence[str]) -> list[str]:
    return ["---", *["---:"] * (len(heading) - 1)]


def _settings(variant: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in variant.items()) or "**defaults**"


def _row(variant: Mapping[str, Any], quality: Quality, seconds: float) -> list[str]:
    return [
        _settings(variant),
        *(f"{100 * value:.2f}" for value in quality.hit_rate),
        *(f"{value:.2f}" for value in quality.same_category),
        f"{quality.neighbour_popularity:.2f}",
        f"{seconds:.0f}",
    ]


def line(cells: Sequence[str]) -> str:
    """A line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def with_section(text: str, name: str, lines: Sequence[str]) -> str:
    """The document with a method's section anew, in the order of METHODS; what is written above its table stays."""
    table = "\n".join(lines)
    sections = dict(re.findall(r"(?ms)^## (\S+)\n(.*?)(?=^## |\Z)", text))
    preface = text.partition("\n## ")[0].rstrip()
    words = sections.get(name, "").partition("| settings")[0].strip()
    sections[name] = f"\n{words}\n\n{table}\n" if words else f"\n{table}\n"
    ordered = [method for method in METHODS if method in sections]
    return "\n\n".join([preface, *(f"## {method}\n{sections[method].rstrip()}" for method in ordered)]) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Sweep the methods named, or all, and write their tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.defaults", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("methods", nargs="*", metavar="METHOD", help=f"of {', '.join(METHODS)}; nothing = all")
    named = parser.parse_args(arguments).methods
    if unknown := [name for name in named if name not in METHODS]:
        parser.error(f"there is no method {unknown[0]!r}: choose from {', '.join(METHODS)}")
    asked = questions()
    for name in named or METHODS:
        print(f"\n{name}", flush=True)
        lines: list[str] = []
        for rows in (
            *([sweep(name, asked)] if name in VARIANTS else []),
            *([sweep_on_ratings(name)] if name in ON_RATINGS else []),
        ):
            lines += [""] if lines else []
            for cells in rows:
                lines.append(line(cells))
                print(lines[-1], flush=True)
        DOCUMENT.write_text(with_section(DOCUMENT.read_text(encoding="utf-8"), name, lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

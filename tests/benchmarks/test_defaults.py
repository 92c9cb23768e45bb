"""The document of the defaults: sections in the order of the registry, words kept, tables anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from benchmarks.defaults import DOCUMENT, ON_RATINGS, VARIANTS, with_section
from benchmarks.quality import K, Questions
from embedders import METHODS
from tests.planted import make_log

PREFACE = "# How\n\nWords.\n"


def test_a_section_is_written_keeps_its_words_and_stands_in_order() -> None:
    text = with_section(PREFACE, "item2vec", ["| settings |", "| old |"])
    text = with_section(text, "als", ["| settings |", "| a |"])
    text = text.replace("## item2vec\n", "## item2vec\n\nChosen because.\n")
    text = with_section(text, "item2vec", ["| settings |", "| new |"])
    assert text == (
        "# How\n\nWords.\n\n## als\n\n| settings |\n| a |\n\n## item2vec\n\nChosen because.\n\n| settings |\n| new |\n"
    )


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_variants_that_it_takes_and_a_section_with_reason_and_table(name: str) -> None:
    variants = [*VARIANTS.get(name, []), *ON_RATINGS.get(name, [])]
    assert variants
    for variant in variants:
        METHODS[name].Params.checked(variant)
    section = DOCUMENT.read_text(encoding="utf-8").partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    reason, _, table = section.partition("| settings")
    assert reason.strip().endswith(".")
    assert "| **defaults** |" in table


def test_hits_are_counted_by_the_bucket_of_the_target_and_ties_by_chance() -> None:
    names = [f"i{number:02d}" for number in range(14)]
    log = make_log(["u"] * 14, names, categories={})
    line: Any = np.stack([np.ones(14), np.arange(14) / 10], axis=1).astype(np.float32)
    ask = Questions(log, np.array([0, 0, 13], dtype=np.int32), np.array([1, 13, 0], dtype=np.int32)).ask
    assert ask(line).hit_rate[0] == pytest.approx(1 / 3)  # only the first target is among the 10 nearest
    same: Any = np.ones((14, 2), dtype=np.float32)
    assert ask(same).hit_rate[0] == pytest.approx(K / 13)
    line[1] = 0
    assert ask(line).hit_rate[0] == 0  # a target without a vector is a miss

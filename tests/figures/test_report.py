"""A report as one file: what stands in it, what cannot get in, and how large it is."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.intervals import Interval
from analysis.measures import Measure
from figures import report_maps
from figures.findings import Turned
from figures.report import report_html, write_report
from figures.report_charts import agreement_charts, popularity_charts
from figures.report_page import markdown
from figures.report_tables import changed_items, example_items
from figures.side_measures import SIDE_ROWS
from figures.text import count
from studies.measured import Agreement
from studies.noise import NoiseFloor
from tests.figures.page_reader import Reader
from tests.figures.planted_pairs import HOSTILE, planted_maps, planted_pair, run_of
from workspace.comparing import pair_of
from workspace.pairs import Pair

MADE = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return planted_pair(tmp_path, titles={"i00000": HOSTILE, "i00001": "A | plain *title*"})


@pytest.fixture
def reader(pair: Pair) -> Reader:
    return Reader(report_html(pair, maps=planted_maps(pair), chosen=0, made=MADE))


def test_a_report_on_many_items_is_one_file_below_eight_megabytes(tmp_path: Path) -> None:
    titles = {f"i{number:05d}": f"Название товара {number} 商品の長い名前 " * 4 for number in range(10_000)}
    pair = planted_pair(tmp_path, 10_000, 16, titles, k=10)
    write_report(pair, tmp_path / "report.html", maps=planted_maps(pair), chosen=17)
    assert 5e6 < (tmp_path / "report.html").stat().st_size < 8e6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "report.html"]


def test_nothing_in_it_is_fetched(reader: Reader) -> None:
    asked = [(tag, name) for tag, name, _ in reader.attributes if name in ("src", "href", "srcset", "action", "data")]
    assert asked == []
    assert not re.search(r"url\(|@import", report_style(reader))
    policy = next(value for tag, name, value in reader.attributes if tag == "meta" and "default-src" in (value or ""))
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "http" not in policy


def report_style(reader: Reader) -> str:
    from figures import report_page

    return Path(report_page.__file__).with_name("report_page.css").read_text(encoding="utf-8")


def test_no_name_or_title_becomes_a_tag_or_ends_a_script(pair: Pair) -> None:
    page = report_html(pair, maps=planted_maps(pair), chosen=0, made=MADE)
    reader = Reader(page)
    assert "<img" not in page
    assert [name for _, name, _ in reader.attributes if name.startswith("on")] == []
    assert len(reader.scripts) == 5  # the numbers, the titles, the charts, Plotly, ours
    assert not any(script.strip() == "alert(2)" for script in reader.scripts)
    assert reader.words.count(HOSTILE) > 10  # letter by letter: names of runs, the chosen item, notes
    shown = json.loads(reader.scripts[1])
    assert any(title.startswith("&lt;img") for title in shown)
    assert not any("<" in title for title in shown)


def test_markdown_draws_our_marks_and_nobody_elses_tags() -> None:
    assert markdown("**so** <img src=x> [a](http://b) `c`") == (
        "<strong>so</strong> &lt;img src=x&gt; [a](http://b) <code>c</code>"
    )
    assert markdown("one\n\ntwo") == "<p>one</p>\n<p>two</p>"


def test_the_numbers_are_those_of_the_comparison(pair: Pair, reader: Reader) -> None:
    expected = json.loads(json.dumps(pair.comparison.as_json()))
    inside = json.loads(reader.scripts[0])
    assert_same(inside, expected)
    for label, name, show, _ in SIDE_ROWS:
        row = next(row for row in reader.rows(label) if len(row) == 6)
        for place, side in ((1, "a"), (3, "b")):
            assert row[place] == show(expected[side][name]).replace("\N{NO-BREAK SPACE}", " ")
            assert row[place + 1] == count(expected[side]["details"]["n"][name])
    groups = ("all", "head", "mid", "tail")
    assert reader.rows("Jaccard")[0][1:5] == [f"{expected['jaccard'][group]:.3f}" for group in groups]
    assert reader.rows("RBO")[0][1] == f"{expected['rbo']:.3f}"
    assert reader.rows("n (items)")[0][1:5] == [count(expected["n"][group]) for group in groups]
    assert reader.rows("CKA")[0][1:3] == [f"{expected['cka']:.3f}", "59"]


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        for name in expected:
            assert_same(found[name], expected[name])
    else:
        assert found == (pytest.approx(expected) if isinstance(expected, float) else expected)


def test_every_number_of_a_side_has_its_row(pair: Pair) -> None:
    assert {name for _, name, _, _ in SIDE_ROWS} == pair.report["a"]["details"]["n"].keys()


def test_every_chart_of_a_comparison_is_drawn(pair: Pair, reader: Reader) -> None:
    charts = [*popularity_charts(pair), *agreement_charts(pair, (None, None))]
    assert all(chart.question in reader.words for chart in charts)
    places = [value for tag, name, value in reader.attributes if name == "data-chart"]
    drawn = json.loads(reader.scripts[2])
    assert len(drawn) == len(places) == len(charts) + 1  # and the maps
    assert sorted(places, key=str) == sorted(map(str, range(len(places))))
    bars = drawn[5]["data"][0]  # the first after the maps and the four of popularity
    assert bars["y"] == [pair.report["jaccard"][group] for group in ("all", "head", "mid", "tail")]


def test_a_noise_floor_stands_in_the_sentences_and_in_the_picture(pair: Pair) -> None:
    measure = Measure(0.75, 50)
    floor = NoiseFloor(Agreement(5, 50, measure, measure, measure, measure, measure), 4)
    page = report_html(pair, floors=(floor, floor), made=MADE)
    assert "not known yet" in Reader(report_html(pair, made=MADE)).words
    assert "not known yet" not in Reader(page).words
    assert "two seeds" in json.loads(Reader(page).scripts[2])[4]["layout"]["annotations"][0]["text"]


def test_what_the_other_similarity_does_stands_in_the_sentences(pair: Pair) -> None:
    turned = Turned(0.41, 0.87, Interval(0.46, 0.4, 0.5, 59))
    words = Reader(report_html(pair, turned=(turned, turned), made=MADE)).words
    assert "0.41" in words
    assert "0.87" in words
    assert "Dot instead of cosine" in words
    assert "Dot instead of cosine" not in Reader(report_html(pair, made=MADE)).words


def test_neighbours_of_the_chosen_item_stand_in_their_order(pair: Pair, reader: Reader) -> None:
    lists = [table for table in reader.tables if table[0][:2] == ["#", "Neighbour"]]
    a, b = pair.of_item(0)
    for table, side in zip(lists[:2], (a, b), strict=True):
        assert [row[1] for row in table[1:]] == [pair.catalogue.titles[code] for code in side.neighbours]
        assert [row[4] == "yes" for row in table[1:]] == side.shared.tolist()
    assert len(lists) == 2 * len(example_items(pair, 0))


def test_examples_are_the_chosen_item_and_one_of_each_bucket(pair: Pair) -> None:
    found = example_items(pair, 59)  # which has no vector in B
    assert found[0] == ("the chosen item", 59)
    assert [int(pair.catalogue.buckets[item]) for _, item in found[1:]] == [0, 1, 2]


def test_items_that_changed_are_sorted_by_jaccard_then_popularity(pair: Pair) -> None:
    jaccard, p = pair.comparison.jaccard_by_item, pair.catalogue.p
    known = [code for code in range(60) if jaccard[code] == jaccard[code]]
    most, least = changed_items(pair)
    assert most == sorted(known, key=lambda code: (jaccard[code], -p[code], code))[:10]
    assert least == sorted(known, key=lambda code: (-jaccard[code], -p[code], code))[:10]


def test_many_items_are_thinned_out_and_the_report_says_so(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_maps, "MOST_POINTS", 20)
    reader = Reader(report_html(pair, maps=planted_maps(pair), made=MADE))
    assert "Shown are 20 of the 60 items that have a place, a fair share of every popularity." in reader.words
    maps = json.loads(reader.scripts[2])[0]
    assert len(json.loads(reader.scripts[1])) == len(maps["data"][0]["titles"]) == 20


def test_a_report_without_maps_says_so(pair: Pair) -> None:
    assert "The maps had not been drawn" in Reader(report_html(pair, made=MADE)).words


def test_it_says_where_its_numbers_come_from(pair: Pair, reader: Reader) -> None:
    entry = pair.a.entry
    assert reader.rows("Digest")[0][1] == entry.log_digest
    assert reader.rows("Seed")[0] == ["Seed", "3", "4"]
    epochs = reader.rows("epochs")[0]
    assert epochs[1] == "7"
    assert epochs[2] not in ("7", "–")  # the default
    assert reader.rows("numpy")[0][1] == metadata.version("numpy")
    assert "2026-01-02 at 03:04 UTC" in reader.words
    assert str(entry.path.parent) not in reader.words


def test_of_two_logs_items_are_matched_by_id_and_popularity_is_that_of_a(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    ids = [f"i{number}" for number in range(9)]
    vectors = random.standard_normal((9, 4)).astype(np.float32)
    a = run_of(tmp_path / "a", ids[:7], vectors[:7], [9, 8, 7, 6, 5, 4, 3], name="Same", log_name="First")
    b = run_of(tmp_path / "b", ids[2:], vectors[2:], [1, 2, 3, 4, 5, 6, 7], name="Same", log_name="Second",
               titles={"i8": "Only in B"})  # fmt: skip
    pair = pair_of(a, b, 3)
    assert pair.names == ("Same (A)", "Same (B)")
    assert pair.comparison.common_items == 5
    assert pair.comparison.jaccard["all"].value == 1  # the same vectors, inside what both know
    assert list(pair.catalogue.ids) == ids
    assert pair.b.p.tolist() == [9, 8, 7, 6, 5, 4, 3, 0, 0]
    assert pair.catalogue.titles[8] == "Only in B"
    assert pair.report["logs"] == "different"
    words = Reader(report_html(pair, maps=planted_maps(pair), made=MADE)).words
    assert "The two runs are of two logs." in words
    assert "First" in words
    assert "Second" in words

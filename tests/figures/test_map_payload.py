"""The message of a pair of maps reads back as what it was made of."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest

from figures import colourings
from figures.map_payload import Density, MapItems, Word, packed

N = 7
LEFT = np.arange(2 * N, dtype=np.float32).reshape(N, 2)
RIGHT = -LEFT
RIGHT[5] = np.nan
TITLES = ["one", "<b>two</b>", "drei ü", "四", "five", "six", "seven"]
ITEMS = MapItems(TITLES, ["tea", None, "tea", "milk", None, "milk", "milk"], np.arange(N), "users")
NEAR = np.array([[1, 2, -1]] * N, dtype=np.int32)


def message(**changes: Any) -> bytes:
    wanted: dict[str, Any] = {
        "board": "here",
        "view": "v",
        "layouts": (LEFT, RIGHT),
        "names": ("a <i>", "b"),
        "items": ITEMS,
        "colouring": colourings.by_quantile(np.linspace(0, 1, N)),
        "sample": np.array([0, 2, 5]),
        "near": (NEAR, NEAR + 1),
    }
    return packed(**(wanted | changes))


def unpacked(content: bytes) -> dict[str, Any]:
    """As the browser does it."""
    (length,) = struct.unpack_from("<I", content)
    header: dict[str, Any] = json.loads(content[4 : 4 + length])
    begin = -(-(4 + length) // 8) * 8
    for name, about in header.pop("arrays").items():
        assert (begin + about["offset"]) % np.dtype(about["dtype"]).itemsize == 0
        header[name] = np.frombuffer(content, about["dtype"], about["size"], begin + about["offset"])
    return header


def test_places_titles_and_neighbours_of_all_items_are_there_and_the_sample_of_points() -> None:
    found = unpacked(message())
    assert np.array_equal(found["a"].reshape(N, 2), LEFT)
    assert np.array_equal(found["b"].reshape(N, 2), RIGHT, equal_nan=True)
    assert found["titles"] == TITLES
    assert found["sample"].tolist() == [0, 2, 5]
    assert found["near_a"].reshape(N, 10)[0].tolist() == [1, 2, -1, -1, -1, -1, -1, -1, -1, -1]
    assert found["near_b"].reshape(N, 10)[3, :3].tolist() == [2, 3, 0]
    assert [found["categories"][code] if code >= 0 else None for code in found["category"]] == ITEMS.categories
    assert found["p"].tolist() == list(range(N))


def test_what_plotly_draws_as_text_is_escaped_and_what_the_browser_sets_as_text_is_not() -> None:
    found = unpacked(message(words=[Word(1, 0.5, 2.0, "Tea <b>")]))
    assert found["names"] == ["a &lt;i&gt;", "b"]
    assert found["titles"][1] == "<b>two</b>"
    assert found["labels"] == [{"pane": 1, "x": 0.5, "y": 2.0, "text": "tea <b>"}]


def test_a_number_colours_each_map_by_its_own_values() -> None:
    counts = colourings.by_list_counts(np.array([0, 9, 99, 0, 0, 0, 0]), np.zeros(N, dtype=np.int64))
    found = unpacked(message(colouring=counts))
    assert found["shade_a"].tolist() == pytest.approx([0, 1, 2, 0, 0, 0, 0])
    assert not found["shade_b"].any()
    told = {"kind": "scale", "title": counts.title, "low": 0.0, "high": 2.0}
    assert {name: found["colour"][name] for name in told} == told


def test_the_bar_of_list_counts_tells_counts_at_the_places_of_their_colours() -> None:
    colour = unpacked(message(colouring=colourings.by_list_counts(np.array([0, 9, 99]), np.array([0, 30, 0]))))[
        "colour"
    ]
    places = {text: place for place, text in colour["ticks"]}
    assert list(places) == ["0", "1", "3", "10", "30"]  # 100 would stand beyond 99
    assert places["0"] == 0
    assert places["30"] == pytest.approx(np.log10(31))
    assert unpacked(message())["colour"]["ticks"] == []


@pytest.mark.parametrize("turned", [False, True])
def test_both_maps_have_one_scale_of_counts(turned: bool) -> None:
    lists = [np.array([0, 9]), np.array([999, 0])]
    scale = colourings.by_list_counts(*(lists[::-1] if turned else lists))
    assert scale.low == 0
    assert scale.high == pytest.approx(3)
    assert colourings.by_list_counts(np.zeros(2, np.int64), np.zeros(2, np.int64)).high == 1


def test_groups_carry_their_names_escaped_and_their_colours() -> None:
    found = unpacked(message(colouring=colourings.by_category(["x<y", None, "x<y", "z", "z", "z", "z"])))
    assert found["colour"]["names"] == ["z", "x&lt;y", "other or none"]
    assert found["group"].tolist() == [1, 2, 1, 0, 0, 0, 0]
    assert len(found["colour"]["colours"]) == 3


def test_sizes_and_density_are_sent_where_they_are_drawn() -> None:
    assert "sizes" not in unpacked(message())
    cells = np.arange(6, dtype=np.uint8).reshape(2, 3)
    found = unpacked(message(sizes=np.full(N, 4.5, np.float32), density=Density(cells, cells + 1, 0.5, 1, 0.25, 2)))
    assert found["sizes"].tolist() == [4.5] * N
    assert found["density_b"].reshape(2, 3).tolist() == (cells + 1).tolist()
    assert found["grid"] == {"x0": 0.5, "dx": 1, "y0": 0.25, "dy": 2, "width": 3}


def test_length_and_overlap_are_told_apart_for_each_run() -> None:
    long = np.array([[3, 4], [0, 1], [0, 0]], dtype=np.float32)
    scale = colourings.by_norm(long, long[::-1].copy())
    assert np.array_equal(scale.of(0), [1, 0, np.nan], equal_nan=True)
    assert np.array_equal(scale.of(1), [np.nan, 0, 1], equal_nan=True)
    same = colourings.by_overlap(np.array([0.5]))
    assert same.of(0) is same.of(1)


def test_regions_are_told_by_categories_or_where_there_are_none_by_words_of_titles() -> None:
    terms, names = colourings.terms_of(["tea", None, "milk", "tea"], ["ignored"] * 4)
    assert names == ["tea", "milk"]
    assert terms.toarray().tolist() == [[1, 0], [0, 0], [0, 1], [1, 0]]
    terms, names = colourings.terms_of(["tea", None, "milk", "tea"], ["ignored"] * 4, most=1)
    assert names == ["tea"]
    assert terms.toarray().tolist() == [[1], [0], [0], [1]]
    terms, names = colourings.terms_of([None, None], ["Green tea 2 go", "tea tea (b)"])
    assert names == ["tea", "green"]
    assert terms.toarray().tolist() == [[1, 1], [1, 0]]

"""Both lists of an item with the log's reasons, and the file of them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.company_index import index_company
from tests.planted import make_log
from workspace.catalogue import Catalogue
from workspace.neighbour_lists import NeighbourList, neighbour_lists, neighbour_lists_csv
from workspace.pairs import Pair, SideOfItem


class Planted(Pair):
    """Item 0 has the neighbours 1, 2 in A and 2, 3 in B, of three that were asked for."""

    def __init__(self) -> None:
        pass

    def of_item(self, item: int) -> tuple[SideOfItem, SideOfItem]:
        assert item == 0
        scores = np.array([0.9, 0.5, np.nan], np.float32)
        a, b = np.array([1, 2, -1], np.int32), np.array([2, 3, -1], np.int32)
        shared = np.array([False, True, False])
        return SideOfItem("One", "cosine", a, scores, shared), SideOfItem("=Two", "dot", b, scores, shared[::-1])


ITEMS = Catalogue(
    ids=["i0", "=i1", "i2", "i3"],
    titles=["Tea", "=MILK()", 'Say "cheese", please', "Nails"],
    categories=["Drinks", "@dairy", None, "Tools"],
    haystack=pd.Series(dtype="str"),
    p=np.array([2, 2, 1, 0]),
    quantiles=np.array([0.9, 0.9, 0.25, np.nan]),
    buckets=np.zeros(4, np.int8),
    code_of={},
)


def both(*, with_log: bool = True) -> tuple[NeighbourList, NeighbourList]:
    """Tea and milk always together and one after the other, the cheese once at the same time, the nails never."""
    log = make_log(
        ["u", "u", "u", "v", "v", "w"],
        ["i0", "i1", "i2", "i0", "i1", "i3"],
        [1, 2, 1, 5, 6, 1],
        ["s", "s", "s", "t", "t", "w"],
    )
    index = index_company(log.user_codes, log.item_codes, log.timestamps, log.session_codes, log.n_items)
    return neighbour_lists(Planted(), 0, index if with_log else None)


def test_each_neighbour_has_its_rank_in_the_other_list() -> None:
    a, b = both()
    assert a.codes.tolist() == [1, 2]
    assert a.ranks_there.tolist() == [0, 1]
    assert b.codes.tolist() == [2, 3]
    assert b.ranks_there.tolist() == [2, 0]
    assert a.shared.tolist() == [False, True]
    assert (len(a), a.name, b.similarity) == (2, "One", "dot")


def test_the_log_says_of_each_how_it_stands_with_the_item() -> None:
    a, b = both()
    assert a.company is not None
    assert b.company is not None
    assert a.company.together.tolist() == [2, 1]
    assert b.company.together.tolist() == [1, 0]
    assert a.company.distance[0] == 1.25  # 1, and 1.5 where the cheese comes with the tea, at position 0.5 each
    assert a.company.tied.tolist() == [0, 1]
    assert b.company.pmi[0] == a.company.pmi[1]


def lines(lists: tuple[NeighbourList, NeighbourList]) -> list[dict[str, str]]:
    text = neighbour_lists_csv(lists, 0, ITEMS).decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_the_file_holds_every_row_of_both() -> None:
    found = lines(both())
    assert [(row["side"], row["rank"], row["neighbour_id"]) for row in found] == [
        ("A", "1", "=i1"), ("A", "2", "i2"), ("B", "1", "i2"), ("B", "2", "i3"),
    ]  # fmt: skip
    first, second, _, last = found
    assert (first["item_id"], first["item_title"], first["measured_by"]) == ("i0", "Tea", "cosine")
    assert (first["together"], first["users_in_common"], first["sequence_distance"]) == ("2", "2", "1.25")
    assert float(first["similarity"]) == pytest.approx(0.9)
    assert float(first["pmi"]) == pytest.approx(np.log2(2 * 3 / (2 * 2)))
    assert (first["rank_in_the_other_run"], second["rank_in_the_other_run"]) == ("", "1")
    assert (second["sequence_distance"], second["share_without_order"]) == ("", "1.0")
    assert (last["together"], last["pmi"], last["share_without_order"]) == ("0", "", "")
    assert last["popularity_quantile"] == ""


def test_no_text_is_taken_for_a_formula_and_no_id_is_altered() -> None:
    first, second, third, _ = lines(both())
    assert (first["neighbour_title"], first["category"], third["run"]) == ("'=MILK()", "'@dairy", "'=Two")
    assert first["neighbour_id"] == "=i1"
    assert (second["neighbour_title"], second["category"]) == ('Say "cheese", please', "")


def test_without_a_log_the_reasons_are_empty() -> None:
    a, b = both(with_log=False)
    assert a.company is None
    found = lines((a, replace(b, codes=b.codes[:0], ranks_there=b.ranks_there[:0])))
    assert [row["neighbour_id"] for row in found] == ["=i1", "i2"]
    assert {row[name] for row in found for name in ("together", "pmi", "users_in_common", "sequence_distance")} == {""}

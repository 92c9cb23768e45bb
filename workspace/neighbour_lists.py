"""The neighbours of one item in two runs, with what their log says of each, and the file of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Similarity
from analysis.company import Company, company
from analysis.company_index import CompanyIndex
from workspace.catalogue import Catalogue
from workspace.export import safe_texts
from workspace.pairs import Pair

_BOM = "\ufeff"  # Excel takes a file for UTF-8 only when it begins with this
_COLUMNS = (
    "side", "run", "measured_by", "item_id", "item_title", "rank", "neighbour_id", "neighbour_title", "similarity",
    "popularity_quantile", "category", "rank_in_the_other_run", "together", "pmi", "users_in_common",
    "sequence_distance", "share_without_order",
)  # fmt: skip


@dataclass(frozen=True)
class NeighbourList:
    """The chosen item's neighbours in one run, the nearest first, (n,) each.

    codes, scores  their item codes int32, and how near they are
    ranks_there    int64: their rank among the neighbours in the other run, from 1; 0 = not among these
    company        what the log says of each, None where that is not known (yet)
    """

    name: str
    similarity: Similarity
    codes: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]
    ranks_there: npt.NDArray[np.int64]
    company: Company | None

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def shared(self) -> npt.NDArray[np.bool_]:
        """Which of them are neighbours in the other run too."""
        return self.ranks_there > 0


def neighbour_lists(pair: Pair, item: int, index: CompanyIndex | None) -> tuple[NeighbourList, NeighbourList]:
    """The neighbours of an item in A and in B; an index of the runs' log adds what it says of them."""
    sides = pair.of_item(item)
    codes = [side.neighbours[side.neighbours >= 0] for side in sides]
    found = None if index is None else company(index, item, np.concatenate(codes))
    lists, before = [], 0
    for side, own, other in zip(sides, codes, codes[::-1], strict=True):
        rank = {code: place for place, code in enumerate(other.tolist(), start=1)}
        lists.append(
            NeighbourList(
                name=side.name,
                similarity=side.similarity,
                codes=own,
                scores=side.scores[side.neighbours >= 0],
                ranks_there=np.array([rank.get(code, 0) for code in own.tolist()], np.int64),
                company=None if found is None else found.of(np.arange(before, before + len(own))),
            )
        )
        before += len(own)
    return lists[0], lists[1]


def neighbour_lists_csv(lists: tuple[NeighbourList, NeighbourList], item: int, items: Catalogue) -> bytes:
    """All of both lists, a neighbour a line, UTF-8 with BOM; what is not known is empty.

    Ids are never altered; another text that a spreadsheet could take for a formula gets a ' in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for letter, of_run in zip("AB", lists, strict=True):
        writer.writerows(_rows(letter, of_run, item, items))
    return (_BOM + out.getvalue()).encode()


def _rows(letter: str, of_run: NeighbourList, item: int, items: Catalogue) -> Iterator[list[object]]:
    for row, code in enumerate(of_run.codes.tolist()):
        name, title, theirs, category = safe_texts(
            (of_run.name, items.titles[item], items.titles[code], items.categories[code] or "")
        )
        yield [
            letter, name, of_run.similarity, items.ids[item], title, row + 1, items.ids[code], theirs,
            str(of_run.scores[row]), _known(items.quantiles[code]), category, int(of_run.ranks_there[row]) or "",
            *_reasons(of_run.company, row),
        ]  # fmt: skip


def _reasons(found: Company | None, row: int) -> list[object]:
    if found is None:
        return [""] * 5
    users = "" if found.users is None else int(found.users[row])
    distance, tied = _known(found.distance[row]), _known(found.tied[row])
    return [int(found.together[row]), _known(found.pmi[row]), users, distance, tied]


def _known(number: float) -> object:
    return "" if np.isnan(number) else float(number)

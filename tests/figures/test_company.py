from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from analysis.company import Company
from figures.company import company_chart, reasons, typical
from workspace.neighbour_lists import NeighbourList

NAN = np.nan


def found(
    together: list[int], pmi: list[float], distance: list[float] | None = None, tied: list[float] | None = None
) -> Company:
    """What a log says of some neighbours, next to each other where nothing else is given."""
    n = len(together)
    return Company(
        np.array(together),
        np.array(pmi),
        None,
        np.array([1.0] * n if distance is None else distance),
        np.array([0.0] * n if tied is None else tied),
    )


def listed(company: Company, codes: list[int], there: list[int]) -> NeighbourList:
    scores = np.linspace(0.9, 0.5, len(codes), dtype=np.float32)
    return NeighbourList("Run", "cosine", np.array(codes, np.int32), scores, np.array(there), company)


OFTEN, RARELY = (
    found([90, 80, 100, 70, 60], [0.1, 0.2, 0.0, 0.3, 0.1]),
    found([3, 2, 4, 2, 3], [5.0, 4.0, 6.0, 5.5, 4.5]),
)


def test_often_is_told_from_beyond_popularity() -> None:
    first = reasons(OFTEN, RARELY, "sessions", timed=True)[0]
    assert first.startswith("**A's neighbours stand beside it more often, B's further beyond chance**")
    assert "shares 80 sessions with it in A and 3 sessions in B (n = 5 and 5)" in first
    assert "the median PMI is 0.10 and 5.00" in first
    assert reasons(RARELY, OFTEN, "sessions", timed=True)[0].startswith(
        "**B's neighbours stand beside it more often, A's"
    )


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (
            found([9] * 5, [3.0] * 5),
            found([2] * 5, [1.0] * 5),
            "A's neighbours stand beside it more often, and further",
        ),
        (found([9] * 5, [1.0] * 5), found([2] * 5, [1.0] * 5), "A's neighbours stand beside it more often, and about"),
        (
            found([2] * 5, [1.0] * 5),
            found([2] * 5, [3.0] * 5),
            "B's neighbours stand beside it further beyond chance, and about",
        ),
        (OFTEN, OFTEN, "Neighbours in A and in B"),
        (found([9] * 5, [3.0] * 5), found([0] * 5, [NAN] * 5), "A's neighbours stand beside it more often**."),
        (
            found([9] * 5, [3.0] * 5),
            found([9] * 5, [NAN] * 5),
            "Neighbours in A and in B stand beside it about as often**",
        ),
    ],
)
def test_only_clear_differences_are_said(a: Company, b: Company, said: str) -> None:
    assert reasons(a, b, "sessions", timed=True)[0].startswith(f"**{said}")


def test_of_a_few_neighbours_only_the_numbers_are_said() -> None:
    first = reasons(found([9] * 4, [3.0] * 4), found([2] * 4, [1.0] * 4), "users", timed=True)[0]
    assert first.startswith("The median neighbour shares 9 users with it in A and 2 users in B (n = 4 and 4)")


def test_a_difference_that_half_of_the_neighbours_do_not_share_is_not_clear() -> None:
    """Medians of 1 and 2, yet one of A's has more than one of B's in 11 of 25 pairs, and as many in 2: 0.48."""
    a, b = found([0, 0, 1, 3, 4], [1.0] * 5), found([0, 2, 2, 2, 2], [1.0] * 5)
    assert reasons(a, b, "sessions", timed=True)[0].startswith("**Neighbours in A and in B")


def test_neighbours_that_never_meet_the_item_are_counted() -> None:
    a, b = found([0, 4, 0], [NAN, 1.0, NAN], [NAN, 1.0, NAN], [NAN, 0.0, NAN]), found([4, 4, 4], [1.0] * 3)
    sentences = reasons(a, b, "baskets", timed=True)
    assert "**Never together** with it in one basket are 2 of 3 neighbours in A and 0 of 3 in B" in sentences[1]
    assert "near for another reason" in sentences[1]
    assert not any("Never together" in sentence for sentence in reasons(b, b, "baskets", timed=True))


def test_those_that_never_meet_may_have_users_in_common() -> None:
    a = replace(found([0, 4, 0], [NAN, 1.0, NAN]), users=np.array([3, 9, 0]))
    b = replace(found([0, 0, 4], [NAN, NAN, 1.0]), users=np.array([1, 2, 9]))
    assert reasons(a, b, "sessions", timed=True)[1].endswith(
        "are 2 of 3 neighbours in A and 2 of 3 in B: of these, 1 and 2 share users with it in other sessions."
    )


def test_where_nothing_meets_nothing_is_compared() -> None:
    nobody = found([0, 0], [NAN] * 2, [NAN] * 2, [NAN] * 2)
    (only,) = reasons(nobody, nobody, "users", timed=True)
    assert only == "**No neighbour ever stands together with this item**: none of A's 2, none of B's 2."
    assert reasons(found([], []), nobody, "users", timed=True) == []


def test_order_is_told_from_no_order_and_from_no_times() -> None:
    near, far = found([3, 3], [1.0, 1.0], [1.0, 2.0]), found([3, 3], [1.0, 1.0], [8.0, NAN], [0.0, 0.9])
    tied = found([3, 3], [1.0, 1.0], [NAN, NAN], [1.0, 0.8])
    assert (
        "is 1.5 events in A and 8.0 in B (n = 2 and 1; 1 have no order)."
        in reasons(near, far, "sessions", timed=True)[-1]
    )
    assert "**No order**: most sessions that hold both have them" in reasons(tied, tied, "sessions", timed=True)[-1]
    assert "no times" in reasons(tied, tied, "sessions", timed=False)[-1]


def test_one_is_a_single_session() -> None:
    once = found([1], [2.0])
    assert "shares 1 session with it in A and 1 session in B" in reasons(once, once, "sessions", timed=True)[0]


def test_medians_leave_out_what_is_not_known() -> None:
    middle = typical(found([0, 2, 4], [NAN, 1.0, 3.0], [NAN, 1.0, NAN], [NAN, 0.0, 1.0]))
    assert (middle.together, middle.pmi, middle.distance) == (2.0, 2.0, 1.0)
    assert (middle.n, middle.never, middle.ordered, middle.tied) == (3, 1, 1, 1)


def traces_of(a: NeighbourList, b: NeighbourList, titles: list[str]) -> dict[str, Any]:
    return {trace.name: trace for trace in company_chart((a, b), titles, "sessions").data}


def test_each_neighbour_stands_where_its_numbers_are() -> None:
    """Of A's 0 and 1, and B's 1 and 2, item 1 is in both and item 2 never met the item."""
    a = listed(found([8, 4], [1.0, 2.0]), [0, 1], [0, 1])
    b = listed(found([4, 0], [2.0, NAN], [1.0, NAN], [0.0, NAN]), [1, 2], [2, 0])
    drawn = traces_of(a, b, ["tea", "<b>milk</b>", "nails"])
    assert (list(drawn["only in A"].x), list(drawn["only in A"].y), list(drawn["only in A"].text)) == (
        [8],
        [1.0],
        ["tea"],
    )
    assert (list(drawn["in both"].x), list(drawn["in both"].y)) == ([4], [2.0])
    assert list(drawn["in both"].text) == ["&lt;b&gt;milk&lt;/b&gt;"]
    assert len(drawn["only in B"].x) == 0
    assert (list(drawn["median of A"].x), list(drawn["median of A"].y)) == ([6.0], [1.5])
    assert (list(drawn["median of B"].x), list(drawn["median of B"].y)) == ([2.0], [2.0])


def test_the_axis_holds_all_points_and_has_round_marks() -> None:
    a = listed(found([3, 700], [1.0, 2.0]), [0, 1], [0, 0])
    axis = company_chart((a, a), ["tea", "milk"], "sessions").layout.xaxis
    assert axis.range[0] < np.log10(3) < np.log10(700) < axis.range[1]
    assert list(axis.ticktext) == ["5", "10", "20", "50", "100", "200", "500"]


def test_nothing_to_draw_is_an_empty_picture() -> None:
    nobody = listed(found([0], [NAN], [NAN], [NAN]), [1], [0])
    assert all(len(trace.x) == 0 for trace in company_chart((nobody, nobody), ["a", "b"], "sessions").data)

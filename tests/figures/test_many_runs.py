"""What is written under the pictures of all runs."""

from __future__ import annotations

import numpy as np
import pytest

from figures.many_runs import ManyRuns


def many_runs(counts: list[list[int]]) -> ManyRuns:
    """Of which only the numbers of common items matter."""
    return ManyRuns((), (), np.eye(len(counts)), np.array(counts))


@pytest.mark.parametrize(
    ("counts", "told"),
    [([[9, 8, 8], [8, 9, 8], [8, 8, 9]], "8 items"), ([[9, 8, 0], [8, 9, 7], [0, 7, 9]], "0 to 8 items")],
    ids=["the same", "different"],
)
def test_the_matrix_tells_how_many_items_two_runs_have_in_common(counts: list[list[int]], told: str) -> None:
    note = many_runs(counts).matrix_note(10)
    assert note.startswith(f"Mean Jaccard of the 10 nearest neighbours over the {told} that both runs have; grey is")


def test_the_map_tells_how_far_it_can_be_trusted() -> None:
    runs = many_runs([[1]])
    assert "Stress" not in runs.map_note(float("nan"))
    assert runs.map_note(0.2).endswith("Stress 0.200: how far the distances in the picture are off.")
    assert runs.map_note(0.21).endswith("have no room in a plane, trust the matrix.")

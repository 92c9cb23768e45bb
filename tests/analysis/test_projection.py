"""Maps: planted groups stay together, B started from A lies like A, small catalogues, progress and cancelling."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import procrustes as scipy_procrustes

import analysis.projection
from analysis.arrays import Layout, Vectors
from analysis.neighbours import top_neighbours
from analysis.projection import pca_layout, register, umap_layout
from errors import Cancelled

N_GROUPS, GROUP_SIZE = 20, 18
N = N_GROUPS * GROUP_SIZE
GROUPS = np.repeat(np.arange(N_GROUPS), GROUP_SIZE)


def grouped_vectors(seed: int, noise: float = 0.25) -> Vectors:
    """360 items in 20 groups: the same groups for each seed, in another arrangement."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((N_GROUPS, 12))
    return np.asarray(centres[GROUPS] + noise * rng.standard_normal((N, 12)), dtype=np.float32)


def mapped(vectors: Vectors, init: Layout | None = None, seed: int | None = 0, components: int = 2) -> Layout:
    indices, scores = top_neighbours(vectors, 14)
    return umap_layout(vectors, indices, scores, init=init, seed=seed, components=components)


def group_share(layout: Layout, groups: npt.NDArray[np.int64]) -> float:
    """How many of the 5 nearest points on the map are of the point's own group."""
    distances = np.linalg.norm(layout[:, None] - layout[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return float((groups[np.argsort(distances, axis=1)[:, :5]] == groups[:, None]).mean())


@pytest.fixture(scope="module")
def layout_a() -> Layout:
    return mapped(grouped_vectors(1))


def test_groups_stay_together_and_the_seed_repeats(layout_a: Layout) -> None:
    assert layout_a.shape == (N, 2)
    assert layout_a.dtype == np.float32
    assert group_share(layout_a, GROUPS) > 0.95
    np.testing.assert_array_equal(mapped(grouped_vectors(1)), layout_a)
    assert not np.array_equal(mapped(grouped_vectors(1), seed=5), layout_a)


def test_without_a_seed_groups_stay_together() -> None:
    assert group_share(mapped(grouped_vectors(1), seed=None), GROUPS) > 0.95


def test_a_map_started_from_the_other_lies_like_it_and_an_independent_one_does_not(layout_a: Layout) -> None:
    everyone = np.ones(N, dtype=bool)
    started = mapped(grouped_vectors(2), init=layout_a)
    turned, residual = register(started, layout_a, everyone)
    turned_alone, alone = register(mapped(grouped_vectors(2)), layout_a, everyone)
    assert group_share(started, GROUPS) > 0.95
    assert residual < 0.2
    assert residual < alone / 4
    # An item lies where it lies in the other map: that is what two maps side by side are for.
    strays, strays_alone = (np.median(np.linalg.norm(side - layout_a, axis=1)) for side in (turned, turned_alone))
    assert strays < strays_alone / 2


def test_items_without_a_place_start_amid_their_neighbours(layout_a: Layout) -> None:
    vectors = grouped_vectors(2)
    init = layout_a.copy()
    init[::3] = np.nan
    common = np.asarray(np.isfinite(init).all(axis=1))
    turned, residual = register(mapped(vectors, init=init), layout_a, common)
    assert residual < 0.2
    strays = np.linalg.norm(turned[~common] - layout_a[~common], axis=1)
    assert np.median(strays) < np.ptp(layout_a, axis=0).max() / 8  # never told where they were, yet close


def test_a_start_that_places_nobody_or_all_in_one_spot_still_gives_a_map() -> None:
    vectors = grouped_vectors(1)
    for init in (np.full((N, 2), np.nan, np.float32), np.ones((N, 2), np.float32)):
        layout = mapped(vectors, init=init)
        assert np.isfinite(layout).all()
        assert group_share(layout, GROUPS) > 0.95


def test_items_without_a_vector_have_no_place() -> None:
    vectors = grouped_vectors(1)
    vectors[[0, 100, N - 1]] = 0
    layout = mapped(vectors)
    assert np.flatnonzero(np.isnan(layout).any(axis=1)).tolist() == [0, 100, N - 1]
    kept = np.isfinite(layout).all(axis=1)
    assert group_share(layout[kept], GROUPS[kept]) > 0.95


def test_islands_that_share_no_neighbour_are_mapped() -> None:
    # 12 islands at right angles of 20 equal items each: the graph falls apart, and every distance inside is 0.
    islands = np.repeat(np.arange(12), 20)
    vectors = np.eye(12, dtype=np.float32)[islands]
    layout = mapped(vectors)
    assert np.isfinite(layout).all()
    assert group_share(layout, islands) > 0.95


def test_items_that_are_the_same_lie_together_and_beside_what_they_resemble() -> None:
    # In each group a third of the items are one and the same: more than a list holds, so that without care they
    # know none but each other.
    groups = np.repeat(np.arange(N_GROUPS), 60)
    rng = np.random.default_rng(1)
    drawn = rng.standard_normal((N_GROUPS, 12))[groups] + 0.25 * rng.standard_normal((len(groups), 12))
    vectors = drawn.astype(np.float32)
    same = np.arange(len(groups)) % 60 < 20
    vectors[same] = np.repeat(vectors[same][::20], 20, axis=0)
    vectors[[5, 70]] = 0  # untrained items shift the places of all that follow
    placed = vectors.any(axis=1)
    layout, groups, same = mapped(vectors)[placed], groups[placed], same[placed]
    assert group_share(layout, groups) > 0.95
    size = np.ptp(layout, axis=0).max()
    for group in range(N_GROUPS):
        copies, others = layout[same & (groups == group)], layout[~same & (groups == group)]
        assert np.ptp(copies, axis=0).max() < size / 10
        assert np.linalg.norm(copies.mean(axis=0) - others, axis=1).min() < size / 20


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 14, 15, 16, 20])
def test_small_catalogues_have_a_map(n: int) -> None:
    vectors = np.random.default_rng(0).standard_normal((n, 6)).astype(np.float32)
    layout = mapped(vectors)
    assert layout.shape == (n, 2)
    assert np.isfinite(layout).all()
    assert len(np.unique(layout, axis=0)) == n
    started = mapped(vectors, init=layout)
    assert np.isfinite(started).all()


def test_few_items_in_two_groups_lie_in_two_groups() -> None:
    groups = np.repeat([0, 1], 6)
    vectors = grouped_vectors(1)[np.flatnonzero(GROUPS < 2).reshape(2, GROUP_SIZE)[:, :6].ravel()]
    assert group_share(mapped(vectors), groups) == 1


def test_one_trained_item_among_untrained_ones() -> None:
    vectors = np.zeros((3, 4), dtype=np.float32)
    vectors[1] = 2
    layout = mapped(vectors)
    assert layout[1].tolist() == [0, 0]
    assert np.isnan(layout[[0, 2]]).all()


def test_progress_rises_to_the_whole_and_can_stop_the_work() -> None:
    vectors = grouped_vectors(1)
    lists = top_neighbours(vectors, 14)
    seen: list[tuple[str, float]] = []

    def note(stage: str, done: float, total: float, loss: float | None = None) -> None:
        seen.append((stage, done / total))

    layout = umap_layout(vectors, *lists, progress=note)
    assert [done for _, done in seen] == sorted(done for _, done in seen)
    assert seen[-1] == ("placing the items", 1.0)

    def stop(stage: str, done: float, total: float, loss: float | None = None) -> None:
        if done > 0.1:
            raise Cancelled

    with pytest.raises(Cancelled):
        umap_layout(vectors, *lists, progress=stop)
    np.testing.assert_array_equal(umap_layout(vectors, *lists, progress=note), layout)


def test_lists_that_do_not_fit_are_refused() -> None:
    vectors = grouped_vectors(1)
    with pytest.raises(ValueError, match="lists of 14"):
        umap_layout(vectors, *top_neighbours(vectors, 13))
    with pytest.raises(ValueError, match="cosine"):
        umap_layout(vectors, *top_neighbours(10 * vectors, 14, "dot"))


def test_principal_components_show_the_directions_of_most_spread() -> None:
    rng = np.random.default_rng(0)
    vectors = np.zeros((200, 6), dtype=np.float32)
    vectors[:, 4], vectors[:, 1], vectors[:, 0] = 10, rng.normal(0, 3, 200), rng.normal(0, 1, 200)
    layout = pca_layout(vectors)
    assert abs(np.corrcoef(layout[:, 0], vectors[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(layout[:, 1], vectors[:, 0])[0, 1]) > 0.95
    np.testing.assert_allclose(pca_layout(7 * vectors), layout, atol=1e-5)  # lengths do not count
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    spread = np.linalg.svd(unit - unit.mean(axis=0), compute_uv=False)[:2]
    np.testing.assert_allclose(np.linalg.norm(layout, axis=0), spread, rtol=1e-4)


def test_registering_undoes_any_turn_mirror_scale_and_shift_and_moves_everybody_along() -> None:
    rng = np.random.default_rng(0)
    onto = rng.standard_normal((50, 2)).astype(np.float32)
    for turn in (np.array([[0.6, -0.8], [0.8, 0.6]]), np.array([[0.6, 0.8], [0.8, -0.6]])):
        layout = (4 * onto @ turn + [30, -2]).astype(np.float32)
        common = np.arange(50) < 20
        moved, residual = register(layout, np.where(common[:, None], onto, np.nan), common)
        np.testing.assert_allclose(moved, onto, atol=1e-4)
        assert residual == pytest.approx(0, abs=1e-6)


def test_the_residual_is_scipys_disparity_and_the_spread_becomes_that_of_the_other_map() -> None:
    rng = np.random.default_rng(0)
    onto = rng.standard_normal((40, 2)).astype(np.float32)
    layout = (onto[:, ::-1] * [1, 3] + rng.standard_normal((40, 2))).astype(np.float32)
    moved, residual = register(layout, onto, np.ones(40, dtype=bool))
    assert residual == pytest.approx(scipy_procrustes(onto, layout)[2], abs=1e-6)
    np.testing.assert_allclose(np.var(moved, axis=0).sum(), np.var(onto, axis=0).sum(), rtol=1e-5)
    turned = moved @ np.array([[0.8, 0.6], [-0.6, 0.8]])  # no other turn of the same map lies nearer
    assert ((moved - onto) ** 2).sum() < ((turned - onto) ** 2).sum()
    assert 0.1 < residual < 0.9


def test_with_nothing_to_fit_the_layout_stays_where_it_is() -> None:
    layout = np.array([[0, 0], [1, 2], [np.nan, np.nan]], dtype=np.float32)
    for common in ([False, False, False], [True, False, False], [True, False, True]):
        moved, residual = register(layout, layout, np.array(common))
        np.testing.assert_array_equal(moved, layout)
        assert math.isnan(residual)
    moved, residual = register(layout, np.zeros_like(layout), np.ones(3, dtype=bool))
    assert math.isnan(residual)


def test_a_large_map_starts_from_principal_components_and_keeps_groups_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import umap.umap_

    monkeypatch.setattr(analysis.projection, "_LARGEST_SPECTRUM", N - 1)
    monkeypatch.setattr(umap.umap_, "spectral_layout", lambda *_, **__: pytest.fail("the spectrum was asked for"))
    assert group_share(mapped(grouped_vectors(1)), GROUPS) > 0.95


def test_maps_of_three_dimensions_keep_groups_together() -> None:
    vectors = grouped_vectors(1)
    for layout in (pca_layout(vectors, 3), mapped(vectors, components=3)):
        assert layout.shape == (N, 3)
        assert np.isfinite(layout).all()
    assert group_share(mapped(vectors, components=3), GROUPS) > 0.95
    assert np.array_equal(pca_layout(vectors, 3)[:, :2], pca_layout(vectors))

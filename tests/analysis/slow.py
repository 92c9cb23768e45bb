"""The definitions of docs/measures.md spelled out item by item, as slow and as plain as they can be.

The room is tested against these; they share no code with it.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Lists = Sequence[Sequence[int]]


def as_lists(neighbours: npt.NDArray[np.int32]) -> list[list[int]]:
    """Neighbour rows without the -1 that fill them up."""
    return [[int(code) for code in row if code >= 0] for row in neighbours]


def mean(values: Sequence[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def neighbours(vectors: npt.NDArray[np.float32], k: int, similarity: str) -> tuple[list[list[int]], list[list[float]]]:
    """Every pair scored in double precision, rounded to float32, sorted by score and then by code."""
    rows = [row.astype(np.float64) for row in vectors]
    if similarity == "cosine":
        rows = [
            (row / math.sqrt(math.fsum(row * row))).astype(np.float32).astype(np.float64) if row.any() else row
            for row in rows
        ]
    found, scores = [], []
    for i, query in enumerate(rows):
        others = [j for j in range(len(rows)) if j != i and rows[j].any() and query.any()]
        score = {j: float(np.float32(math.fsum(query * rows[j]))) for j in others}
        ranked = sorted(others, key=lambda j: (-score[j], j))[:k]
        found.append(ranked + [-1] * (k - len(ranked)))
        scores.append([score[j] for j in ranked] + [math.nan] * (k - len(ranked)))
    return found, scores


def jaccard(a: list[int], b: list[int]) -> float:
    return len({*a} & {*b}) / len({*a} | {*b}) if a and b else math.nan


def overlap(a: list[int], b: list[int], k: int) -> float:
    return len({*a} & {*b}) / k if a and b else math.nan


def rbo(a: list[int], b: list[int], k: int, persistence: float) -> float:
    if not a or not b:
        return math.nan
    shared = [len({*a[:depth]} & {*b[:depth]}) / depth for depth in range(1, k + 1)]
    series = sum(at * persistence**depth for depth, at in enumerate(shared, start=1))
    return shared[-1] * persistence**k + (1 - persistence) / persistence * series


def rbo_weight_inside(k: int, persistence: float) -> float:
    """Depth d has weight (1-P) P^(d-1), and gives a share 1/d of it to each of its first d ranks."""
    total = 0.0
    for depth in range(1, 20_000):
        total += (1 - persistence) * persistence ** (depth - 1) * min(k, depth) / depth
    return total


def linear_cka(x: npt.NDArray[Any], y: npt.NDArray[Any]) -> float:
    """By the n x n kernels: HSIC(K, L) / √(HSIC(K, K) HSIC(L, L))."""
    n = len(x)
    centre = np.eye(n) - np.full((n, n), 1 / n)
    kernel_x = centre @ x.astype(np.float64) @ x.T.astype(np.float64) @ centre
    kernel_y = centre @ y.astype(np.float64) @ y.T.astype(np.float64) @ centre
    return float((kernel_x * kernel_y).sum() / math.sqrt((kernel_x**2).sum() * (kernel_y**2).sum()))


def mean_rank(values: Sequence[float], i: int) -> float:
    below = sum(other < values[i] for other in values)
    equal = sum(other == values[i] for other in values)
    return below + (equal + 1) / 2


def quantiles(p: Sequence[int]) -> list[float]:
    known = [count for count in p if count > 0]
    found = []
    for count in p:
        if count == 0:
            found.append(math.nan)
        elif len(known) == 1:
            found.append(0.5)
        else:
            found.append((mean_rank(known, known.index(count)) - 1) / (len(known) - 1))
    return found


def buckets(p: Sequence[int], edges: tuple[float, float]) -> list[int]:
    order = sorted(range(len(p)), key=lambda i: (-p[i], i))
    found = [2] * len(p)
    before = 0
    for i in order:
        if p[i] > 0:
            share = before / sum(p)
            found[i] = 0 if share < edges[0] else 1 if share < edges[1] else 2
        before += p[i]
    return found


def neighbour_popularity(lists: Lists, q: Sequence[float]) -> list[float]:
    return [mean([q[j] for j in row]) for row in lists]


def popularity_lift(lists: Lists, p: Sequence[int]) -> list[float]:
    found = []
    for i, row in enumerate(lists):
        logs = [math.log10(p[j]) for j in row if p[j] > 0]
        found.append(mean(logs) - math.log10(p[i]) if p[i] > 0 and logs else math.nan)
    return found


def head_share(lists: Lists, bucket: Sequence[int]) -> float:
    slots = [bucket[j] == 0 for row in lists for j in row]
    return sum(slots) / len(slots) if slots else math.nan


def same_category_share(lists: Lists, categories: Sequence[str | None]) -> list[float]:
    return [
        mean([float(categories[j] == categories[i]) for j in row]) if categories[i] is not None else math.nan
        for i, row in enumerate(lists)
    ]


def counts(lists: Lists, n: int) -> list[int]:
    return [sum(x in row for row in lists) for x in range(n)]


def gini(values: Sequence[int]) -> float:
    """Mean absolute difference of all pairs over twice the mean: another form of the same number."""
    n, total = len(values), sum(values)
    return sum(abs(x - y) for x in values for y in values) / (2 * n * total) if total else math.nan


Event = tuple[Any, Any, int | None, int]  # user, session (None = the log has none), time (None = no times), item


def sequences_of(events: Sequence[Event]) -> dict[Any, list[Event]]:
    """The events of each session of a user, or of each user where there are no sessions."""
    found: dict[Any, list[Event]] = {}
    for event in events:
        found.setdefault(event[:2], []).append(event)
    return found


def together(events: Sequence[Event], i: int, j: int) -> int:
    return sum({i, j} <= {event[3] for event in held} for held in sequences_of(events).values())


def pmi(events: Sequence[Event], i: int, j: int) -> float:
    both = together(events, i, j)
    alone = together(events, i, i) * together(events, j, j)
    return math.log2(both * len(sequences_of(events)) / alone) if both else math.nan


def users_in_common(events: Sequence[Event], i: int, j: int) -> int:
    return len({event[0] for event in events if event[3] == i} & {event[0] for event in events if event[3] == j})


def expected_position(event: Event, held: Sequence[Event]) -> float:
    """Events before it, and half of the others of its time: those come before it in half of all orders."""
    if event[2] is None:
        return (len(held) - 1) / 2
    times = [other[2] for other in held if other[2] is not None]
    return sum(time < event[2] for time in times) + (sum(time == event[2] for time in times) - 1) / 2


def sequence_distance(events: Sequence[Event], i: int, j: int) -> tuple[float, float]:
    """(median distance, share of the sequences without an order)."""
    nearest = []
    for held in sequences_of(events).values():
        pairs = [(one, two) for one in held if one[3] == i for two in held if two[3] == j]
        if any(one[2] == two[2] for one, two in pairs):
            nearest.append(math.nan)
        elif pairs:
            nearest.append(min(abs(expected_position(one, held) - expected_position(two, held)) for one, two in pairs))
    if not nearest:
        return math.nan, math.nan
    ordered = [distance for distance in nearest if not math.isnan(distance)]
    tied = 1 - len(ordered) / len(nearest)
    return (statistics.median(ordered) if tied <= 0.5 else math.nan), tied


def popular(p: Sequence[int], allowed: Sequence[bool], left_out: set[int], k: int) -> list[int]:
    """The k most popular items that are allowed and not left out, ties by code."""
    return sorted((i for i in range(len(p)) if allowed[i] and i not in left_out), key=lambda i: (-p[i], i))[:k]


def recommended(
    user: npt.NDArray[np.float32],
    items: npt.NDArray[np.float32],
    bias: npt.NDArray[np.float32],
    seen: set[int],
    k: int,
) -> list[int]:
    """Every item scored in double precision, rounded to float32, sorted by score and then by code."""
    if not user.any():
        return []
    score = {
        i: float(np.float32(math.fsum([*(user.astype(np.float64) * vector.astype(np.float64)), float(bias[i])])))
        for i, vector in enumerate(items)
        if vector.any() and i not in seen
    }
    return sorted(score, key=lambda i: (-score[i], i))[:k]


def recommendation_measures(
    lists: Lists, seen: Sequence[set[int]], p: Sequence[int], bucket: Sequence[int], candidates: Sequence[bool]
) -> dict[str, Any]:
    """Values and numbers of users of every measure of docs/measures.md on recommendations."""
    q = quantiles(p)
    served = [(row, own) for row, own in zip(lists, seen, strict=True) if row]
    both = [(mean([p[i] for i in row]), mean([p[i] for i in own])) for row, own in served if own]
    of_lists, of_profiles = mean([row for row, _ in both]), mean([own for _, own in both])
    appearances = [sum(i in row for row in lists) for i in range(len(p)) if candidates[i]]
    return {
        "arp": (mean([mean([p[i] for i in row]) for row, _ in served]), len(served)),
        "arp_quantile": (mean([mean([q[i] for i in row]) for row, _ in served]), len(served)),
        "aplt": (mean([mean([float(bucket[i] != 0) for i in row]) for row, _ in served]), len(served)),
        "head": (mean([mean([float(bucket[i] == 0) for i in row]) for row, _ in served]), len(served)),
        "mid": (mean([mean([float(bucket[i] == 1) for i in row]) for row, _ in served]), len(served)),
        "tail": (mean([mean([float(bucket[i] == 2) for i in row]) for row, _ in served]), len(served)),
        "gap_profile": (of_profiles, len(both)),
        "lift": ((of_lists - of_profiles) / of_profiles if both else math.nan, len(both)),
        "coverage": (mean([float(count > 0) for count in appearances]), sum(candidates)),
        "gini": (gini(appearances), sum(candidates)),
    }


def difference_of_lists(a: Lists, b: Lists, values: Sequence[float]) -> tuple[float, float, int]:
    """Mean over items of the mean value of their neighbours, A less B; its standard error; the items in both."""

    def known(row: Sequence[int]) -> list[int]:
        return [j for j in row if not math.isnan(values[j])]

    items = [i for i in range(len(a)) if known(a[i]) and known(b[i])]
    n = len(items)
    means = [{i: sum(values[j] for j in known(lists[i])) / len(known(lists[i])) for i in items} for lists in (a, b)]
    mean_a, mean_b = (sum(by_item.values()) / n for by_item in means)
    apart = [means[0][i] - mean_a - means[1][i] + mean_b for i in items]
    by_neighbour = [0.0] * len(values)
    for sign, lists, mean_of in ((1, a, mean_a), (-1, b, mean_b)):
        for i in items:
            for j in known(lists[i]):
                by_neighbour[j] += sign * (values[j] - mean_of) / len(known(lists[i]))
    variance = sum(value**2 for value in apart) + sum(value**2 for value in by_neighbour)
    return mean_a - mean_b, math.sqrt(variance) / n, n


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean ± 1.96 standard errors, the variance by the mean square of all differences of two."""
    n = len(values)
    variance = sum((x - y) ** 2 for x in values for y in values) / (2 * n * (n - 1))
    half = 1.959964 * math.sqrt(variance / n)
    return sum(values) / n - half, sum(values) / n + half


def places(scores: Sequence[float], target: int, candidates: Sequence[bool], left_out: set[int]) -> tuple[int, int]:
    """(candidates above the target, other candidates equal to it); (-1, 0) where the target is not ranked."""
    ranked = {i for i in range(len(scores)) if candidates[i] and i not in left_out}
    if target not in ranked:
        return -1, 0
    others = [scores[i] for i in ranked if i != target]
    return sum(score > scores[target] for score in others), sum(score == scores[target] for score in others)


def all_scores(
    query: npt.NDArray[np.float32], items: npt.NDArray[np.float32], similarity: str, bias: Sequence[float] = ()
) -> list[float]:
    """Every item scored in double precision, rounded to float32."""

    def comparable(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        wide = vector.astype(np.float64)
        if similarity == "cosine" and wide.any():
            wide = (wide / math.sqrt(math.fsum(wide * wide))).astype(np.float32).astype(np.float64)
        return wide

    own = comparable(query)
    added = bias or [0.0] * len(items)
    return [
        float(np.float32(math.fsum([*(own * comparable(item)), float(more)])))
        for item, more in zip(items, added, strict=True)
    ]


def hit_rate(above: int, equal: int, k: int) -> float:
    """The share of the places that a target may take among its equals which are within k."""
    return mean([float(place <= k) for place in range(above + 1, above + equal + 2)]) if above >= 0 else 0.0


def mean_place(above: int, equal: int) -> float:
    return mean([float(place) for place in range(above + 1, above + equal + 2)]) if above >= 0 else math.inf


def gain(above: int, equal: int, k: int) -> float:
    rank = mean_place(above, equal)
    return math.log(2) / math.log(1 + rank) if rank <= k else 0.0


def reciprocal_rank(above: int, equal: int, k: int) -> float:
    rank = mean_place(above, equal)
    return 1 / rank if rank <= k else 0.0


def recall(found: Sequence[tuple[int, int]], k: int) -> float:
    return sum(hit_rate(above, equal, k) for above, equal in found) / min(k, len(found)) if found else math.nan


def ndcg(found: Sequence[tuple[int, int]], k: int) -> float:
    """Never above that of the best order, though equal targets may all have a mean place within k."""
    if not found:
        return math.nan
    best = sum(gain(place, 0, k) for place in range(len(found)))
    return min(sum(gain(above, equal, k) for above, equal in found) / best, 1.0)


def company(baskets: Sequence[set[int]], n: int) -> list[list[float]]:
    """C_ij / sqrt(C_ii C_jj), C_ij = baskets that hold both; 0 where one is in none."""
    held = [[sum({i, j} <= basket for basket in baskets) for j in range(n)] for i in range(n)]
    return [
        [held[i][j] / math.sqrt(held[i][i] * held[j][j]) if held[i][j] else 0.0 for j in range(n)] for i in range(n)
    ]


def majority_match(own: Sequence[str], near: Sequence[int], labels: Sequence[Sequence[str]]) -> float:
    """Whether an item has the category that most of its neighbours have; of several such that of the nearest."""
    if not own:
        return math.nan
    votes = [label for j in near for label in labels[j]]
    most = max((votes.count(label) for label in votes), default=0)
    for j in near:
        tied = sorted(label for label in labels[j] if votes.count(label) == most)
        if tied:
            return float(tied[0] in own)
    return 0.0


def holm(values: Sequence[float]) -> list[float]:
    """By closed testing: the largest Bonferroni value of all sets of hypotheses that one is in."""
    known = [i for i, value in enumerate(values) if not math.isnan(value)]
    sets = [some for size in range(1, len(known) + 1) for some in itertools.combinations(known, size)]
    return [
        max(min(len(some) * min(values[j] for j in some), 1.0) for some in sets if i in some)
        if i in known
        else math.nan
        for i in range(len(values))
    ]

"""Synthetic logs whose truth is known: islands that never mix, order inside an hour, popularity and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from interactions.log import Codes, InteractionLog, Texts
from interactions.tables import no_columns

DAY = 86_400
FIRST_DAY = 1_700_006_400  # a midnight, seconds UTC


def make_log(
    user_ids: Sequence[str] | None,
    item_ids: Sequence[str],
    times: Sequence[int] | npt.NDArray[np.int64] | None = None,
    sessions: Sequence[str] | None = None,
    weights: Sequence[float] | npt.NDArray[np.float32] | None = None,
    categories: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> InteractionLog:
    """A log from one entry an event, in file order; categories and titles by item id (absent = missing).

    user_ids=None with sessions makes a log of baskets (users_are_sessions). Times are seconds UTC.
    """
    if user_ids is None and sessions is None:
        raise ValueError("a log needs users or sessions")
    session_names, session_codes = (None, None) if sessions is None else _encode(sessions)
    if user_ids is None:
        assert session_names is not None
        assert session_codes is not None
        user_names, user_codes = session_names, session_codes
    else:
        user_names, user_codes = _encode(user_ids)
    item_names, item_codes = _encode(item_ids)
    n_events = len(item_codes)
    timestamps = None if times is None else np.asarray(times, dtype=np.int64)
    order = np.lexsort((np.arange(n_events) if timestamps is None else timestamps, user_codes))
    items = pd.DataFrame({"title": _column(item_names, titles), "category": _column(item_names, categories)})
    log = InteractionLog(
        user_codes=user_codes[order],
        item_codes=item_codes[order],
        weights=np.ones(n_events, np.float32) if weights is None else np.asarray(weights, np.float32)[order],
        timestamps=None if timestamps is None else timestamps[order],
        session_codes=None if session_codes is None else session_codes[order],
        user_ids=user_names,
        item_ids=item_names,
        items=items,
        users=no_columns(len(user_names)),
        digest=_digest(user_ids, item_ids, times, sessions, weights, categories, titles),
        users_are_sessions=user_ids is None,
        columns=_roles(
            user=user_ids,
            item=item_ids,
            weight=weights,
            time=times,
            session=sessions,
            title=titles,
            category=categories,
        ),
    )
    return log


def two_islands(
    seed: int = 0,
    items_per_island: int = 12,
    users: int = 200,
    events_per_user: int = 12,
    islands: int = 2,
    skew: float = 0.0,
) -> InteractionLog:
    """Users of one island touch its items only: the right neighbours of an item are those of its own island.

    The first letter of an id is its island ("A03", "user A007"), and so is the category ("island A"). Each user has
    sessions of four events, a minute apart, on different days. skew > 0 makes low numbers more popular (weight
    1 / rank ** skew) inside each island; 0 makes all items alike.
    """
    random = np.random.default_rng(seed)
    chance = 1.0 / np.arange(1, items_per_island + 1) ** skew
    user_ids, item_ids, times, sessions = [], [], [], []
    for user in range(users):
        island = chr(ord("A") + user % islands)
        drawn = random.choice(items_per_island, size=events_per_user, p=chance / chance.sum())
        days = np.sort(random.choice(365, size=-(-events_per_user // 4), replace=False))
        for place, number in enumerate(drawn):
            day = days[place // 4]
            user_ids.append(f"user {island}{user:04d}")
            item_ids.append(f"{island}{number:02d}")
            times.append(int(FIRST_DAY + day * DAY + 36_000 + 60 * (place % 4)))
            sessions.append(f"{user:04d}-{day:03d}")
    names = sorted(set(item_ids))
    return make_log(
        user_ids,
        item_ids,
        times,
        sessions,
        categories={name: f"island {name[0]}" for name in names},
        titles={name: f"Item {name}" for name in names},
    )


def islands_with_newcomers() -> InteractionLog:
    """`two_islands` and, without interactions, the items A99 and B99, which have the category of their island.

    The user "user A999" has none either, but has a town, as everybody has: the island. Item Z99 has no category.
    """
    island = two_islands()
    assert island.timestamps is not None
    last = int(island.timestamps.max())
    names = [*island.item_ids, "A99", "B99"]
    whole = make_log(
        [*island.user_ids[island.user_codes], *["user A999"] * 3],
        [*island.item_ids[island.item_codes], "A99", "B99", "Z99"],
        [*island.timestamps, *[last + 60] * 3],
        categories={name: f"island {name[0]}" for name in names},
    )
    towns = pd.DataFrame({"town": [user[len("user ")] for user in whole.user_ids]})
    return replace(whole, users=towns).split(last + 1)[0]


def ordered_sessions(
    seed: int = 0, pairs: int = 12, users: int = 100, sessions_per_user: int = 5, pairs_per_session: int = 4
) -> InteractionLog:
    """Inside a session "a07" is always followed by "b07" a minute later; which pairs meet is pure chance.

    The right next item of a?? is b?? of the same number (`partner`). A session lasts less than an hour, those of one
    user lie a day or more apart, and each user meets so many pairs that order is the only strong signal.
    """
    random = np.random.default_rng(seed)
    user_ids, item_ids, times, sessions = [], [], [], []
    for user in range(users):
        for session in range(sessions_per_user):
            start = FIRST_DAY + (session * 7 + int(random.integers(6))) * DAY + int(random.integers(80_000))
            drawn = random.choice(pairs, size=pairs_per_session, replace=False)
            for place, name in enumerate(f"{side}{number:02d}" for number in drawn for side in "ab"):
                user_ids.append(f"u{user:04d}")
                item_ids.append(name)
                times.append(start + 60 * place)
                sessions.append(f"u{user:04d}/{session}")
    return make_log(user_ids, item_ids, times, sessions)


def every_pair_once(seed: int = 0, pairs: int = 12, users: int = 100, strays: int = 12) -> InteractionLog:
    """Order in sessions like those of `ordered_sessions`, and a user-item matrix that says nothing.

    Each user meets every pair once, four pairs in a session, and further items by chance, each in a session of its own
    on a day of its own: the two halves of a pair have no more users in common than any two items.
    """
    random = np.random.default_rng(seed)
    names = [f"{side}{number:02d}" for side in "ab" for number in range(pairs)]
    user_ids, item_ids, times, sessions = [], [], [], []
    for user in range(users):
        order = random.permutation(pairs)
        visits = [
            [f"{side}{number:02d}" for number in order[at : at + 4] for side in "ab"] for at in range(0, pairs, 4)
        ]
        visits += [[names[number]] for number in random.integers(len(names), size=strays)]
        for day, visit in enumerate(visits):
            for place, name in enumerate(visit):
                user_ids.append(f"u{user:04d}")
                item_ids.append(name)
                times.append(FIRST_DAY + day * DAY + 60 * place)
                sessions.append(f"u{user:04d}/{day}")
    return make_log(user_ids, item_ids, times, sessions)


def pairs_in_company(
    seed: int = 0, pairs: int = 20, times: int = 30, staple: int = 0, rarities: int = 0
) -> InteractionLog:
    """Baskets of two: "a07" and "b07" `times` times, each of the two with others beside.

    staple    how often each item of a pair stands with the item "staple", which is so common that it says nothing
    rarities  with how many items each stands once that stand nowhere else, which says next to nothing either
    """
    baskets = []
    for number in range(pairs):
        both = [f"a{number:02d}", f"b{number:02d}"]
        baskets += [both] * times
        for item in both:
            baskets += [[item, "staple"]] * staple
            baskets += [[item, f"rarity of {item} {which}"] for which in range(rarities)]
    np.random.default_rng(seed).shuffle(baskets)
    return make_log(
        None,
        [item for basket in baskets for item in basket],
        range(FIRST_DAY, FIRST_DAY + 60 * 2 * len(baskets), 60),
        [f"basket {number:05d}" for number in range(len(baskets)) for _ in range(2)],
    )


def groups_among_strangers(seed: int = 0, groups: int = 30, size: int = 5, strangers: int = 8) -> InteractionLog:
    """Users of two items each: every two items of a group ("g07i2") once, and each item with `strangers` more items.

    A stranger is met as often as an item of the group; but those have the others of the group in common, and it none.
    """
    random = np.random.default_rng(seed)
    names = [f"g{group:02d}i{number}" for group in range(groups) for number in range(size)]
    met = [
        (names[group * size + one], names[group * size + other])
        for group in range(groups)
        for one in range(size)
        for other in range(one)
    ]
    drawn = random.integers(len(names), size=(len(names) * strangers // 2, 2))
    met += [(names[one], names[other]) for one, other in drawn if one != other]
    user_ids = np.repeat([f"u{user:05d}" for user in range(len(met))], 2).tolist()
    return make_log(user_ids, [item for pair in met for item in pair])


def within_the_hour(
    seed: int = 0, users: int = 150, groups: int = 15, per: int = 4, ordered: bool = True
) -> InteractionLog:
    """Every user meets every item once, group by group ("g07i2"): only what lies within an hour belongs together.

    The items of a group come a minute apart in random order, two hours lie between groups, whose order is random, and
    users come one after the other: a cut in time parts whole users, and the user-item matrix says nothing.

    ordered  False shuffles all items of each user: no information is left
    """
    random = np.random.default_rng(seed)
    names = np.array([[f"g{group:02d}i{number}" for number in range(per)] for group in range(groups)])
    minutes = (120 * np.arange(groups)[:, None] + np.arange(per)).ravel()
    item_ids: list[str] = []
    for _ in range(users):
        met = random.permuted(names[random.permutation(groups)], axis=1).ravel()
        item_ids += met.tolist() if ordered else random.permutation(met).tolist()
    starts = FIRST_DAY + 2 * DAY * np.arange(users)[:, None]
    user_ids = np.repeat([f"u{user:04d}" for user in range(users)], groups * per).tolist()
    return make_log(user_ids, item_ids, (starts + 60 * minutes).ravel())


def partner(item_id: str) -> str:
    """The other half of a pair of `ordered_sessions`, `every_pair_once` or `pairs_in_company`."""
    return ("b" if item_id[0] == "a" else "a") + item_id[1:]


def share_of_pairs_found(log: InteractionLog, likeness: npt.NDArray[np.float32]) -> float:
    """How many items of a pair have their partner as the nearest, by likeness (n_items, n_items)."""
    likeness = likeness.copy()
    np.fill_diagonal(likeness, -np.inf)
    nearest = log.item_ids[likeness.argmax(axis=1)]
    paired = np.array([item[0] in "ab" and item[1:].isdigit() for item in log.item_ids])
    return float(
        np.mean([near == partner(item) for near, item in zip(nearest[paired], log.item_ids[paired], strict=True)])
    )


def zipf_log(
    seed: int = 0, items: int = 200, users: int = 300, events_per_user: int = 20, exponent: float = 1.0
) -> InteractionLog:
    """Every user draws from the same distribution, chance 1 / rank ** exponent: popularity and no other structure.

    "i000" is the most popular in expectation, then "i001", and so on; items that nobody drew are not in the log.
    """
    random = np.random.default_rng(seed)
    chance = 1.0 / np.arange(1, items + 1) ** exponent
    drawn = random.choice(items, size=users * events_per_user, p=chance / chance.sum())
    user_ids = np.repeat([f"u{user:04d}" for user in range(users)], events_per_user).tolist()
    times = FIRST_DAY + random.integers(365 * DAY, size=len(drawn))
    return make_log(user_ids, [f"i{number:03d}" for number in drawn], times)


def low_rank_ratings(
    seed: int = 0, users: int = 600, items: int = 300, rank: int = 4, share: float = 0.3, noise: float = 0.5
) -> InteractionLog:
    """Ratings around 3 with a known truth, each the weight of one event: offsets of user and item, products, noise.

    rating = 3 + user's offset + item's offset (standard deviation 0.5 each) + product of two vectors of `rank` entries
    (standard deviation 1) + noise (standard deviation `noise`). About `share` of all pairs is there, drawn evenly: no
    model can miss a rating that it has not seen by less than the noise.
    """
    random = np.random.default_rng(seed)
    left, right = random.standard_normal((users, rank)), random.standard_normal((items, rank))
    truth = 3 + random.normal(0, 0.5, (users, 1)) + random.normal(0, 0.5, items) + left @ right.T / np.sqrt(rank)
    user, item = np.nonzero(random.random((users, items)) < share)
    order = random.permutation(len(user))
    user, item = user[order], item[order]
    ratings = truth[user, item] + random.normal(0, noise, len(user))
    return make_log(
        [f"u{code:04d}" for code in user], [f"i{code:04d}" for code in item], weights=ratings.astype(np.float32)
    )


def rated(log: InteractionLog) -> InteractionLog:
    """The same log with a rating as the weight of each event, from 1 to 5 and the same for the same user and item."""
    weights = 1 + (log.user_codes * 31 + log.item_codes * 17) % 97 % 5
    return replace(log, weights=weights.astype(np.float32), digest=_digest(log.digest, "rated"))


def _encode(ids: Sequence[str]) -> tuple[Texts, Codes]:
    # Python compares text by code point, which is the byte order of UTF-8.
    names, codes = np.unique(np.array(ids, dtype=object), return_inverse=True)
    return names, codes.astype(np.int32)


def _column(names: Texts, values: Mapping[str, str] | None) -> pd.Series[Any]:
    return pd.Series([None if values is None else values.get(name) for name in names], dtype="str")


def _roles(**given: object) -> dict[str, str]:
    return {role: role for role, values in given.items() if values is not None}


def _digest(*parts: object) -> str:
    plain = [part.tolist() if isinstance(part, np.ndarray) else part for part in parts]
    return hashlib.sha256(repr(plain).encode()).hexdigest()

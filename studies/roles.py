"""Whom the claims are about: which contestants stand for matrix factorisation and item2vec, and which could as well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from embedders import METHODS
from studies.contest import Contestant
from studies.windows import is_short

ClaimName = Literal["popular items", "middle", "short window"]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Roles:
    """By name, of those that were asked; None where there is none.

    factorisation, other  whom a claim is tested on: a matrix factorisation, and the item2vec that it is about
    otherwise             the other pairs that it can be tested on: other models of these kinds, then other seeds
    """

    factorisation: str | None
    other: str | None
    otherwise: tuple[Pair, ...] = ()


def roles_of(contestants: Sequence[Contestant]) -> dict[ClaimName, Roles]:
    """Whom each claim is about: of each kind the first that was asked, those by cosine before others."""
    ordered = sorted(contestants, key=lambda one: one.similarity != "cosine")

    def of(fits: Callable[[Contestant], bool]) -> list[Contestant]:
        return [one for one in ordered if fits(one)]

    factorisations = of(lambda one: METHODS[one.needed.method].family == "matrix factorisation")
    item2vecs = of(lambda one: one.needed.method == "item2vec")
    usual = _roles(factorisations, [one for one in item2vecs if not _is_short(one)])
    short = _roles(factorisations, [one for one in item2vecs if _is_short(one)])
    return {"popular items": usual, "middle": usual, "short window": short}


def _is_short(one: Contestant) -> bool:
    """Whether an item2vec sees only what lies close in time."""
    params = one.needed.params.model_dump()
    by_gap = params["sequences"] == "gap" and is_short("gap", params["gap_minutes"])
    return by_gap or is_short("time", params["time_window_minutes"])


def _roles(factorisations: Sequence[Contestant], others: Sequence[Contestant]) -> Roles:
    some, more = _by_seed(factorisations), _by_seed(others)
    if not some or not more:
        return Roles(some[0][0] if some else None, more[0][0] if more else None)
    (first, other), *models = product([seeds[0] for seeds in some], [seeds[0] for seeds in more])
    _, *seeds = zip(some[0], more[0], strict=False)
    return Roles(first, other, (*models, *seeds))


def _by_seed(contestants: Sequence[Contestant]) -> list[list[str]]:
    """The names of each model, one a seed."""
    models: list[list[Contestant]] = []
    for one in contestants:
        known = next((seeds for seeds in models if one.is_same_but_seed(seeds[0])), None)
        if known is None:
            models.append([one])
        else:
            known.append(one)
    return [[one.name for one in seeds] for seeds in models]

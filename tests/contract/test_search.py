"""What every method says of how it is tuned: in bounds, around its defaults, and every point of it can be trained."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedders import METHODS
from embedders.base import columns_of, search_space
from embedders.search import Between, OneOf, Search
from tests.planted import rated, two_islands

every_method = pytest.mark.parametrize("name", METHODS)
SLOW = ("deepwalk", "node2vec", "eges", "fm", "neural", "two_tower")  # long walks, and code compiled for each point


def values_of(search: Search) -> st.SearchStrategy[Any]:
    if isinstance(search, OneOf):
        return st.sampled_from(search.choices)
    if search.whole:
        return st.integers(int(search.low), int(search.high))
    return st.floats(search.low, search.high)


def point(name: str, which: str) -> dict[str, Any]:
    """The values of a method's space at one of its ends, or drawn."""
    random = np.random.default_rng(7)
    found: dict[str, Any] = {}
    for parameter, search in search_space(METHODS[name].Params).items():
        if isinstance(search, OneOf):
            place = {"lowest": 0, "highest": -1}.get(which, int(random.integers(len(search.choices))))
            found[parameter] = search.choices[place]
        elif which == "drawn":
            drawn = search.low + random.random() * (search.high - search.low)
            found[parameter] = round(drawn) if search.whole else drawn
        else:
            found[parameter] = search.low if which == "lowest" else search.high
    return found


@every_method
def test_a_space_is_declared_inside_the_bounds_and_around_the_defaults(name: str) -> None:
    declared = METHODS[name].Params
    space = search_space(declared)
    assert space
    assert not space.keys() & {"dimensions", "threads"}, "the same width for every method"
    for parameter, search in space.items():
        field = declared.model_fields[parameter]
        assert columns_of(field) is None
        assert search.holds(field.default), parameter
        for end in (search.low, search.high) if isinstance(search, Between) else search.choices:
            value = getattr(declared.checked({parameter: end}), parameter)
            assert (value, type(value)) == (end, type(end)), parameter
        if isinstance(search, Between):
            assert search.low < search.high
            assert search.low > 0 or not search.log, parameter
            assert (int in (get_args(field.annotation) or (field.annotation,))) == search.whole, parameter


@every_method
@given(data=st.data())
def test_every_point_of_a_space_makes_parameters(name: str, data: st.DataObject) -> None:
    space = search_space(METHODS[name].Params)
    drawn = {parameter: data.draw(values_of(search), parameter) for parameter, search in space.items()}
    params = METHODS[name].Params.checked(drawn)
    assert {parameter: getattr(params, parameter) for parameter in drawn} == drawn
    assert all(search.holds(drawn[parameter]) for parameter, search in space.items())


@pytest.mark.parametrize("which", ["lowest", "highest", "drawn"])
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in METHODS]
)
def test_any_point_of_a_space_can_be_trained(name: str, which: str) -> None:
    log = rated(two_islands(islands=40, items_per_island=3, users=160))  # where company is 40 times what chance gives
    params = METHODS[name].Params.checked({"dimensions": 64, "threads": 1, **point(name, which)})
    embedding = METHODS[name].fit(log, params)
    assert np.isfinite(embedding.item_vectors).all()
    assert embedding.missing == []

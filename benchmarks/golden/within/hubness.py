"""scikit-hubness: its measures of hubness, from cosine distances."""

import importlib.util
import json
import sys
import types
from typing import Any

import numpy as np


class NearestNeighbors:
    """In the place of the package's search, which no present scikit-learn can carry; distances are given here."""

    def __init__(self, **_: Any) -> None:
        pass

    def fit(self, _: Any) -> "NearestNeighbors":
        return self


found = importlib.util.find_spec("skhubness")
assert found is not None
package, search = types.ModuleType("skhubness"), types.ModuleType("skhubness.neighbors")
package.__path__ = list(found.submodule_search_locations or ())
search.NearestNeighbors = NearestNeighbors  # type: ignore[attr-defined]
sys.modules |= {"skhubness": package, "skhubness.neighbors": search}

from skhubness.analysis.estimation import Hubness  # noqa: E402

inputs = json.load(sys.stdin)
vectors = np.array(inputs["vectors"])
unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
distances = 1 - unit @ unit.T
np.fill_diagonal(distances, -1)  # first of its own row, and left out as `has_self_distances` says
estimator = Hubness(
    k=inputs["k"], return_value="all", metric="precomputed", store_k_occurrence=True, shuffle_equal=False
)
measures = estimator.fit(distances).score(has_self_distances=True)
names = ("k_skewness", "robinhood", "antihub_occurrence", "groupie_ratio", "gini")
values = {name: float(measures[name]) for name in names}
json.dump(values | {"k_occurrence": measures["k_occurrence"].tolist()}, sys.stdout)

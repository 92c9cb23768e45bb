"""Hidden layers: weights, their first values, and a pass through them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

Array = Any  # a JAX array
Layer = dict[str, Any]  # "matrix": (inputs, outputs), "offset": (outputs,)


def make_layers(sizes: Sequence[int], random: np.random.Generator) -> list[Layer]:
    """A layer between each two sizes, drawn as He et al., 2015, so that rectified outputs keep their spread."""
    return [
        {
            "matrix": random.normal(0.0, np.sqrt(2 / inputs), size=(inputs, outputs)).astype(np.float32),
            "offset": np.zeros(outputs, dtype=np.float32),
        }
        for inputs, outputs in pairwise(sizes)
    ]


def rectified(layer: Layer, inputs: Array) -> Array:
    """max(0, xW + b), (..., inputs) -> (..., outputs)."""
    import jax

    return jax.nn.relu(inputs @ layer["matrix"] + layer["offset"])


def dropped(values: Array, share: float, key: Array | None) -> Array:
    """Dropout (Srivastava et al., 2014): a share of the values is 0, the others grow to keep the mean; none drops none.

    key=None leaves the values as they are.
    """
    import jax

    if key is None or share == 0:
        return values
    kept = jax.random.bernoulli(key, 1 - share, values.shape)
    return jax.numpy.where(kept, values / (1 - share), 0)

"""Plain values, such as JSON has them, among the arrays of a kept result."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt


def packed(value: Any) -> npt.NDArray[np.uint8]:
    """A value as bytes of JSON; raises ValueError where it holds NaN."""
    return np.frombuffer(json.dumps(value, allow_nan=False).encode(), dtype=np.uint8)


def unpacked(array: npt.NDArray[np.uint8]) -> Any:
    """What `packed` was given."""
    return json.loads(array.tobytes())

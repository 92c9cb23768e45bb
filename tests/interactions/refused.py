"""How a file is refused: with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from errors import LogError
from interactions import preview, read_log

ROWS = "u1,a\nu2,b\n"


def refusal(path: Path, *, previewed: bool = True, **choices: object) -> str:
    """The sentence with which a file is refused; by the preview too, where its head is enough to know."""
    with pytest.raises(LogError) as caught:
        read_log(path, **choices)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    if previewed:
        with pytest.raises(LogError) as caught:
            preview(path)
        assert str(caught.value) == sentence
    return sentence

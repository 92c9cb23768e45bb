"""The head of a file, and what its columns are likely to be, without reading the rest."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from interactions.column_names import Role
from interactions.formats.opening import open_source
from interactions.formats.source import Kind
from interactions.guessing import Guess, guess_columns, guess_for_cleaning
from interactions.options import ReadOptions

if TYPE_CHECKING:
    import pandas as pd

_GUESS_ROWS = 1000


@dataclass(frozen=True)
class Preview:
    """What the head of a file tells.

    columns  names, in the order of the file
    sample   the first rows as text, one column a column of the file; "" where a cell is empty
    guesses  role -> Guess(name, reason); a role without a likely column is absent
    for_cleaning  the same for the roles that only rules of cleaning look at
    options  encoding and separator as given or detected
    kind     "csv" (any delimited text) or "parquet"
    """

    columns: list[str]
    sample: pd.DataFrame
    guesses: dict[Role, Guess]
    options: ReadOptions
    kind: Kind
    for_cleaning: dict[Role, Guess]


def preview(path: str | os.PathLike[str], options: ReadOptions = ReadOptions(), rows: int = 50) -> Preview:  # noqa: B008
    """Look at the head of a file; raises LogError, with one sentence, where it cannot be read as a table."""
    import pandas as pd

    source = open_source(Path(path), options)
    head = source.head(max(rows, _GUESS_ROWS))
    sample = pd.DataFrame(head[:rows], columns=source.columns, dtype="str")
    guesses = guess_columns(source.columns, head)
    for_cleaning = guess_for_cleaning(source.columns, head, {guess.name for guess in guesses.values()})
    return Preview(source.columns, sample, guesses, source.options, source.kind, for_cleaning)

"""From a file to an InteractionLog: reading, columns, cleaning, sessions, split; matrix, sequences, graph."""

from interactions.cleaning import CleaningReport, CleaningRules
from interactions.log import InteractionLog
from interactions.options import ReadOptions
from interactions.previewing import Preview, preview
from interactions.reading import read_log
from interactions.sequences import Sequences

__all__ = [
    "CleaningReport",
    "CleaningRules",
    "InteractionLog",
    "Preview",
    "ReadOptions",
    "Sequences",
    "preview",
    "read_log",
]

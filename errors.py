"""Every error that Itemscape raises on purpose.

    ItemscapeError
    ├── InputError             what the person gave is at fault; the text says what, where, and the fix
    │   ├── LogError           a log, an item table or a user table cannot be read, or nothing of it is usable
    │   ├── ParameterError     a parameter or an option is unknown, out of bounds, or does not fit the log
    │   ├── VectorsError       a file of vectors that were trained elsewhere cannot be used
    │   ├── RunError           a run folder is missing, damaged, or not what was asked for
    │   ├── EngineError        the engine that was asked for cannot be started, or cannot be reached
    │   └── ExportError        the vectors cannot be written in the format that was chosen
    └── Cancelled              somebody asked for the work to stop; nothing is wrong

An `InputError` is shown as it stands, on a page or as the one line of the command line (exit code 2), so its
text is one sentence for a person. Everything else that escapes is a defect of the program.
"""

from __future__ import annotations


class ItemscapeError(Exception):
    """The root of the tree."""


class InputError(ItemscapeError):
    """What the person gave is at fault."""


class LogError(InputError):
    """A log or one of its tables cannot be used."""


class ParameterError(InputError):
    """A parameter or an option cannot be used."""


class VectorsError(InputError):
    """A file of vectors that were trained elsewhere cannot be used."""


class RunError(InputError):
    """A run cannot be used."""


class EngineError(InputError):
    """An engine cannot be used."""


class ExportError(InputError):
    """The chosen format cannot hold what is to be exported."""


class Cancelled(ItemscapeError):
    """The work was asked to stop."""

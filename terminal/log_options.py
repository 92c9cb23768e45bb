"""The argument LOG and the options of every command that reads one."""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from errors import LogError

if TYPE_CHECKING:
    from workspace.log_source import LogSource

ROLES = ("user", "item", "weight", "time", "clock", "session", "title", "category", "event", "quantity")


def _file(flag: str, help: str) -> Any:
    return Annotated[Path | None, typer.Option(flag, metavar="FILE", help=help)]


def _text(flag: str, help: str) -> Any:
    return Annotated[str | None, typer.Option(flag, metavar="TEXT", help=help)]


def _switch(name: str, help: str) -> Any:
    return Annotated[bool | None, typer.Option(f"--{name}/--no-{name}", help=help)]


def _floor(flag: str, help: str) -> Any:
    return Annotated[int | None, typer.Option(flag, min=1, metavar="N", help=help)]


_MATCHES = "'exactly', 'as numbers' or 'ignoring case and spaces'"

# What every command takes that reads a LOG: name of the parameter -> its declaration and its default.
_OPTIONS: Mapping[str, tuple[Any, Any]] = {
    **{role: (_text(f"--{role}", f"Column with the {role}; '' = none has it."), None) for role in ROLES},
    "items_file": (_file("--items-file", "Table of items: titles, categories and more, joined by id."), None),
    "users_file": (_file("--users-file", "Table of users, joined by id."), None),
    "items_match": (_text("--items-match", f"How ids of --items-file are compared: {_MATCHES}."), None),
    "users_match": (_text("--users-match", f"How ids of --users-file are compared: {_MATCHES}."), None),
    "min_users_per_item": (_floor("--min-users-per-item", "Leave out items with fewer users."), None),
    "min_items_per_user": (_floor("--min-items-per-user", "Then leave out users with fewer items."), None),
    "rules": (_file("--rules", "Rules of cleaning as JSON, as the app lets you download them."), None),
    "encoding": (_text("--encoding", "Encoding of the file, such as gb18030."), None),
    "separator": (
        _text("--separator", "One or two characters between the fields; \\t = tab, \\x01 as Hive has."),
        None,
    ),
    "header": (_switch("header", "Whether the first line names the columns."), None),
    "quotes": (_switch("quotes", "Whether double quotes hold a field together."), None),
    "escapes": (_switch("escapes", "Whether a backslash inside of double quotes escapes a quote."), None),
    "comment": (_text("--comment", "Character that lines of comment begin with; '' = there are none."), None),
    "day_first": (_switch("day-first", "Whether 1/2/2017 is the first of February."), None),
    "several_items": (_text("--several-items", "What stands between the items of one cell, such as '|'."), None),
    "layout": (
        _text("--layout", "table, baskets (a line is a basket) or user-items (a user, then items)."),
        None,
    ),
    "table": (_text("--table", "Which sheet, table or file, where FILE holds several."), None),
}


def takes_log(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the argument LOG and its options, and pass them on as one LogSource called `log`."""

    @functools.wraps(command)
    def with_log(**values: Any) -> None:
        options = {name: values.pop(name) for name in _OPTIONS}
        command(**values | {"log": _log_source(values["log"], options)})

    own = inspect.signature(command).parameters
    named = Annotated[str, typer.Argument(metavar="LOG", help="A file, a kept log, or 'grocery' for the sample.")]
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter("log", keyword, annotation=named) if name == "log" else parameter.replace(kind=keyword)
        for name, parameter in own.items()
    ]
    parameters += [
        inspect.Parameter(name, keyword, annotation=declared, default=default)
        for name, (declared, default) in _OPTIONS.items()
    ]
    with_log.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_log.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_log


def _log_source(name: str, options: Mapping[str, Any]) -> LogSource:
    from interactions import CleaningRules, ReadOptions
    from workspace.log_source import LogSource
    from workspace.settings import checked

    read = {key: options[key] for key in ReadOptions.model_fields if key in options}
    rules = {} if options["rules"] is None else _rules_in(options["rules"])
    rules |= {key: options[key] for key in ("min_users_per_item", "min_items_per_user") if options[key] is not None}
    return LogSource(
        name,
        columns={role: options[role] for role in ROLES if options[role] is not None},
        rules=checked(CleaningRules, rules),
        options=checked(ReadOptions, read),
        items_path=options["items_file"],
        users_path=options["users_file"],
        items_options=checked(ReadOptions, {"match_ids": options["items_match"]}),
        users_options=checked(ReadOptions, {"match_ids": options["users_match"]}),
    )


def _rules_in(path: Path) -> dict[str, Any]:
    """The rules of a file; raises LogError where it holds none."""
    if path.exists() and not path.is_file():
        raise LogError(f"{path} is no ordinary file: give --rules a file that the app let you download.")
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise LogError(f"{path} cannot be opened ({error.strerror}): give --rules a file.") from error
    except (ValueError, RecursionError) as error:
        raise LogError(f"{path} is no JSON ({error}): give --rules a file that the app let you download.") from error
    if not isinstance(found, dict):
        raise LogError(f"{path} holds no rules: give --rules a file that the app let you download.")
    return found

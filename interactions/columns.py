"""The column of each role in a log and in its tables: as told, or guessed where nothing is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from errors import LogError
from interactions.column_names import ALL_ROLES, FACTS, Role, is_nameless, name_for, plain_name
from interactions.guessing import guess_columns, guess_for_cleaning, is_matrix


def resolve_columns(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    given: Mapping[str, str] | None,
    elsewhere: Sequence[str] = (),
    where: str = "the file",
    also: Collection[Role] = (),
) -> dict[Role, str]:
    """The column of each role in a log: as given, or guessed where nothing is given; given "", none has the role.

    elsewhere  columns of the item table, where a given title or category may stand instead
    also       roles that only the rules of cleaning need, to be guessed as well

    Raises LogError for a role or a column that is not there, and where users and sessions or items are missing.
    """
    if given is None:
        roles: dict[Role, str] = {role: guess.name for role, guess in guess_columns(columns, rows).items()}
        needed = guess_for_cleaning(columns, rows, roles.values())
        roles |= {role: guess.name for role, guess in needed.items() if role in also}
    else:
        roles = {}
        for role, name in ((role, name) for role, name in given.items() if name):
            if role not in ALL_ROLES:
                raise LogError(f"There is no role {role!r} for a column: use {', '.join(ALL_ROLES)}.")
            if name in columns and not (role in FACTS and in_item_table(name, columns, elsewhere)):
                roles[role] = name
            elif role not in FACTS or name not in elsewhere:
                raise LogError(f"{where} has no column {name!r}: it has {listed(columns)}.")
        named: dict[str, str] = {}
        for role, name in roles.items():
            if (
                role in ("user", "item", "session", "time", "clock", "weight", "event")
                and named.setdefault(name, role) != role
            ):
                raise LogError(f"Column {name!r} cannot be both {named[name]} and {role}: choose two columns.")
    if "item" not in roles and is_matrix(columns, rows, roles.values()):
        raise LogError(
            f"{where} looks like a matrix, with a column for each item: write it as a row for each user and item, such "
            "as pandas' melt or tidyr's pivot_longer make, or say which column holds the items."
        )
    if "item" not in roles:
        raise LogError(f"No column of {where} is known to hold the items: choose one of {listed(columns)}.")
    if "clock" in roles and "time" not in roles:
        raise LogError(f"{where} has times of the day and no dates: choose the column of the dates as the time.")
    if "user" not in roles and "session" not in roles:
        raise LogError(f"No column of {where} is known to hold users or sessions: choose one of {listed(columns)}.")
    return {role: roles[role] for role in ALL_ROLES if role in roles}


def in_item_table(name: str, columns: Sequence[str], elsewhere: Sequence[str]) -> bool:
    """Whether a title's or a category's column is that of the item table: also where its name was made up for both."""
    return name in elsewhere and (name not in columns or is_nameless(name))


def with_given(known: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Roles as given, and the known ones for the rest; a column that is given to one role is no longer another's."""
    taken = set(given.values())
    rest = {role: name for role, name in known.items() if role not in given and name not in taken}
    # A title or category that nothing has must not be looked for in the item table either.
    return rest | {role: name for role, name in given.items() if name or role in FACTS}


def guess_id(columns: Sequence[str], role: Role, name_in_log: str) -> str | None:
    """The column of an item or user table that holds the ids: the log's own name for it, else one for the role."""
    for name in columns:
        if plain_name(name) == plain_name(name_in_log) and not is_nameless(name):
            return name
    return name_for(role, columns) or next((name for name in columns if plain_name(name) == "id"), None)


def guess_item_facts(columns: Sequence[str]) -> dict[Role, str]:
    """The columns of an item table that hold titles and categories: by their names, or by custom where it has none."""
    if all(is_nameless(name) for name in columns):
        return dict(zip(FACTS, columns[1:], strict=False))  # the first holds the ids
    found: dict[Role, str] = {}
    for role in FACTS:
        name = name_for(role, [name for name in columns if name not in found.values()])
        if name is not None:
            found[role] = name
    return found


def listed(names: Sequence[str], most: int = 20) -> str:
    """Names for a sentence, the first twenty."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"

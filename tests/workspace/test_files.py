from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from errors import RunError
from workspace import files
from workspace.home import PROJECT_ROOT


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    values = [{"number": number, "filling": "x" * 20_000} for number in range(200)]
    files.write_json_atomically(path, values[0])

    def write() -> None:
        for value in values:
            files.write_json_atomically(path, value)

    writer = threading.Thread(target=write)
    writer.start()
    seen = []
    while writer.is_alive():
        seen.append(files.read_json(path)["number"])
    writer.join()
    assert seen == sorted(seen)
    assert files.read_json(path)["number"] == 199
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"half":')
    with pytest.raises(RunError, match=r"run\.json cannot be read"):
        files.read_json(path)


def test_nan_is_refused_and_the_old_value_stays(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    files.write_json_atomically(path, {"loss": 1.0})
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json_atomically(path, {"loss": float("nan")})
    assert json.loads(path.read_text()) == {"loss": 1.0}
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(28, "No space left on device"), True),
        (OSError("300000 requested and 194528 written"), True),
        (OSError("no key was written"), False),
        (PermissionError(13, "Permission denied"), False),
    ],
)
def test_a_full_disk_is_told_from_other_errors(error: OSError, full: bool) -> None:
    assert files.disk_is_full(error) == full


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with files.new_folder(target) as aside:
        (aside / "a").write_text("whole")
        assert not target.exists()
        assert files.folders_in(tmp_path) == []
    assert (target / "a").read_text() == "whole"
    with pytest.raises(UnicodeEncodeError), files.new_folder(tmp_path / "other") as aside:
        (aside / "a").write_text("half, and then \ud800")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("replace", [False, True])
def test_what_is_there_stays_unless_it_is_to_be_replaced(tmp_path: Path, replace: bool) -> None:
    target = tmp_path / "run"
    for text in ("old", "new"):
        with files.new_folder(target, replace=replace) as aside:
            (aside / "a").write_text(text)
    assert (target / "a").read_text() == ("new" if replace else "old")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_what_a_dead_process_left_is_swept_and_what_a_live_one_writes_is_not(tmp_path: Path) -> None:
    die = "import os; from pathlib import Path; from workspace.files import new_folder\n"
    die += "with new_folder(Path(os.environ['TARGET']) / 'run') as aside: (aside / 'half').touch(); os._exit(1)"
    subprocess.run(
        [sys.executable, "-c", die], cwd=PROJECT_ROOT, env=os.environ | {"TARGET": str(tmp_path)}, check=False
    )
    left = [path.name for path in tmp_path.iterdir()]
    assert len(left) == 1
    assert left[0].startswith(files.UNFINISHED)
    with files.new_folder(tmp_path / "mine") as aside:
        files.sweep_unfinished(tmp_path)
        assert list(tmp_path.iterdir()) == [aside]
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_process_is_told_from_another_with_its_id() -> None:
    pid, started = files.this_process()
    assert files.process_at(pid, started) is not None
    assert files.process_at(pid, started - 60) is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\logs\\june.csv", "june.csv"),
        ("订单.csv", "订单.csv"),
        ("..", "file"),
        ("a\nb?.csv", "a_b_.csv"),
        (".hidden", "hidden"),
    ],
)
def test_file_names_stay_in_their_folder(name: str, safe: str) -> None:
    assert files.safe_name(name) == safe


def test_a_long_name_keeps_its_suffix() -> None:
    safe = files.safe_name("x" * 300 + ".parquet")
    assert len(safe) < 120
    assert safe.endswith(".parquet")

"""The virtual environment: installed when something changed, and only then."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from launcher import environment, system
from launcher.console import LaunchError
from launcher.environment import DEVELOP, RUN, Environment, remedy


class Installer:
    """Stands for the commands that an installation runs: notes each, fails where told, works at once otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.fails_at: str | None = None
        monkeypatch.setattr(Environment, "_create", self._create)
        monkeypatch.setattr(Environment, "_logged", self._logged)

    def _create(self) -> None:
        self.done.append("create")

    def _logged(self, command: Sequence[str | Path], line: object) -> None:
        step = "warm up" if environment.WARM_UP in command else str(command[-1])
        if step == self.fails_at:
            raise LaunchError(f"{step} failed")
        self.done.append(step)


@pytest.fixture
def installer(monkeypatch: pytest.MonkeyPatch) -> Installer:
    return Installer(monkeypatch)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with requirements files and something that looks like an environment."""
    (tmp_path / RUN).write_text("-c constraints.txt\nnumpy==2.4.6\n")
    (tmp_path / DEVELOP).write_text(f"-r {RUN}\npytest==9.2.0\n")
    (tmp_path / "constraints.txt").write_text("numpy==2.4.6\npytest==9.2.0\n")
    python = Environment(tmp_path).python
    python.parent.mkdir(parents=True)
    python.touch()
    return tmp_path


def test_the_second_start_installs_nothing(checkout: Path, installer: Installer) -> None:
    Environment(checkout).prepare()
    assert installer.done == ["create", RUN, "warm up"]
    Environment(checkout).prepare()
    assert installer.done == ["create", RUN, "warm up"]


@pytest.mark.parametrize("file", [RUN, "constraints.txt"])
def test_a_changed_file_is_installed_again(checkout: Path, installer: Installer, file: str) -> None:
    Environment(checkout).prepare()
    with (checkout / file).open("a") as handle:
        handle.write("pandas==3.1.1\n")
    Environment(checkout).prepare()
    assert installer.done.count(RUN) == 2


def test_another_python_is_installed_for_again(
    checkout: Path, installer: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    Environment(checkout).prepare()
    monkeypatch.setattr(sys, "version_info", (3, 12, 1))
    assert not Environment(checkout).is_ready(RUN)


def test_what_the_tests_need_comes_on_top_and_compiles_nothing_anew(checkout: Path, installer: Installer) -> None:
    Environment(checkout).prepare()
    Environment(checkout).prepare(DEVELOP)
    assert installer.done == ["create", RUN, "warm up", "create", DEVELOP]
    Environment(checkout).prepare(RUN)
    Environment(checkout).prepare(DEVELOP)
    assert len(installer.done) == 5


def test_a_change_for_the_tests_leaves_the_app_alone(checkout: Path, installer: Installer) -> None:
    Environment(checkout).prepare(DEVELOP)
    (checkout / DEVELOP).write_text(f"-r {RUN}\npytest==9.3.0\n")
    assert Environment(checkout).is_ready(RUN)
    assert not Environment(checkout).is_ready(DEVELOP)


def test_an_installation_that_failed_is_done_again(checkout: Path, installer: Installer) -> None:
    Environment(checkout).prepare()
    (checkout / RUN).write_text("numpy==2.4.7\n")
    installer.fails_at = RUN
    with pytest.raises(LaunchError):
        Environment(checkout).prepare()
    (checkout / RUN).write_text("-c constraints.txt\nnumpy==2.4.6\n")  # as it was: what is there may be half of either
    installer.fails_at, installer.done = None, []
    Environment(checkout).prepare()
    assert installer.done == ["create", RUN, "warm up"]


def test_a_warm_up_that_failed_is_done_again_without_the_installation(checkout: Path, installer: Installer) -> None:
    installer.fails_at = "warm up"
    with pytest.raises(LaunchError):
        Environment(checkout).prepare()
    installer.fails_at, installer.done = None, []
    Environment(checkout).prepare()
    assert installer.done == ["create", "warm up"]


def test_a_damaged_stamp_counts_as_none(checkout: Path, installer: Installer) -> None:
    Environment(checkout).prepare()
    (checkout / ".venv" / "itemscape.json").write_text('{"requirements.txt": ')
    assert not Environment(checkout).is_ready(RUN)


def test_a_process_in_the_environment_sees_no_packages_from_outside(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    variables = Environment(checkout).variables(MORE="1")
    assert "elsewhere" not in variables.values()
    assert (variables["PYTHONNOUSERSITE"], variables["MORE"]) == ("1", "1")


def test_a_failed_command_shows_its_end_and_where_the_rest_lies(
    checkout: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Environment, "python", Path(sys.executable))
    monkeypatch.setattr(Environment, "_works", lambda self: True)
    monkeypatch.setattr(environment, "WARM_UP", "for n in range(99): print('line', n)\nraise SystemExit(3)")
    place = Environment(checkout)
    with pytest.raises(LaunchError) as refused:
        place._warm_up()
    text = str(refused.value)
    assert "line 98" in text
    assert "line 80" not in text
    assert "line 80" in place.log.read_text()
    assert str(place.log) in text
    assert "not finished" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "make room on the disk"),
        ("NewConnectionError(...)\nERROR: No matching distribution found for numpy", "connect this machine"),
        ("ERROR: No matching distribution found for gensim==4.4.0", "64-bit Python 3.11, 3.12 or 3.13"),
        ("something nobody has seen", "delete the folder .venv"),
    ],
)
def test_a_failed_installation_comes_with_its_remedy(output: str, advice: str) -> None:
    assert advice in remedy(output)


def test_a_python_without_venv_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(LaunchError, match=r"apt install python3\.\d+-venv"):
        system.check_venv()


def test_a_python_newer_than_the_libraries_is_told_which_to_take() -> None:
    system.check_python((3, 13))
    with pytest.raises(LaunchError, match=r"Python 3\.14 is newer .* `python3\.12 launch\.py`"):
        system.check_python((3, 14))


def test_linux_without_openmp_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr("ctypes.CDLL", missing)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(LaunchError, match="apt install libgomp1"):
        system.check_openmp()
    monkeypatch.setattr(sys, "platform", "darwin")
    system.check_openmp()


def test_a_full_disk_is_seen_before_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda folder: SimpleNamespace(free=3 * 10**8))
    with pytest.raises(LaunchError, match=r"0\.3 GB free and the installation takes"):
        system.check_space(tmp_path)


def test_the_launcher_reads_on_a_python_that_is_too_old() -> None:
    """launch.py holds no syntax younger than Python 3.0, and what is younger it imports after its check."""
    launch = (environment.ROOT / "launch.py").read_text(encoding="utf-8")
    head, check, tail = launch.partition("if sys.version_info < (3, 11):")
    assert check
    assert "from launcher" not in head
    assert "from launcher" in tail
    old = f"import sys\nsys.version_info = (3, 8)\n{launch.partition('import sys')[2]}"
    done = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "needs Python 3.11, 3.12 or 3.13, and this is Python 3.8" in done.stderr

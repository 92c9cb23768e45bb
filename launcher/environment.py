"""The virtual environment beside launch.py: made once, and again only when what it was made from has changed."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from launcher import system
from launcher.console import LaunchError, Progress, progress, say

ROOT = Path(__file__).resolve().parents[1]
RUN, SPARK, DEVELOP = "requirements.txt", "requirements-spark.txt", "requirements-dev.txt"
WARM_UP = (
    "from analysis import projection; projection.warm_up(); "
    "from embedders.parts import biased_factors, side_skip_gram, skip_gram, walks; "
    "skip_gram.warm_up(); side_skip_gram.warm_up(); walks.warm_up(); biased_factors.warm_up()"
)

# Each of these would send an installation somewhere else, or bring in packages from outside the environment.
_MISLEADING = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "__PYVENV_LAUNCHER__")

# What pip writes when it fails, and what a person can do about it; the first that occurs is named.
_CONNECT = "connect this machine to a package index (behind a proxy set HTTPS_PROXY)"
_OTHER_PYTHON = "see that a package index is in reach and that this is a 64-bit Python 3.11, 3.12 or 3.13"
_REMEDIES = (
    ("No space left on device", f"make room on the disk ({system.SPACE_NEEDED} GB are needed)"),
    ("CERTIFICATE_VERIFY_FAILED", "tell pip where your network's certificate is (PIP_CERT=/path/to/it.pem)"),
    ("NewConnectionError", _CONNECT),
    ("Read timed out", "wait for a better connection, or allow a slow one more time (PIP_DEFAULT_TIMEOUT=180)"),
    ("NameResolutionError", _CONNECT),
    ("Failed building wheel", _OTHER_PYTHON),
    ("No matching distribution", _OTHER_PYTHON),
    ("ResolutionImpossible", _OTHER_PYTHON),
    ("Permission denied", "make the folder of this checkout writable for you"),
)


class Environment:
    """The virtual environment of one checkout.

    python   its interpreter
    log      what the last installation wrote
    A stamp in it names, for each requirements file, the digest of what was installed from it. The stamp goes before
    an installation begins and comes back when it has succeeded, so that one that was interrupted is done again.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.log = self.folder / "install.log"
        self._stamp = self.folder / "itemscape.json"

    @property
    def python(self) -> Path:
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def prepare(self, requirements: str = RUN) -> None:
        """Make sure that everything in a requirements file is installed and warmed up.

        Raises LaunchError where the system lacks something or the installation fails.
        """
        if self.is_ready(requirements):
            return
        system.check_python()
        system.check_venv()
        system.check_openmp()
        system.check_space(self.root)
        with _alone(self.root / ".venv.lock"):
            if self.is_ready(requirements):  # another launcher was at it, and has finished
                return
            self._create()
            if not self._is_installed(requirements):
                self._install(requirements)
            if not self._is_warm():
                self._warm_up()

    def is_ready(self, requirements: str) -> bool:
        """True where nothing is left to do for a requirements file."""
        return self.python.exists() and self._is_installed(requirements) and self._is_warm()

    def digest(self, requirements: str) -> str:
        """Of the Python, the machine, and the requirements file with every file that it names."""
        python = f"{platform.python_implementation()} {sys.version_info[:2]} {sys.platform} {platform.machine()}"
        digest = hashlib.sha256(python.encode())
        for file in self._closure(requirements):
            digest.update(f"\0{file}\0".encode() + (self.root / file).read_text(encoding="utf-8").encode())
        return digest.hexdigest()

    def variables(self, **more: str) -> dict[str, str]:
        """Environment variables for a process in here."""
        kept = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
        return {**kept, "PYTHONNOUSERSITE": "1", "PYTHONIOENCODING": "utf-8", **more}

    def run(self, *arguments: str, variables: Mapping[str, str] | None = None) -> int:
        """Run this environment's Python in the checkout, its output shown as it comes; returns its exit code."""
        return _shell_code(
            subprocess.call([self.python, *arguments], cwd=self.root, env=self.variables(**(variables or {})))
        )

    def _closure(self, requirements: str) -> list[str]:
        files, waiting = [], [requirements]
        while waiting:
            file = waiting.pop(0)
            files.append(file)
            for line in (self.root / file).read_text(encoding="utf-8").splitlines():
                if line.startswith(("-r ", "-c ")) and line[3:].strip() not in files:
                    waiting.append(line[3:].strip())
        return files

    def _read_stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _write_stamp(self, stamp: Mapping[str, str]) -> None:
        unfinished = self._stamp.with_suffix(".part")
        unfinished.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
        unfinished.replace(self._stamp)

    def _is_installed(self, requirements: str) -> bool:
        return self._read_stamp().get(requirements) == self.digest(requirements)

    def _is_warm(self) -> bool:
        return self._read_stamp().get("warm") == self.digest(RUN)

    def _create(self) -> None:
        """Make the environment, unless there is one of this very Python that works."""
        if self._works():
            return
        with progress("Making a virtual environment in .venv"):
            made = subprocess.run(
                [sys.executable, "-m", "venv", "--clear", self.folder],
                env=self.variables(),
                capture_output=True,
                encoding="utf-8",
                errors="replace",
            )
            if made.returncode != 0:
                words = (made.stdout + made.stderr).strip().splitlines() or ["it said nothing"]
                raise LaunchError(f"The virtual environment {self.folder} cannot be made: {words[-1]}")

    def _works(self) -> bool:
        asked = "import sys, pip; print(*sys.version_info[:2])"
        try:
            answer = subprocess.run(
                [self.python, "-c", asked], env=self.variables(), capture_output=True, encoding="utf-8", timeout=60
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return answer.returncode == 0 and answer.stdout.split() == [str(number) for number in sys.version_info[:2]]

    def _install(self, requirements: str) -> None:
        warm = self._read_stamp().get("warm", "")  # still true where only the tests' needs are new
        self._write_stamp({})
        title = {RUN: "Installing what Itemscape needs", DEVELOP: "Installing what its tests need"}[requirements]
        options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--prefer-binary"]
        with progress(title) as line:
            self._logged([self.python, "-m", "pip", "install", *options, "-r", requirements], line)
        installed = [file for file in (RUN, DEVELOP) if file in self._closure(requirements)]
        self._write_stamp({**{file: self.digest(file) for file in installed}, "warm": warm})

    def _warm_up(self) -> None:
        """Compile once what numba would compile in front of the person, at the first map half a minute of it."""
        with progress("Compiling what maps and training need, once") as line:
            self._logged([self.python, "-c", WARM_UP], line)
        self._write_stamp({**self._read_stamp(), "warm": self.digest(RUN)})

    def _logged(self, command: list[str | Path], line: Progress) -> None:
        """Run a command with its output in the log; raises LaunchError with the end of it where it fails."""
        with self.log.open("a", encoding="utf-8") as log:
            start = log.tell()
            log.write(f"$ {' '.join(map(str, command))}\n")
            with subprocess.Popen(
                command,
                cwd=self.root,
                env=self.variables(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            ) as process:
                assert process.stdout is not None
                try:
                    for text in process.stdout:
                        log.write(text)
                        line.show(text.strip())
                except BaseException:
                    process.kill()
                    raise
        if process.returncode != 0:
            with self.log.open(encoding="utf-8") as log:
                log.seek(start)
                written = log.read()
            end = "\n".join(f"    {text}" for text in written.splitlines()[-12:])
            raise LaunchError(f"{line.title} failed:\n{end}\nAll that was said is in {self.log}. {remedy(written)}")


def remedy(output: str) -> str:
    """What to do about an installation that failed, from what it wrote."""
    for words, advice in _REMEDIES:
        if words in output:
            return f"To mend it, {advice}; then start this again."
    return "Start this again; if it fails in the same way, delete the folder .venv first."


def _shell_code(code: int) -> int:
    """An exit code as a shell gives it: 128 + n for a process that signal n ended."""
    return code if code >= 0 else 128 - code


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold a lock file, so that two launchers never install into one environment; waits for the other one."""
    with file.open("a") as handle:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another launcher is installing into this checkout: waiting for it.")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield

"""Makes `.venv` and installs locked requirements into it: `python install.py STAMP FILE…`.

Run by `make` with whatever Python there is. An interrupted install may leave half a package that
looks complete, so the next one starts from scratch. Of two at the same time, one waits.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
VENV = Path(".venv")
UNFINISHED = VENV / ".unfinished"
PYTHON = VENV / "bin" / "python"


def main() -> None:
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:2]))
        sys.exit(f"This needs Python 3.11 or later, and this is {have}: try make PYTHON=python3.11")
    stamp, *files = map(Path, sys.argv[1:])
    # The servers run as another user, who must be able to read what is installed.
    os.umask(0o022)
    project = os.open(".", os.O_RDONLY)
    fcntl.flock(project, fcntl.LOCK_EX)
    if not is_newer(stamp, files):
        install(stamp, files)


def is_newer(stamp: Path, files: list[Path]) -> bool:
    """Whether another `make` has done everything while this one waited."""
    return stamp.exists() and stamp.stat().st_mtime > max(f.stat().st_mtime for f in files)


def install(stamp: Path, files: list[Path]) -> None:
    if UNFINISHED.exists() or not works():
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        UNFINISHED.touch()
        call(sys.executable, "-m", "venv", str(VENV))
    print("Installing", ", ".join(map(str, files)), "into .venv; the first time takes a minute.")
    sys.stdout.flush()
    UNFINISHED.touch()
    requirements = [part for file in files for part in ("-r", str(file))]
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    call(*pip, "--require-hashes", *requirements)
    UNFINISHED.unlink()
    stamp.touch()


def works() -> bool:
    """Whether there is an environment whose Python still exists, is recent, and has pip."""
    test = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", test], check=False).returncode == 0


def call(*command: str) -> None:
    if subprocess.run(command, check=False).returncode:
        sys.exit("The set-up did not work; the lines above say why. The next make tries again.")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

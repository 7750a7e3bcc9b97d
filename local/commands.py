"""The site's own commands from the Procfile, and the environment that they run in."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from config import ROOT
from local.ports import HOST
from local.process import ServerFailed


def procfile() -> dict[str, str]:
    """The commands of the Procfile, by name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    pairs = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {name: command for name, _, command in pairs}


def command_environment() -> dict[str, str]:
    """This process's environment, with our own programs first on the path."""
    return {
        # Celery would prefer this to our REDIS_URL.
        **{name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONUNBUFFERED": "1",
        # The flask command would read a .env for real servers; the other processes would not.
        "FLASK_SKIP_DOTENV": "1",
        # Nothing on this machine is reached through a proxy.
        "NO_PROXY": f"{HOST},localhost",
        "no_proxy": f"{HOST},localhost",
    }


def shell(command: str) -> list[str]:
    """``command`` run by a shell that it replaces, as platforms run a Procfile."""
    return ["/bin/sh", "-c", f"exec {command}"]


def finish(command: str, environ: Mapping[str, str]) -> str:
    """Run a command to its end and return its output. Raises ServerFailed with it if it fails."""
    done = subprocess.run(
        shell(command),
        env=environ,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ServerFailed(f"`{command}` failed:\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout

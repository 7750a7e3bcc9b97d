"""Runs `make demo` as a separate process."""

import os
import subprocess
import sys
from pathlib import Path

from config import ROOT

PATIENCE = 120.0


def start_demo(folder: Path) -> subprocess.Popen[str]:
    """Start the demonstration against the site that last ran in ``folder``."""
    return subprocess.Popen(
        [sys.executable, "-m", "local.demo"],
        env={**os.environ, "VAR_DIR": str(folder)},
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def end_of(demo: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for its end; return its exit status and output."""
    said, _ = demo.communicate(timeout=PATIENCE)
    return demo.returncode, said

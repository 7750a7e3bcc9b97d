"""`make demo` as its own process."""

import os
import subprocess
import sys
from pathlib import Path

from local.process import ROOT

PATIENCE = 120.0


def start_demo(folder: Path) -> subprocess.Popen[str]:
    """Begin the demonstration against the site that ran in ``folder`` last."""
    return subprocess.Popen(
        [sys.executable, "-m", "local.demo"],
        env={**os.environ, "VAR_DIR": str(folder)},
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def end_of(demo: subprocess.Popen[str]) -> tuple[int, str]:
    """How it ended and all that it has said, once it has ended."""
    said, _ = demo.communicate(timeout=PATIENCE)
    return demo.returncode, said

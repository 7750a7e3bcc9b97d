"""Runs tools on content that a firm keeps in a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path

from config import ROOT


def make(module: str, content: Path) -> subprocess.CompletedProcess[str]:
    """Run that module of ``local`` to completion, with the content in that folder."""
    return subprocess.run(
        [sys.executable, "-m", f"local.{module}"],
        env={**os.environ, "CONTENT_DIR": str(content)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

"""The environment of the site's commands."""

import subprocess
from pathlib import Path

from config import ROOT
from local.commands import shell
from local.content import content_environment
from local.ports import Ports


def test_no_process_of_a_local_run_reads_a_settings_file_meant_for_real_servers(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("EVENT_BRIDGES=nonsense\n")
    environ = {**content_environment(Ports()), "PYTHONPATH": str(ROOT)}
    command = shell("flask --app wsgi content check")
    done = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr

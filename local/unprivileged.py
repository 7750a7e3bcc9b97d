"""If root starts them, as in a container, the servers run as `nobody`, in their own directories.

Postgres refuses to run as root, and nobody should run a Redis without a password as root.
"""

import os
import pwd
from pathlib import Path
from typing import Any

SERVER_USER = "nobody"
SEARCH_FOR_OTHERS = 0o001


def server_user() -> str | None:
    """The user for servers; None to keep the present one, which is not root."""
    return SERVER_USER if os.geteuid() == 0 else None


def run_as_server_user() -> dict[str, Any]:
    """The arguments with which `subprocess.run` runs a program as the server user."""
    if user := server_user():
        return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    return {}


def own_directory(directory: Path) -> None:
    """Create ``directory``, private to the server user, with every parent passable."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if user := server_user():
        entry = pwd.getpwnam(user)
        os.chown(directory, entry.pw_uid, entry.pw_gid)
    let_through(directory)


def let_through(path: Path) -> None:
    """As root: let others pass, though not list, the directories above ``path``."""
    if server_user() is None:
        return
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & SEARCH_FOR_OTHERS:
            parent.chmod(mode | SEARCH_FOR_OTHERS)

"""Turns a fresh process into a server that ends with its parent and, if asked, does not run as
root.

A program of its own (`python -I -S launch.py PARENT SIGNAL USER COMMAND…`), because no Python code
is safe between fork and exec of a threaded parent. It imports the standard library only.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int, signal_number: int) -> None:
    """Have the kernel send this process ``signal_number`` when ``parent`` dies. Linux only.

    On other systems it does nothing, and the next start ends what a killed one left (leftovers.py).
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    # The parent may have died before the request was in place.
    if os.getppid() != parent:
        sys.exit(1)


def become(user: str) -> None:
    """Give up root for good."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def main() -> None:
    parent, signal_number, user, *command = sys.argv[1:]
    if user:
        become(user)
    # After the change of user, which would clear it.
    die_with(int(parent), int(signal_number))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()

"""Several hosts on this machine: network namespaces, joined by cables that a test may pull.

Each is held by a process that dies with ours, so nothing is left over, however a test ends.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.process import Process

CLONE_NEWNET = 0x40000000
OUR_OWN = Path("/proc/self/ns/net")


def what_is_missing() -> str:
    """Why namespaces are not possible here, as a sentence; "" if they are."""
    if os.geteuid() != 0:
        return "Network namespaces need root."
    if missing := [name for name in ("ip", "nsenter", "unshare") if not shutil.which(name)]:
        return f"Network namespaces need {' and '.join(missing)}: Debian's iproute2, util-linux."
    if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode:
        return "Network namespaces are not permitted here."
    return ""


class Host:
    """A host with only a loopback address. It exists from ``start`` to ``stop``."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        command = ["unshare", "--net", "sleep", "infinity"]
        self._holder = Process(name, command, log=log, ready=self._is_apart)

    @property
    def _namespace(self) -> Path:
        return Path(f"/proc/{self._holder.pid}/ns/net")

    def _is_apart(self) -> bool:
        return self._namespace.readlink() != OUR_OWN.readlink()

    def start(self) -> None:
        self._holder.start()
        self.ip("link", "set", "lo", "up")

    def stop(self) -> None:
        self._holder.stop()

    def command(self, command: list[str]) -> list[str]:
        """The command that runs ``command`` on this host."""
        return ["nsenter", f"--net={self._namespace}", *command]

    def ip(self, *arguments: str) -> None:
        subprocess.run(self.command(["ip", *arguments]), check=True)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Inside, this thread, and whatever it starts, connects and listens on this host."""
        with OUR_OWN.open() as back, self._namespace.open() as there:
            enter(there.fileno())
            try:
                yield
            finally:
                enter(back.fileno())

    def plug(self, other: "Host", network: str) -> None:
        """Connect another host by a cable, on which this host is ``network``.1 and the other .2."""
        end = f"to-{other.name}"
        pid = str(other._holder.pid)
        self.ip("link", "add", "name", end, "type", "veth", "peer", "name", "eth0", "netns", pid)
        for host, device, number in ((self, end, 1), (other, "eth0", 2)):
            host.ip("address", "add", f"{network}.{number}/24", "dev", device)
            host.ip("link", "set", device, "up")

    def pull(self, other: "Host") -> None:
        """Silently drop everything between the two hosts."""
        self.ip("link", "set", f"to-{other.name}", "down")

    def plug_again(self, other: "Host") -> None:
        self.ip("link", "set", f"to-{other.name}", "up")


def enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")

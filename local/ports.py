"""Ports on the loopback address: the usual ones, or free ones if those are taken."""

import http.client
import secrets
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import msgspec

HOST = "127.0.0.1"
# Below the ports for clients, which begin at 32768 on Linux and later elsewhere.
GIVEN_TO_NO_CLIENT = range(20_000, 32_768)


class Ports(msgspec.Struct, frozen=True):
    """The ports of one run. The defaults are below the range of ephemeral ports."""

    web: int = 8000
    mail_page: int = 8025
    smtp: int = 1025
    imap: int = 1143
    stripe: int = 12111
    postgres: int = 15432
    redis: int = 16379


@contextmanager
def chosen_ports(usual: Ports) -> Iterator[Ports]:
    """Each usual port, or a free one instead if somebody listens on it, or if another run that is
    starting has chosen it. The servers have to begin listening inside this block."""
    with ExitStack() as claims:
        chosen: dict[str, int] = {}
        for name, port in msgspec.structs.asdict(usual).items():
            claim = claim_of(port)
            if claim:
                claims.enter_context(claim)
            chosen[name] = port if claim and is_free(port) else free_port()
        yield Ports(**chosen)


def claim_of(port: int) -> socket.socket | None:
    """A claim that keeps other runs on this machine from choosing that port, until it is closed or
    its process dies; None if another run has it. Checking that the port is free is not enough: the
    web servers of two runs would share it, as they do during an upgrade."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        if sys.platform == "linux":  # an abstract socket name, which other systems don't have
            claim.bind(f"\0engagement-portal:{port}")
    except OSError:
        claim.close()
        return None
    return claim


def is_free(port: int) -> bool:
    with socket.socket() as candidate:
        # As the servers do: a port counts as free if only past connections linger on it.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on, that this function won't return again for a minute, and that
    the system never gives to a client. So a server finds it free again after a restart."""
    while True:
        port = secrets.choice(GIVEN_TO_NO_CLIENT)
        with suppress(OSError), socket.socket() as candidate:
            # Fails where a closed connection lingers, because the option of the next line is unset.
            candidate.bind((HOST, port))
            # The connection that lingers from now on is in no server's way.
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            candidate.listen()
            with socket.create_connection((HOST, port)):
                candidate.accept()[0].close()
            return port


def answers(port: int) -> bool:
    """Whether somebody accepts connections on ``port``."""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex((HOST, port)) == 0


def answers_ok(url: str) -> bool:
    """Whether a GET of ``url`` is answered with 200; ignores proxies set in the environment."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(OSError, http.client.HTTPException), direct.open(url, timeout=3) as answer:
        return bool(answer.status == 200)
    return False

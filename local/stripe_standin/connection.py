"""Two ways for an answer not to arrive."""

import socket
import time

from flask import request


def hang_up() -> None:
    """Cut the caller's connection; what is answered afterwards reaches nobody."""
    line: socket.socket = request.environ["werkzeug.socket"]
    line.shutdown(socket.SHUT_RDWR)


def hold_back(seconds: float) -> None:
    """Keep the caller waiting, as an overloaded server does."""
    time.sleep(seconds)

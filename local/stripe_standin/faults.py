"""Failures on demand: the next n requests of the API go wrong in a chosen way."""

import threading
from typing import Literal

Mode = Literal["500", "429", "drop", "timeout"]


class Faults:
    """``500`` fails without acting, ``429`` refuses, ``drop`` acts and cuts the line, ``timeout``
    acts and holds the answer back for ``seconds``. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left = 0
        self._mode: Mode = "500"
        self._seconds = 0.0

    def arrange(self, mode: Mode, times: int, seconds: float) -> None:
        with self._lock:
            self._mode, self._left, self._seconds = mode, times, seconds

    def take(self) -> tuple[Mode | None, float]:
        """What is to happen to this request, and for ``timeout`` how many seconds it lasts."""
        with self._lock:
            if self._left == 0:
                return None, 0.0
            self._left -= 1
            return self._mode, self._seconds

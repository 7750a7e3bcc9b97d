"""Shifts the wall clock of every Python process that has this folder on its PYTHONPATH.

The file that SHIFTED_CLOCK names, if it is set, has the number of seconds. It is read each time, so
the clock of a running program can jump. Monotonic clocks are not shifted, as in reality.
"""

import ctypes
import datetime as dt
import gc
import os
import time
from pathlib import Path

true_time, true_now = time.time, dt.datetime.now


def shift() -> float:
    # Looked up each time, because a forked program gets its own environment.
    file = os.environ.get("SHIFTED_CLOCK")
    return float(Path(file).read_text()) if file else 0


def shifted_time() -> float:
    return true_time() + shift()


def shifted_now(tz: dt.tzinfo | None = None) -> dt.datetime:
    return true_now(tz) + dt.timedelta(seconds=shift())


time.time = shifted_time
time.time_ns = lambda: int(shifted_time() * 1e9)
# The type is implemented in C and can't be changed, but its dictionary can.
gc.get_referents(dt.datetime.__dict__)[0]["now"] = staticmethod(shifted_now)
ctypes.pythonapi.PyType_Modified(ctypes.py_object(dt.datetime))

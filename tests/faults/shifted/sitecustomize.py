"""Shifts the wall clock of every Python process that has this folder on its PYTHONPATH.

By how many seconds stands in the file that SHIFTED_CLOCK names, if it names one, read anew at each
look, so the clock jumps under a program that runs. What measures spans (`time.monotonic`) goes on,
as in life.
"""

import ctypes
import datetime as dt
import gc
import os
import time
from pathlib import Path

true_time, true_now = time.time, dt.datetime.now


def shift() -> float:
    # Looked up here: a forked program has an environment of its own.
    file = os.environ.get("SHIFTED_CLOCK")
    return float(Path(file).read_text()) if file else 0


def shifted_time() -> float:
    return true_time() + shift()


def shifted_now(tz: dt.tzinfo | None = None) -> dt.datetime:
    return true_now(tz) + dt.timedelta(seconds=shift())


time.time = shifted_time
time.time_ns = lambda: int(shifted_time() * 1e9)
# The type is C's own, and says that it can't be changed; its dictionary can.
gc.get_referents(dt.datetime.__dict__)[0]["now"] = staticmethod(shifted_now)
ctypes.pythonapi.PyType_Modified(ctypes.py_object(dt.datetime))

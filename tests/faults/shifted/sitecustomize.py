"""Shifts the wall clock of every Python process that has this folder on its PYTHONPATH.

By how many seconds stands in the file that SHIFTED_CLOCK names, read anew at each look, so a clock
jumps under a program that runs. As in life, what measures spans (`time.monotonic`) is no part of it.
"""

import ctypes
import datetime
import gc
import os
import time
from pathlib import Path

FILE = Path(os.environ["SHIFTED_CLOCK"])
true_time, true_now = time.time, datetime.datetime.now


def shift() -> float:
    return float(FILE.read_text())


def shifted_time() -> float:
    return true_time() + shift()


def shifted_now(tz: datetime.tzinfo | None = None) -> datetime.datetime:
    return true_now(tz) + datetime.timedelta(seconds=shift())


time.time = shifted_time
time.time_ns = lambda: int(shifted_time() * 1e9)
# The type is C's own, and says that it can't be changed; its dictionary can.
gc.get_referents(datetime.datetime.__dict__)[0]["now"] = staticmethod(shifted_now)
ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))

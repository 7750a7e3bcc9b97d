"""Structs that several threads are the first to read at once.

Unlearnt, about every fourth run of these threads ends by a segmentation fault, or not at all.
"""

import subprocess
import sys

from local.process import ROOT

RUNS = 5
# Nested, as learning one then takes long enough for another thread to come in between.
READERS = """
import sys
from threading import Barrier, Thread

import msgspec
from app.structs import learn_structs

inner = msgspec.defstruct("Inner", [("number", int), ("words", list[str])])
for _ in range(30):
    inner = msgspec.defstruct("Outer", [("inner", inner | None), ("list", list[inner])])

def read():
    together.wait()
    msgspec.convert({"inner": None, "list": []}, inner)

learn_structs()
sys.setswitchinterval(1e-6)
together = Barrier(4)
threads = [Thread(target=read) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_threads_read_at_once_what_has_been_learnt() -> None:
    for _ in range(RUNS):
        subprocess.run([sys.executable, "-c", READERS], cwd=ROOT, check=True, timeout=60)

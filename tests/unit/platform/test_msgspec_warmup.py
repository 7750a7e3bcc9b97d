"""Several threads are the first to use a struct, at the same time.

Without the warm-up, about every fourth round of these threads ends in a segmentation fault or
hangs.
"""

import subprocess
import sys

from config import ROOT

# Nested, so that learning one takes long enough for another thread to interrupt.
READERS = """
import sys
from threading import Barrier, Thread

import msgspec
from app.platform.msgspec_warmup import learn_structs

def read(struct, together):
    together.wait()
    msgspec.convert({"inner": None, "list": []}, struct)

for _ in range(10):
    sys.setswitchinterval(0.005)
    inner = msgspec.defstruct("Inner", [("number", int), ("words", list[str])])
    for _ in range(30):
        inner = msgspec.defstruct("Outer", [("inner", inner | None), ("list", list[inner])])
    learn_structs()
    sys.setswitchinterval(1e-6)
    together = Barrier(4)
    threads = [Thread(target=read, args=(inner, together)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_threads_can_read_warmed_up_structs_at_the_same_time() -> None:
    subprocess.run([sys.executable, "-c", READERS], cwd=ROOT, check=True, timeout=60)

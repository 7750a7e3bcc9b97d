"""What msgspec has to know of a struct before it can read one, learnt while only one thread runs.

It learns at the first reading. Two threads that are the first at once end their process (msgspec
0.22): the second uses what the first has only half noted down.
"""

from collections.abc import Iterator
from contextlib import suppress

import msgspec


def learn_structs() -> None:
    """Learn every struct that has been declared so far."""
    for struct in _below(msgspec.Struct):
        with suppress(TypeError):  # one that is never read need not be readable
            msgspec.json.Decoder(struct)


def _below(struct: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for narrower in struct.__subclasses__():
        yield narrower
        yield from _below(narrower)

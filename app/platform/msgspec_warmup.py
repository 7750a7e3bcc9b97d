"""Warming up msgspec's knowledge of our structs while only one thread runs.

msgspec gathers it when a struct is first decoded. If two threads do so at the same time, the second
uses what the first has only half written, and the process crashes (msgspec 0.22).
"""

from collections.abc import Iterator
from contextlib import suppress

import msgspec


def learn_structs() -> None:
    """Have msgspec learn every struct that has been declared so far."""
    for struct in _below(msgspec.Struct):
        with suppress(TypeError):  # a struct that is never decoded need not be decodable
            msgspec.json.Decoder(struct)


def _below(struct: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for narrower in struct.__subclasses__():
        yield narrower
        yield from _below(narrower)

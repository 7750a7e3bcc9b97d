"""The sink for Amazon EventBridge, which takes events in small requests and may refuse some."""

import time
from collections.abc import Sequence
from typing import Any, Protocol

import boto3
import msgspec
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError, ClientError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from app.bridges.addresses import EventBridgeAddress
from app.bridges.sink import SEND_SECONDS, Sent

MOST_ENTRIES = 10
# An entry, and all entries of a request together, must stay below it: "less than 1MB", as boto3
# 1.44 documents PutEvents. Whichever megabyte is meant, this one is not larger.
SIZE_LIMIT = 1_000_000
TIME_SIZE = 14
TRIES = 5
FIRST_PAUSE = 0.1
TOO_LARGE = "too large: {:,} bytes of {:,}"
_json = JSONFormat()


class Entry(msgspec.Struct, frozen=True):
    """One event as EventBridge takes it, and its place in the batch."""

    index: int
    stream: str
    fields: dict[str, Any]

    @property
    def size(self) -> int:
        """Its size in bytes, counted as AWS documents it."""
        texts = (self.fields[name] for name in ("Source", "DetailType", "Detail"))
        return TIME_SIZE + sum(len(text.encode()) for text in texts)


class Client(Protocol):
    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]: ...  # noqa: N803


def choose_entries(waiting: Sequence[Entry]) -> list[Entry]:
    """The entries for the next request: from the front, as many as fit, at most one per stream.

    Any entry of a request may be refused while a later one is accepted, so two of one stream could
    change places. Each entry has to fit by itself.
    """
    chosen: dict[str, Entry] = {}
    room = SIZE_LIMIT
    for entry in waiting:
        if entry.stream in chosen:
            continue
        room -= entry.size
        if room <= 0 or len(chosen) == MOST_ENTRIES:
            break
        chosen[entry.stream] = entry
    return list(chosen.values())


class EventBridgeSink:
    """Puts events on a bus, with the whole CloudEvent as the detail."""

    def __init__(self, address: EventBridgeAddress, client: Client | None = None) -> None:
        self._bus = address.bus
        self._client = client or _client(address)

    def send(self, batch: Sequence[CloudEvent]) -> Sent:
        """Send the events. Refused entries are sent again after a pause; their streams wait."""
        entries = [self._entry(index, event) for index, event in enumerate(batch)]
        too_large = [entry for entry in entries if entry.size >= SIZE_LIMIT]
        waiting = [entry for entry in entries if entry.size < SIZE_LIMIT]
        trouble = self._put_all(waiting)
        settled = waiting[0].index if waiting else len(batch)
        passed_over = {
            batch[entry.index].get_id(): TOO_LARGE.format(entry.size, SIZE_LIMIT)
            for entry in too_large
            if entry.index < settled
        }
        return Sent(settled, passed_over, trouble)

    def close(self) -> None:
        """Nothing to do: there is no lasting connection."""

    def _put_all(self, waiting: list[Entry]) -> str:
        """Send what is ``waiting``, and remove what is confirmed; return why the rest is not."""
        deadline = time.monotonic() + SEND_SECONDS
        refused: dict[int, int] = {}
        trouble = ""
        while waiting and time.monotonic() < deadline:
            held_back = {e.stream for e in waiting if refused.get(e.index, 0) >= TRIES}
            free = [entry for entry in waiting if entry.stream not in held_back]
            if not free:
                return trouble
            chosen = choose_entries(free)
            try:
                answers = self._client.put_events(Entries=[e.fields for e in chosen])["Entries"]
            except (BotoCoreError, ClientError) as error:
                return describe(error)
            for entry, answer in zip(chosen, answers, strict=True):
                if code := answer.get("ErrorCode"):
                    refused[entry.index] = refused.get(entry.index, 0) + 1
                    trouble = str(code)
                else:
                    waiting.remove(entry)
            if any(answer.get("ErrorCode") for answer in answers):
                time.sleep(FIRST_PAUSE * 2 ** max(refused.values()))
        return trouble if waiting else ""

    def _entry(self, index: int, event: CloudEvent) -> Entry:
        fields = {
            "EventBusName": self._bus,
            "Source": event.get_source(),
            "DetailType": event.get_type(),
            "Detail": _json.write(event).decode(),
            "Time": event.get_time(),
        }
        return Entry(index, str(event.get_extension("partitionkey")), fields)


def _client(address: EventBridgeAddress) -> Client:
    limits = ClientConfig(
        connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1, "mode": "standard"}
    )
    client: Client = boto3.client(
        "events", region_name=address.region, endpoint_url=address.endpoint, config=limits
    )
    return client


def describe(error: Exception) -> str:
    """The kind of failure and AWS's code for it."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return f"{type(error).__name__}{f' ({code})' if code else ''}"

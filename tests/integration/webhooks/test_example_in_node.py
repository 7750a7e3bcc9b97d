"""The Node example of the docs, run as printed, with the Standard Webhooks' own library."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpcore
import pytest

from local.ports import HOST, answers, free_port
from local.process import Process
from tests.integration.webhooks.conftest import Add, Courier, Happen
from tests.webhook_receiver import WebhookReceiver

ROOT = Path(__file__).parents[3]
LIBRARIES = ROOT / "tests" / "asyncapi" / "node_modules"
# What the example leaves to its reader.
QUEUE = """
const known = new Set();
function remember(id) {
  return known.size < known.add(id).size;
}
function putIntoQueue(event) {
  if (known.size > 1) throw new Error("the queue is full");
  console.log(JSON.stringify(event));
}
"""


class Example(Process):
    """The running example; ``queue`` holds the events that it has accepted."""

    def __init__(self, folder: Path, secret: str) -> None:
        text = (ROOT / "docs" / "webhooks.md").read_text()
        (printed,) = re.findall(r"```js\n(.*?)```", text, re.DOTALL)
        (folder / "receiver.mjs").write_text(printed + QUEUE)
        (folder / "node_modules").symlink_to(LIBRARIES)
        port = free_port()
        self.url = f"http://{HOST}:{port}/events"
        super().__init__(
            "receiver",
            ["node", str(folder / "receiver.mjs")],
            log=folder / "receiver.log",
            environ={**os.environ, "PORT": str(port), "WEBHOOK_SECRET": secret},
            ready=lambda: answers(port),
        )

    @property
    def queue(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def secret(add: Add) -> str:
    return add().secret


@pytest.fixture
def example(secret: str, tmp_path: Path) -> Iterator[Example]:
    example = Example(tmp_path, secret)
    try:
        example.start()
        yield example
    finally:
        example.stop()


def test_the_node_example_takes_a_genuine_message_once_rejects_forgeries_and_survives_its_failures(
    example: Example, happen: Happen, courier: Courier, receiver: WebhookReceiver
) -> None:
    first = happen()
    courier.work()
    happen()
    courier.work()
    (got, later) = receiver.received

    def answer_to(body: bytes, headers: dict[str, str]) -> int:
        named = [(name, value) for name, value in headers.items() if name != "host"]
        return httpcore.request("POST", example.url, headers=named, content=body).status

    assert answer_to(got.body, got.headers) == 204
    assert answer_to(got.body, got.headers) == 204
    forged = {**got.headers, "content-length": str(len(got.body) + 1)}
    assert answer_to(got.body + b" ", forged) == 400
    assert answer_to(later.body, later.headers) == 500
    assert answer_to(got.body, got.headers) == 204
    assert [event["id"] for event in example.queue] == [str(first.id)]

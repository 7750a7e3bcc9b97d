"""The served AsyncAPI document, read by the AsyncAPI initiative's own parser."""

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

PARSER = Path(__file__).parents[2] / "asyncapi"
WARNING = 1

Document = dict[str, Any]


def faults_of(*documents: Document) -> list[list[str]]:
    """The parser's errors and warnings about each document, with their positions. It is slow to
    start."""
    parsed = subprocess.run(
        ["node", PARSER / "validate.mjs"],
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert parsed.returncode == 0, f"{parsed.stderr}\n`make test` installs what this needs."
    return [
        [f"{one['path']}: {one['message']}" for one in found if one["severity"] <= WARNING]
        for found in json.loads(parsed.stdout)
    ]


@pytest.fixture
def document(client: FlaskClient) -> Document:
    served: Document = json.loads(client.get("/api/v1/asyncapi.json").text)
    return served


def lose_a_schema(document: Document) -> None:
    del document["components"]["schemas"]["application.submitted.v2"]


def forget_to_send(document: Document) -> None:
    document["operations"]["send-application"]["action"] = "forget"


def invent_a_type(document: Document) -> None:
    payload = document["components"]["schemas"]["deposit.paid.v1"]
    payload["properties"]["amount_cents"]["type"] = "money"


SPOILERS = (lose_a_schema, forget_to_send, invent_a_type)


def test_the_parser_finds_no_fault_in_the_served_document_but_each_one_in_others(
    document: Document,
) -> None:
    spoilt = [deepcopy(document) for _ in SPOILERS]
    for spoil, other in zip(SPOILERS, spoilt, strict=True):
        spoil(other)
    served, *others = faults_of(document, *spoilt)
    assert served == []
    assert all(others) and len(others) == len(SPOILERS)

"""The served AsyncAPI document, read by the AsyncAPI initiative's own parser."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

PARSER = Path(__file__).parents[2] / "asyncapi"
WARNING = 1

Document = dict[str, Any]


def faults_of(document: Document) -> list[str]:
    """The parser's errors and warnings, each with its place."""
    parsed = subprocess.run(
        ["node", PARSER / "validate.mjs"],
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert parsed.returncode == 0, f"{parsed.stderr}\n`make test` installs what this needs."
    return [
        f"{fault['path']}: {fault['message']}"
        for fault in json.loads(parsed.stdout)
        if fault["severity"] <= WARNING
    ]


@pytest.fixture
def document(client: FlaskClient) -> Document:
    served: Document = json.loads(client.get("/api/v1/asyncapi.json").text)
    return served


def test_the_parser_finds_nothing_in_the_served_document(document: Document) -> None:
    assert faults_of(document) == []


def lose_a_schema(document: Document) -> None:
    del document["components"]["schemas"]["application.submitted.v2"]


def forget_to_send(document: Document) -> None:
    document["operations"]["send-application"]["action"] = "forget"


def invent_a_type(document: Document) -> None:
    payload = document["components"]["schemas"]["deposit.paid.v1"]
    payload["properties"]["amount_cents"]["type"] = "money"


@pytest.mark.parametrize("spoil", [lose_a_schema, forget_to_send, invent_a_type])
def test_the_parser_does_find_a_fault_where_there_is_one(
    document: Document, spoil: Callable[[Document], None]
) -> None:
    spoil(document)
    assert faults_of(document) != []

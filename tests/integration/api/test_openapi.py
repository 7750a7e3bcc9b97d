"""The API does what its OpenAPI document says, whatever the request."""

import json
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import BaseSchema

from app.api.openapi import PROBLEM_SCHEMA

DOCUMENT = "/api/v1/openapi.json"
# By default Schemathesis accepts compressed answers but doesn't decompress them.
PLAIN = {"Accept-Encoding": "identity"}


@pytest.fixture
def described_api(app: Flask) -> BaseSchema:
    return schemathesis.openapi.from_wsgi(DOCUMENT, app)


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    served: dict[str, Any] = json.loads(client.get(DOCUMENT).text)
    return served


def test_the_document_conforms_to_the_specification(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_the_validator_does_find_a_fault_if_there_is_one(document: dict[str, Any]) -> None:
    del document["info"]["title"]
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) != []


def test_the_document_says_that_no_authentication_is_needed(document: dict[str, Any]) -> None:
    assert document["security"] == []


def test_every_required_field_of_an_answer_is_described(document: dict[str, Any]) -> None:
    for way in document["paths"].values():
        for content in way["get"]["responses"]["200"]["content"].values():
            assert set(content["schema"]["required"]) <= set(content["schema"]["properties"])


def test_every_address_of_the_api_is_described(app: Flask, document: dict[str, Any]) -> None:
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    described = {f"api.{way['get']['operationId']}" for way in document["paths"].values()}
    assert described == {name for name in rules if name.startswith("api.")}


def test_each_operation_documents_the_answer_to_a_server_error(
    document: dict[str, Any],
) -> None:
    for way in document["paths"].values():
        assert "application/problem+json" in way["get"]["responses"]["5XX"]["content"]


def test_every_request_is_answered_as_the_document_says(described_api: BaseSchema) -> None:
    ask(described_api)


def test_an_answer_that_contradicts_the_document_is_found(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROBLEM_SCHEMA["properties"]["detail"], "type", "integer")
    with pytest.raises(FailureGroup, match='is not of type "integer"'):
        ask(schemathesis.openapi.from_wsgi(DOCUMENT, app))


def ask(api: BaseSchema) -> None:
    """Schemathesis's own questions and checks: status, content type, shape, other methods."""
    operations = [found.ok() for found in api.get_all_operations() if isinstance(found, Ok)]

    @settings(max_examples=40, derandomize=True, database=None)
    @given(data=st.data())
    def ask_one(data: st.DataObject) -> None:
        operation = data.draw(st.sampled_from(operations))
        mode = data.draw(st.sampled_from(GenerationMode))
        data.draw(operation.as_strategy(mode)).call_and_validate(headers=PLAIN)

    ask_one()


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/schemas/application.submitted/1%00",
        "/api/v1/schemas/%00/1",
        "/api/v1/schemas/%ed%a0%80/1",
        f"/api/v1/schemas/application.submitted/{'9' * 5000}",
        f"/api/v1/schemas/{'x' * 20_000}/1",
    ],
)
def test_an_odd_address_gets_the_same_404_as_an_unknown_one(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")

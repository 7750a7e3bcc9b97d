"""The catalog of events as programs read it: documents, schemas, and problem details."""

import json
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.api import schemas
from app.events import types
from app.events.types import Event, declared_events, event
from local.schemas import land_schemas


def test_every_message_of_the_document_points_to_a_schema_that_is_served(
    client: FlaskClient,
) -> None:
    answer = client.get("/api/v1/asyncapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    document = json.loads(answer.text)
    assert set(document["components"]["messages"]) == set(declared_events())
    for message in document["components"]["messages"].values():
        address = message["examples"][0]["payload"]["dataschema"]
        schema = client.get(address)
        assert (schema.status_code, schema.mimetype) == (200, "application/schema+json")
        assert json.loads(schema.text)["$id"] == address


def test_personal_fields_are_marked_in_the_schema(client: FlaskClient) -> None:
    schema = json.loads(client.get("/api/v1/schemas/application.submitted/1").text)
    assert schema["x-personal"] == ["name", "email", "company", "answers"]
    assert schema["title"] == "application.submitted"
    assert schema["description"].startswith("A prospect sent the form.")


@pytest.mark.parametrize(
    "address", ["/api/v1/asyncapi.json", "/api/v1/schemas/application.submitted/1"]
)
def test_anybody_may_cache_an_answer_and_revalidate_it(client: FlaskClient, address: str) -> None:
    first = client.get(address)
    assert first.cache_control.public and first.cache_control.max_age == 300
    assert "Set-Cookie" not in first.headers
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(address, headers={"If-None-Match": '"another"'})
    assert other.data == first.data


def test_an_old_version_is_served_as_it_was_recorded(
    client: FlaskClient,
    own_declarations: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    @event("person.hired", version=1)
    class HiredOnce(Event, frozen=True):
        name: str

    land_schemas(tmp_path)
    types._declared.pop("person.hired")

    @event("person.hired", version=2)
    class HiredNow(Event, frozen=True):
        given_name: str

    monkeypatch.setattr(schemas, "schema_file", partial(schemas.schema_file, folder=tmp_path))
    old, present = (
        json.loads(client.get(f"/api/v1/schemas/person.hired/{version}").text) for version in (1, 2)
    )
    assert (old["$id"], list(old["properties"])) == (
        "http://localhost/api/v1/schemas/person.hired/1",
        ["name"],
    )
    assert list(present["properties"]) == ["given_name"]


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/schemas/application.submitted/0",
        "/api/v1/schemas/application.submitted/99",
        "/api/v1/schemas/application.submitted/one",
        "/api/v1/schemas/nothing.known/1",
        "/api/v1/nothing",
    ],
)
def test_an_unknown_address_is_answered_with_problem_details(
    client: FlaskClient, address: str
) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert json.loads(answer.text) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
    }


def test_a_method_not_allowed_is_answered_with_problem_details(client: FlaskClient) -> None:
    answer = client.delete("/api/v1/asyncapi.json")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


def test_a_host_that_is_not_the_sites_is_refused_with_problem_details(
    client: FlaskClient,
) -> None:
    answer = client.get("/api/v1/asyncapi.json", headers={"Host": "other.example"})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert json.loads(answer.text)["detail"] == "This site does not answer to that name."


def test_a_failed_precondition_is_answered_with_problem_details(client: FlaskClient) -> None:
    answer = client.get("/api/v1/asyncapi.json", headers={"If-Match": '"another"'})
    assert (answer.status_code, answer.mimetype) == (412, "application/problem+json")
    assert json.loads(answer.text)["title"] == "Precondition Failed"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_answer_to_options_is_not_cacheable(client: FlaskClient) -> None:
    answer = client.options("/api/v1/asyncapi.json")
    assert answer.allow.as_set(preserve_casing=True) == {"GET", "HEAD", "OPTIONS"}
    assert "ETag" not in answer.headers and not answer.cache_control.public

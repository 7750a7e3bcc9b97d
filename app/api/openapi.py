"""The OpenAPI 3.1 document of /api/v1/, which is read-only and open to everybody."""

from typing import Any

from app.events.types import declared_events

Part = dict[str, Any]

JSON = "application/json"
PROBLEM: Part = {
    "description": "Problem details (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
UNCHANGED: Part = {"description": "What If-None-Match names is still current."}
IF_NONE_MATCH: Part = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an earlier response.",
    "schema": {"type": "string"},
}
VERSION: Part = {
    "name": "version",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}
SCHEMA: Part = {
    "description": "A JSON Schema (2020-12)",
    "content": {
        "application/schema+json": {
            "schema": {
                "type": "object",
                "properties": {
                    "$id": {"type": "string", "format": "uri"},
                    "title": {"type": "string"},
                    "properties": {"type": "object"},
                },
                "required": ["$id", "title", "properties"],
            }
        }
    },
}
PROBLEM_SCHEMA: Part = {
    "type": "object",
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string", "description": "The status in words"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened, as a sentence"},
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}


def openapi_document(base_url: str, *, title: str) -> Part:
    """The whole document."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": title,
            "version": "1.0.0",
            "description": "The catalog of events. A response may be cached for five minutes; its"
            " ETag, sent as If-None-Match, asks whether it is still current. A page of any site may"
            " read it.",
        },
        "servers": [{"url": base_url}],
        "security": [],
        "paths": {
            "/api/v1/openapi.json": document_path("openapi", "This document"),
            "/api/v1/asyncapi.json": document_path("asyncapi", "The events as AsyncAPI 3"),
            "/api/v1/schemas/{event_type}/{version}": schema_path(sorted(declared_events())),
        },
        "components": {"schemas": {"Problem": PROBLEM_SCHEMA}},
    }


def document_path(keyword: str, summary: str) -> Part:
    """The path of a document that names its specification's version under ``keyword``."""
    shape = {
        "type": "object",
        "properties": {keyword: {"type": "string"}},
        "required": [keyword],
    }
    return {
        "get": {
            "operationId": keyword,
            "summary": summary,
            "parameters": [IF_NONE_MATCH],
            "responses": {
                "200": {"description": summary, "content": {JSON: {"schema": shape}}},
                "304": UNCHANGED,
                "5XX": PROBLEM,
            },
        }
    }


def schema_path(event_types: list[str]) -> Part:
    """The path of the schemas of these types."""
    event_type = {
        "name": "event_type",
        "in": "path",
        "required": True,
        "schema": {"enum": event_types},
    }
    return {
        "get": {
            "operationId": "schema",
            "summary": "The JSON Schema of an event's payload, in any version that was ever in use",
            "parameters": [event_type, VERSION, IF_NONE_MATCH],
            "responses": {"200": SCHEMA, "304": UNCHANGED, "404": PROBLEM, "5XX": PROBLEM},
        }
    }

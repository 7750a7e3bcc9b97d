"""The catalog of events for programs: one AsyncAPI document, each payload's JSON Schema, and an
OpenAPI document that says how to fetch them."""

import json

from flask import Blueprint, Response, abort, make_response, request
from flask.typing import ResponseReturnValue

from app.api.openapi import openapi_document
from app.api.schemas import find_schema
from app.events.contract.asyncapi import asyncapi_document
from app.events.subscription import current_subscriptions
from app.firm.brand import current_brand
from app.platform.settings import current_config
from app.web.errors import PROBLEM_TYPE, problem_details

KEPT_SECONDS = 300
CHANGED = "What is here now does not match If-Match."

api = Blueprint("api", __name__, url_prefix="/api/v1")


# The first to be registered is the last to run, and so sees the refusal of the other.
@api.after_request
def allow_any_site(response: Response) -> Response:
    """Let the pages of any site read an answer, as viewers of such documents do, and ask with its
    ETag if it is still current: nothing here is for one person."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@api.after_request
def allow_caching(response: Response) -> Response:
    """Let anybody cache an answer for a while, and ask with its ETag if it is still current."""
    if response.status_code == 200 and request.method != "OPTIONS":
        response.cache_control.public = True
        response.cache_control.max_age = KEPT_SECONDS
        response.add_etag()
        response.make_conditional(request)
    if response.status_code == 412:
        return make_response(problem_details(412, CHANGED), 412, [PROBLEM_TYPE])
    return response


@api.get("/openapi.json")
def openapi() -> ResponseReturnValue:
    document = openapi_document(
        current_config().BASE_URL, title=f"Catalog of {current_brand().name}"
    )
    return Response(json.dumps(document, indent=2), mimetype="application/json")


@api.get("/asyncapi.json")
def asyncapi() -> ResponseReturnValue:
    document = asyncapi_document(
        current_subscriptions(),
        current_config().BASE_URL,
        title=f"Events of {current_brand().name}",
    )
    return Response(json.dumps(document, indent=2), mimetype="application/json")


@api.get("/schemas/<event_type>/<int:version>")
def schema(event_type: str, version: int) -> ResponseReturnValue:
    """The schema of any version that was ever in use: old messages still point to theirs."""
    found = find_schema(event_type, version, current_config().BASE_URL)
    if found is None:
        abort(404)
    return Response(json.dumps(found, indent=2), mimetype="application/schema+json")

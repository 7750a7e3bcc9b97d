"""The stand-in as one Flask app."""

from flask import Flask, Response
from stripe import api_version

from local.stripe_standin.api import api_blueprint, unknown_address
from local.stripe_standin.control import control_blueprint
from local.stripe_standin.faults import Faults
from local.stripe_standin.pages import pages_blueprint
from local.stripe_standin.resources import Resource
from local.stripe_standin.reversal_pages import reversal_pages_blueprint
from local.stripe_standin.reversals import Reversals
from local.stripe_standin.state import StripeState
from local.stripe_standin.webhooks import WebhookSender

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"


def create_standin(*, secret_key: str, webhook_url: str, webhook_secret: str) -> Flask:
    """A stand-in that knows one key and sends its webhooks, signed, to one address.

    Serve it with werkzeug's threaded server: a dropped answer needs that server's socket.
    """
    webhooks = WebhookSender(webhook_url, webhook_secret)
    state = StripeState(api_version, on_event=webhooks.send)
    reversals = Reversals(state)
    faults = Faults()
    app = Flask(__name__)
    app.register_blueprint(api_blueprint(state, faults, secret_key))
    app.register_blueprint(control_blueprint(state, faults))
    app.register_blueprint(pages_blueprint(state, reversals, webhooks))
    app.register_blueprint(reversal_pages_blueprint(state, reversals, webhooks))
    app.register_error_handler(404, unknown_address)
    app.register_error_handler(405, unknown_address)

    @app.get("/healthz")
    def healthz() -> Resource:
        return {"status": "ok"}

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return app

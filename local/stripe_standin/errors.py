"""Stripe's errors: the status, type, code and sentence that the SDK turns into its exceptions."""

from typing import Any


class StripeFailure(Exception):
    """An error answer. ``body`` is its JSON; None values are left out, as Stripe does."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        error: dict[str, Any] = {"code": code, "message": message, "param": param, "type": kind}
        self.body = {"error": {key: value for key, value in error.items() if value is not None}}


def key_missing() -> StripeFailure:
    return StripeFailure(
        401,
        "You did not provide an API key. You need to provide your API key in the Authorization"
        " header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    )


def key_wrong(given: str) -> StripeFailure:
    return StripeFailure(401, f"Invalid API Key provided: {given[:8]}****{given[-4:]}")


def resource_missing(resource: str, given: str, param: str) -> StripeFailure:
    return StripeFailure(
        404, f"No such {resource}: '{given}'", code="resource_missing", param=param
    )


def url_unknown(method: str, path: str) -> StripeFailure:
    return StripeFailure(404, f"Unrecognized request URL ({method}: {path}).")


def param_invalid(param: str, message: str, code: str | None = None) -> StripeFailure:
    return StripeFailure(400, message, code=code, param=param)


def rate_limited() -> StripeFailure:
    return StripeFailure(
        429,
        "Request rate limit exceeded. Learn more about rate limits.",
        code="rate_limit",
    )


def server_failed() -> StripeFailure:
    return StripeFailure(500, "An unknown error occurred.", kind="api_error")


def key_reused(key: str) -> StripeFailure:
    return StripeFailure(
        400,
        "Keys for idempotent requests can only be used with the same parameters they were first"
        f" used with. Try using a key other than '{key}' if you meant to execute a different"
        " request.",
        kind="idempotency_error",
    )


def key_in_use(key: str) -> StripeFailure:
    return StripeFailure(
        409,
        "There is currently another in-progress request using this Idempotent Key (that probably"
        " means you submitted twice, and the other request is still going through):"
        f" {key}. Please try again later.",
        kind="idempotency_error",
        code="idempotency_key_in_use",
    )

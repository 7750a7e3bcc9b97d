"""Levers for a test or a developer, under /_control: JSON in, 204 out, 400 with a sentence."""

from typing import Annotated

import msgspec
from flask import Blueprint, request
from msgspec import Meta

from local.stripe_standin.faults import Faults, Mode
from local.stripe_standin.state import StripeState


class Fail(msgspec.Struct, forbid_unknown_fields=True):
    """The next ``next`` API requests go wrong; ``seconds`` is how long ``timeout`` takes."""

    mode: Mode
    next: Annotated[int, Meta(ge=0)] = 1
    seconds: Annotated[float, Meta(ge=0, le=120)] = 30.0


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """Move the clock forward; sessions that this makes overdue expire."""

    seconds: Annotated[int, Meta(ge=0)]


def control_blueprint(state: StripeState, faults: Faults) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/_control")

    @control.post("/fail")
    def fail() -> tuple[str, int]:
        wanted = msgspec.json.decode(request.get_data(), type=Fail)
        faults.arrange(wanted.mode, wanted.next, wanted.seconds)
        return "", 204

    @control.post("/advance")
    def advance() -> tuple[str, int]:
        state.advance(msgspec.json.decode(request.get_data(), type=Advance).seconds)
        return "", 204

    @control.errorhandler(msgspec.DecodeError)
    def refuse(error: msgspec.DecodeError) -> tuple[str, int]:
        return f"{error}\n", 400

    return control

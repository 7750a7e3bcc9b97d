"""The page of the time machine. Its buttons and events have the same addresses as in any lab."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from app.engagements.rate_card import current_rate_card
from app.labs.backbone import on_backbone
from app.labs.kept import closed_page
from app.labs.models import Sandbox
from app.labs.pages import chosen_in, forms_with, keep_open, limits, own_sandbox
from app.labs.sandboxes import count_sandboxes, last_call
from app.labs.time_machine.drawing import draw_balance
from app.labs.time_machine.fold import Moment, moments_of, state_after
from app.labs.time_machine.scenario import TIME_MACHINE, account_events

time_machine = Blueprint("time_machine", __name__)


@time_machine.get("/labs/time-machine")
def page() -> str:
    """The account after the event that the address names, or after the last one."""
    with on_backbone() as backbone:
        sandbox = own_sandbox(backbone, TIME_MACHINE)
        turn_ends_at = sandbox and last_call(sandbox)
        chosen = chosen_in(backbone, TIME_MACHINE, sandbox)
        in_use = count_sandboxes(backbone)
        moments = look_at_account(backbone, sandbox)

    def make() -> str:
        return render_template(
            "labs/time_machine.html",
            **rewound(moments),
            is_open=sandbox is not None,
            turn_ends_at=turn_ends_at,
            forms=forms_with(TIME_MACHINE, chosen),
            in_use=in_use,
            **limits(),
        )

    # With a query it can't be cached: its links to other languages repeat the query.
    return make() if sandbox or request.args else closed_page(TIME_MACHINE, in_use, make)


@time_machine.get("/labs/time-machine/moment")
def moment() -> str:
    """The part of the page that the slider changes."""
    with on_backbone() as backbone:
        moments = look_at_account(backbone, own_sandbox(backbone, TIME_MACHINE))
    return render_template("labs/_moment.html", **rewound(moments))


def look_at_account(backbone: Session, sandbox: Sandbox | None) -> Sequence[Moment]:
    """The account's whole history; empty without a sandbox."""
    if sandbox is None:
        return ()
    moments = moments_of(account_events(backbone, sandbox.id))
    keep_open(backbone, sandbox)
    return moments


def rewound(moments: Sequence[Moment]) -> dict[str, Any]:
    """What the page shows of the account at the moment that the address names."""
    last = len(moments)
    number = min(max(request.args.get("at", last, type=int), 0), last)
    return {
        "scenario": TIME_MACHINE,
        "moments": moments,
        "number": number,
        "account": state_after(moments, number),
        "currency": current_rate_card().currency,
        "line": draw_balance(moments, number),
    }

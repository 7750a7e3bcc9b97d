"""The page of the time machine. Its buttons and its events have the addresses of any lab."""

from flask import Blueprint, render_template, request

from app.engagements.rate_card import current_rate_card
from app.labs.backbone import on_backbone
from app.labs.forms import form_of
from app.labs.sandboxes import count_sandboxes, look_at_sandbox
from app.labs.time_machine.drawing import draw_balance
from app.labs.time_machine.fold import moments_of, state_after
from app.labs.time_machine.scenario import TIME_MACHINE, account_events
from app.labs.views import limits, own_sandbox, site_config

time_machine = Blueprint("time_machine", __name__)


@time_machine.get("/labs/time-machine")
def page() -> str:
    """The account after the event that the address names, or after the last."""
    with on_backbone() as backbone:
        sandbox = own_sandbox(backbone, TIME_MACHINE)
        if sandbox:
            look_at_sandbox(backbone, sandbox, site_config())
            backbone.commit()
        moments = moments_of(account_events(backbone, sandbox.id) if sandbox else [])
        in_use = count_sandboxes(backbone)
    last = len(moments)
    number = min(max(request.args.get("at", last, type=int), 0), last)
    return render_template(
        "labs/time_machine.html",
        scenario=TIME_MACHINE,
        is_open=sandbox is not None,
        moments=moments,
        number=number,
        account=state_after(moments, number),
        currency=current_rate_card().currency,
        line=draw_balance(moments, number),
        forms={action.name: form_of(action) for action in TIME_MACHINE.actions},
        in_use=in_use,
        **limits(),
    )

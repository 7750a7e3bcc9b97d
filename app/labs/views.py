"""/labs/: the list of labs, each lab's page, and its buttons."""

from collections.abc import Callable

import msgspec
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.events.contract.cloudevents import to_json
from app.extensions import limiter
from app.labs.backbone import init_labs, on_backbone
from app.labs.controls import kill_consumer, set_consumer_count, start_consumers, stop_consumers
from app.labs.forms import ConsumersForm, form_sent
from app.labs.kept import closed_page, init_kept
from app.labs.models import Sandbox
from app.labs.pages import (
    PRESSES_A_MINUTE,
    chosen_in,
    digest,
    forms_with,
    keep_open,
    limits,
    load,
    look,
    moving_part,
    own_sandbox,
    remember,
    remember_chosen,
)
from app.labs.queries import nth_event
from app.labs.sandboxes import (
    count_sandboxes,
    end_sandbox,
    extend_turn,
    last_call,
    open_sandbox,
)
from app.labs.scenario import END, EXTEND, NotNow, Scenario
from app.labs.scenarios import SCENARIOS
from app.labs.state import empty_state
from app.platform.settings import current_config
from app.screening.origins import origin_of
from app.web.htmx import STOP_ASKING

# Per network, for the buttons of all labs together.
presses = limiter.shared_limit(f"{PRESSES_A_MINUTE} per minute", scope="labs")
NEW_SANDBOXES = "30 per hour"

labs = Blueprint("labs", __name__, template_folder="templates")


@labs.record_once
def make_own_backbone(state: BlueprintSetupState) -> None:
    init_labs(state.app, state.app.config["SITE"])
    init_kept(state.app)


@labs.get("/labs/")
def index() -> str:
    with on_backbone() as backbone:
        in_use = count_sandboxes(backbone)
    return render_template("labs/index.html", scenarios=SCENARIOS, in_use=in_use, **limits())


@labs.get("/labs/<lab>")
def lab(lab: str) -> str:
    scenario = load(lab)
    with on_backbone() as backbone:
        sandbox = own_sandbox(backbone, scenario)
        turn_ends_at = sandbox and last_call(sandbox)
        chosen = chosen_in(backbone, scenario, sandbox)
        in_use = count_sandboxes(backbone)
        state = look(backbone, scenario, sandbox) if sandbox else empty_state(scenario)

    def make() -> str:
        return render_template(
            "labs/lab.html",
            **moving_part(scenario, state, sandbox),
            turn_ends_at=turn_ends_at,
            forms=forms_with(scenario, chosen),
            in_use=in_use,
            **limits(),
        )

    return make() if sandbox else closed_page(scenario, in_use, make)


@labs.get("/labs/<lab>/state")
def state(lab: str) -> ResponseReturnValue:
    """The moving part of the page; 204 if the page already shows it."""
    scenario = load(lab)
    with on_backbone() as backbone:
        sandbox = own_sandbox(backbone, scenario)
        state = look(backbone, scenario, sandbox) if sandbox else empty_state(scenario)
    if sandbox and request.args.get("seen") == digest(state):
        return "", 204
    part = render_template("labs/_state.html", **moving_part(scenario, state, sandbox))
    return part, 200 if sandbox else STOP_ASKING


@labs.get("/labs/<lab>/turn")
def turn(lab: str) -> ResponseReturnValue:
    """The part of the page that warns of the end of the visitor's turn. It keeps the sandbox open
    as any look does, so that a page whose other parts are paused keeps it too."""
    scenario = load(lab)
    with on_backbone() as backbone:
        sandbox = own_sandbox(backbone, scenario)
        turn_ends_at = sandbox and last_call(sandbox)
        if sandbox:
            keep_open(backbone, sandbox)
    is_open = sandbox is not None
    part = render_template(
        "labs/_turn.html", scenario=scenario, is_open=is_open, turn_ends_at=turn_ends_at
    )
    return part, 200 if is_open else STOP_ASKING


@labs.get("/labs/<lab>/events/<int:number>")
def event(lab: str, number: int) -> ResponseReturnValue:
    """An event of the visitor's sandbox as it would leave the site, as a CloudEvent in JSON."""
    scenario = load(lab)
    with on_backbone() as backbone:
        sandbox = own_sandbox(backbone, scenario)
        recorded = nth_event(backbone, sandbox, number) if sandbox else None
    if recorded is None:
        abort(404)
    message = to_json(recorded, current_config().BASE_URL)
    return Response(msgspec.json.format(message), mimetype="application/json")


@labs.post("/labs/<lab>/<action>")
@presses
def act(lab: str, action: str) -> ResponseReturnValue:
    """Press one of the lab's own buttons; the first press opens a sandbox."""
    scenario = load(lab)
    try:
        chosen_action = scenario.action(action)
    except KeyError:
        abort(404)
    form = form_sent(chosen_action)
    if not form.validate():
        abort(400)
    remember_chosen(scenario, chosen_action, form.chosen)
    return change(
        scenario,
        lambda backbone, sandbox: chosen_action.perform(backbone, sandbox, form.chosen),
    )


@labs.post("/labs/<lab>/consumers/<any(stop, start, kill):what>")
@presses
def consumers(lab: str, what: str) -> ResponseReturnValue:
    """Stop, start or kill a subscriber's consumers, if the lab allows it."""
    scenario = load(lab)
    form = ConsumersForm(scenario)
    if not form.validate() or not (scenario.can_kill if what == "kill" else scenario.can_stop):
        abort(400)
    do = {"stop": stop_consumers, "start": start_consumers, "kill": kill_named}[what]
    subscriber = form.subscriber.data
    return change(
        scenario,
        lambda backbone, sandbox: do(backbone, sandbox, subscriber),
        shows=f"station-{subscriber}",
    )


@labs.post(f"/labs/<lab>/{END}")
@presses
def end(lab: str) -> ResponseReturnValue:
    """End the visitor's sandbox; the next press opens an empty one."""
    scenario = load(lab)
    with on_backbone() as backbone:
        if sandbox := own_sandbox(backbone, scenario):
            end_sandbox(backbone, sandbox)
            backbone.commit()
    return redirect(url_for(".lab", lab=lab), 303)


@labs.post(f"/labs/<lab>/{EXTEND}")
@presses
def extend(lab: str) -> ResponseReturnValue:
    """Another hour in the visitor's sandbox."""
    scenario = load(lab)
    until = None
    try:
        with on_backbone() as backbone:
            if sandbox := own_sandbox(backbone, scenario):
                until = extend_turn(backbone, sandbox, current_config())
                backbone.commit()
    except NotNow as refusal:
        flash(str(refusal))
    if until:
        time = until.strftime("%H:%M")
        flash(gettext("Your sandbox is kept until %(time)s UTC.", time=time))
    return redirect(url_for(".lab", lab=lab), 303)


def change(
    scenario: Scenario, perform: Callable[[Session, Sandbox], None], *, shows: str = "sandbox"
) -> ResponseReturnValue:
    """Perform an action in the visitor's sandbox, and redirect to the page at the part with the id
    ``shows``; after a refusal, to the top of the page, where the reason is."""
    try:
        with on_backbone() as backbone:
            sandbox = own_sandbox(backbone, scenario) or new_sandbox(backbone, scenario)
            remember(scenario, sandbox)
            perform(backbone, sandbox)
            backbone.commit()
    except NotNow as refusal:
        flash(str(refusal))
        return redirect(url_for(".lab", lab=scenario.slug), 303)
    return redirect(url_for(".lab", lab=scenario.slug, _anchor=shows), 303)


def kill_named(backbone: Session, sandbox: Sandbox, subscriber: str) -> None:
    kill_consumer(backbone, sandbox.id, subscriber)


@limiter.limit(NEW_SANDBOXES)
def new_sandbox(backbone: Session, scenario: Scenario) -> Sandbox:
    config = current_config()
    network = origin_of(request.remote_addr or "", config.SECRET_KEY)
    sandbox = open_sandbox(backbone, scenario.slug, config, network=network)
    set_consumer_count(backbone, sandbox, scenario.stations)
    return sandbox

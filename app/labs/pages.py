"""What the labs' views share, and the sandbox that the visitor's cookie names."""

import hashlib
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from flask import abort, session
from sqlalchemy.orm import Session

from app.labs.forms import ActionForm, form_shown
from app.labs.models import Sandbox
from app.labs.queries import state_of
from app.labs.sandboxes import find_sandbox, look_at_sandbox
from app.labs.scenario import Action, Scenario
from app.labs.scenarios import BY_SLUG
from app.labs.state import LabState
from app.platform.languages.choice import present_language
from app.platform.settings import current_config

COOKIE = "labs"
CHOSEN = "labs_chosen"
# One press a second is a lively visitor, or an office that shares one address.
PRESSES_A_MINUTE = 60


def load(lab: str) -> Scenario:
    if lab not in BY_SLUG:
        abort(404)
    return BY_SLUG[lab]


def own_sandbox(backbone: Session, scenario: Scenario) -> Sandbox | None:
    """This visitor's sandbox in that lab, if it is open."""
    try:
        sandbox_id = uuid.UUID(session[COOKIE][scenario.slug])
    except (KeyError, TypeError, ValueError):
        return None
    return find_sandbox(backbone, scenario.slug, sandbox_id)


def remember(scenario: Scenario, sandbox: Sandbox) -> None:
    """Name this sandbox in the browser's cookie."""
    session[COOKIE] = {**session.get(COOKIE, {}), scenario.slug: sandbox.id.hex}


def remember_chosen(scenario: Scenario, action: Action, chosen: Sequence[str]) -> None:
    """Keep the button's choices for when the page is shown again."""
    if action.choices and not action.current:
        place = f"{scenario.slug}/{action.name}"
        session[CHOSEN] = {**session.get(CHOSEN, {}), place: [*chosen]}


def chosen_in(
    backbone: Session, scenario: Scenario, sandbox: Sandbox | None
) -> dict[str, Sequence[str]]:
    """Action → the choices before its button; empty without a sandbox."""
    if sandbox is None:
        return {}
    last = session.get(CHOSEN, {})
    return {
        action.name: action.current(backbone, sandbox)
        if action.current
        else last.get(f"{scenario.slug}/{action.name}", ())
        for action in scenario.actions
    }


def forms_with(scenario: Scenario, chosen: Mapping[str, Sequence[str]]) -> dict[str, ActionForm]:
    """Action → its form, with these choices."""
    return {one.name: form_shown(one, chosen.get(one.name, ())) for one in scenario.actions}


def look(backbone: Session, scenario: Scenario, sandbox: Sandbox) -> LabState:
    state = state_of(backbone, scenario, sandbox)
    keep_open(backbone, sandbox)
    return state


def keep_open(backbone: Session, sandbox: Sandbox) -> None:
    """Extend the sandbox, because its visitor is looking at it, and commit. What the page shows is
    read before: after a commit, the sandbox's row would be read a second time."""
    look_at_sandbox(backbone, sandbox, current_config())
    backbone.commit()


def moving_part(scenario: Scenario, state: LabState, sandbox: Sandbox | None) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "state": state,
        "seen": digest(state),
        "is_open": sandbox is not None,
        # For a unique address of the next look: browsers don't load one that differs only by
        # anchor.
        "now": time.time_ns(),
    }


def digest(state: msgspec.Struct) -> str:
    """A hash of the state of a page's moving part and its language, the same in every process."""
    seen = msgspec.json.encode((present_language(), state), enc_hook=str)
    return hashlib.sha256(seen).hexdigest()[:16]


def limits() -> dict[str, int]:
    config = current_config()
    return {
        "most": config.LABS_SANDBOXES,
        "most_per_network": config.LABS_SANDBOXES_PER_NETWORK,
        "minutes": config.LABS_MINUTES,
        "most_events": config.LABS_EVENTS,
        "presses": PRESSES_A_MINUTE,
    }

"""Dead letters: choose some, see what their replay would do, have it done, watch it."""

import uuid
from collections.abc import Sequence

import msgspec
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from app.events.subscription import current_subscriptions
from app.extensions import csrf
from app.operations.failures import DeadLetterCause, count_dead_letters_of, dead_letters_of
from app.operations.replay.foreseen import sum_up
from app.operations.replay.preview import preview_replay
from app.operations.replay.queries import ReplayView, find_replay
from app.operations.replay.service import (
    AlreadyStarted,
    NothingChosen,
    NotRunning,
    cancel_replay,
    choose_dead_letters,
    start_replay,
)
from app.platform.database import db
from app.web.site_form import has_valid_token

replays = Blueprint("replays", __name__, template_folder="templates")

HIGHEST = 2**63
EXPIRED = "This page was open for too long. What you ticked is still ticked; press once more."


@replays.get("/staff/events/dead-letters")
@login_required
def dead_letters() -> str:
    """The dead letters of one cause."""
    return show_dead_letters()


@replays.post("/staff/events/replays")
@csrf.exempt  # it checks the token itself, so that an expired one loses no tick
@login_required
def choose() -> ResponseReturnValue:
    """Freeze the set: one dead letter, those that are ticked, or all that the page showed."""
    if not has_valid_token():
        ticked = chosen_in("ticked") or abort(400)
        return show_dead_letters(ticked, expired=EXPIRED), 400
    chosen = chosen_in("only") or chosen_in("shown" if "all" in request.form else "ticked")
    try:
        replay_id = choose_dead_letters(db.session(), chosen, actor=current_user.actor)
        db.session.commit()
    except NothingChosen:
        db.session.rollback()
        flash("Nothing was ticked, or it is no longer a dead letter.")
        cause = msgspec.structs.asdict(cause_in_address())
        if any(cause.values()):
            return redirect(url_for(".dead_letters", **cause), 303)
        return redirect(url_for("operations.events"), 303)
    return redirect(url_for(".replay", replay_id=replay_id), 303)


@replays.get("/staff/events/replays/<uuid:replay_id>")
@login_required
def replay(replay_id: uuid.UUID) -> str:
    """Before the start, what would follow; afterwards, what became of each dead letter."""
    found = load(replay_id)
    if found.state != "chosen":
        return render_template("replays/replay.html", replay=found)
    foreseen = preview_replay(replay_id, current_subscriptions())
    return render_template(
        "replays/preview.html", replay=found, foreseen=foreseen, sum=sum_up(foreseen.values())
    )


@replays.get("/staff/events/replays/<uuid:replay_id>/progress")
@login_required
def progress(replay_id: uuid.UUID) -> str:
    """The part of the page that refreshes itself."""
    return render_template("replays/_progress.html", replay=load(replay_id))


@replays.post("/staff/events/replays/<uuid:replay_id>/start")
@login_required
def start(replay_id: uuid.UUID) -> ResponseReturnValue:
    load(replay_id)
    try:
        start_replay(db.session(), replay_id, actor=current_user.actor)
        db.session.commit()
        flash("The replay has begun.")
    except AlreadyStarted:
        db.session.rollback()
        flash("This replay had already begun; nothing is replayed twice.")
    return redirect(url_for(".replay", replay_id=replay_id), 303)


@replays.post("/staff/events/replays/<uuid:replay_id>/cancel")
@login_required
def cancel(replay_id: uuid.UUID) -> ResponseReturnValue:
    load(replay_id)
    try:
        cancel_replay(db.session(), replay_id, actor=current_user.actor)
        db.session.commit()
        flash("Cancelled. What is under way will finish; nothing more is put back.")
    except NotRunning:
        db.session.rollback()
        flash("There is nothing left to cancel.")
    return redirect(url_for(".replay", replay_id=replay_id), 303)


def show_dead_letters(ticked: Sequence[int] = (), *, expired: str = "") -> str:
    cause = cause_in_address()
    return render_template(
        "replays/dead_letters.html",
        cause=cause,
        dead_letters=dead_letters_of(db.session(), cause),
        count=count_dead_letters_of(db.session(), cause),
        ticked=ticked,
        expired=expired,
    )


def cause_in_address() -> DeadLetterCause:
    """The cause whose dead letters the page shows, or that the form was sent from."""
    fields = DeadLetterCause.__struct_fields__
    return DeadLetterCause(
        **{name: request.args.get(name, "", type=stored_text) for name in fields}
    )


def chosen_in(field: str) -> list[int]:
    """The deliveries that a field of the form names; what can't be one is left out."""
    return request.form.getlist(field, type=delivery_number)


def stored_text(text: str) -> str:
    """Raises ValueError for what the database can't store."""
    if "\0" in text:
        raise ValueError(text)
    return text


def delivery_number(text: str) -> int:
    """Raises ValueError for what can't be a delivery's number."""
    number = int(text)
    if not 0 < number < HIGHEST:
        raise ValueError(text)
    return number


def load(replay_id: uuid.UUID) -> ReplayView:
    found = find_replay(db.session(), replay_id)
    if found is None:
        abort(404)
    return found

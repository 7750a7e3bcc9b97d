"""One application in each state that its pages can be in, made over HTTP before the tour begins."""

from datetime import UTC, datetime
from typing import NamedTuple

from tests.journeys.prospect import Applied, apply, send_application
from tests.journeys.staff import Reviewer
from tests.journeys.trouble import leave_alone, refusing
from tests.site import Site, eventually


class History(NamedTuple):
    """``unscored``: its scoring is a dead letter. ``agreed``: the deposit is due. ``foreseen`` and
    ``replayed`` are the paths of a replay that was chosen, and of one that is through."""

    unscored: Applied
    proposed: Applied
    asked: Applied
    declined: Applied
    offered: Applied
    agreed: Applied
    paid: Applied
    foreseen: str
    replayed: str

    def path_to(self, address: str) -> str:
        """ "own:paid", "desk:paid" and "money:paid" are that application's pages: the prospect's,
        the reviewer's and the deposit's; "event:paid" is its first event's, and "replay:foreseen"
        a replay's. Other addresses stand as given."""
        side, _, rest = address.partition(":")
        state, mark, query = rest.partition("?")
        if side == "replay":
            return str(getattr(self, rest))
        if side not in {"own", "desk", "money", "event"}:
            return address
        applied: Applied = getattr(self, state)
        if side == "own":
            return f"{applied.page}{mark}{query}"
        if side == "desk":
            return f"/staff/applications/{applied.id}"
        if side == "event":
            return f"/staff/events/{applied.first_event_id}"
        return f"/staff/engagements/{applied.engagement_id}/payment"


def make_history(site: Site, reviewer: Reviewer) -> History:
    with refusing(site, "scores", "new.total >= 0"):
        unscored, rescued = send_application(site), send_application(site)
        eventually(lambda: unscored.dead_letter and rescued.dead_letter)
    foreseen, replayed = (
        reviewer.choose_for_replay(applied.dead_letter) for applied in (unscored, rescued)
    )
    reviewer.start_replay(replayed)
    rescued.wait_until_engagement_is("proposed")
    proposed, asked, declined, offered, agreed, paid = (apply(site) for _ in range(6))
    reviewer.decide(asked.id, verdict="ask", message="How many are you?")
    asked.reply("Two.")
    reviewer.decide(asked.id, verdict="ask", message="Who is on call at night?")
    reviewer.decide(declined.id, verdict="decline", message="We have no time this year.")
    for accepted in (offered, agreed, paid):
        reviewer.decide(accepted.id, verdict="accept", kind="sprint", message="We like it.")
    for accepted in (offered, agreed, paid):
        accepted.wait_until_engagement_is("offered")
    agreed.agree()
    paid.agree()
    reviewer.record_transfer(paid.engagement_id, f"{datetime.now(UTC):%Y-%m-%d}")
    paid.wait_until_engagement_is("active")
    leave_alone(site, "elsewhere")
    return History(unscored, proposed, asked, declined, offered, agreed, paid, foreseen, replayed)

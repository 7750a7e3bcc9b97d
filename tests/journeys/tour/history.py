"""An application in each state that its pages can show, made over HTTP before the tour begins."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from tests.journeys.prospect import LONGEST_NAME, Applied, apply, send_application
from tests.journeys.staff import Reviewer
from tests.journeys.trouble import keep_just_received, leave_alone, refuse_in_chat, refusing
from tests.prospects import make_prospects
from tests.site import Site, eventually
from tests.webhook_receiver import Reply, WebhookReceiver


class WebhookHistory(NamedTuple):
    """An endpoint whose server answered a test message with 410, and that message."""

    endpoint: str
    message: str


PATHS = {
    "own": "{0.page}",
    "withdraw": "{0.page}/withdraw",
    "erase": "{0.page}/erase",
    "agreement": "{0.page}/agreement",
    "desk": "/staff/applications/{0.id}",
    "past": "/staff/applications/{0.id}/history",
    "money": "/staff/engagements/{0.engagement_id}/payment",
    "refund": "/staff/engagements/{0.engagement_id}/refund",
    "event": "/staff/events/{0.first_event_id}",
}


class History(NamedTuple):
    """The applications by state. ``unscored``: its scoring is a dead letter. ``held`` and
    ``dismissed`` were sent by programs. ``late``: its answer is overdue. ``offered``: the offer was
    changed once. ``agreed``: the deposit is due. ``taken_back``: its offer was. ``erased``: by the
    prospect. ``paid`` has the longest name, and a little was refunded. ``foreseen`` and
    ``replayed`` are the paths of a replay that was previewed and of one that is done; ``unsent`` is
    the path of the link into somebody's draft."""

    unscored: Applied
    held: Applied
    dismissed: Applied
    proposed: Applied
    late: Applied
    asked: Applied
    declined: Applied
    withdrawn: Applied
    erased: Applied
    offered: Applied
    agreed: Applied
    taken_back: Applied
    paid: Applied
    webhook: WebhookHistory
    foreseen: str
    replayed: str
    unsent: str

    def path_to(self, address: str) -> str:
        """ "own:paid", "desk:paid", "past:paid" and "money:paid" are pages of that application: the
        prospect's, the reviewer's, its history and its deposit, "refund:paid" the form for a
        refund; "event:paid" is its first event. "withdraw:paid" and "erase:paid" are the prospect's
        confirmations, "agreement:paid" the sheet of what they agreed to. "webhook:endpoint" and
        "webhook:message" are the webhook's pages, and "webhook:endpoint/edit" one below;
        "replay:foreseen" is a replay's, "resume:unsent" the link into a draft. Other addresses are
        returned unchanged."""
        side, _, rest = address.partition(":")
        if side == "webhook":
            which, slash, page = rest.partition("/")
            return f"/staff/webhooks/{getattr(self.webhook, which)}{slash}{page}"
        state, mark, query = rest.partition("?")
        if side in {"replay", "resume"}:
            return str(getattr(self, rest))
        if side not in PATHS:
            return address
        return f"{PATHS[side].format(getattr(self, state))}{mark}{query}"


def make_history(site: Site, reviewer: Reviewer) -> History:
    """Make all of them through the site's own pages."""
    unscored, foreseen, replayed = fail_to_score(site, reviewer)
    held, dismissed = (send_application(site, trap="Cheap watches") for _ in range(2))
    reviewer.settle(dismissed.id, "dismiss")
    proposed, late, asked, declined, withdrawn, erased = (apply(site) for _ in range(6))
    offered, agreed, taken_back = (apply(site) for _ in range(3))
    paid = apply(site, company=LONGEST_NAME)
    late.fall_due()
    late.ask_for_the_link()
    withdrawn.withdraw("We have found somebody.")
    erased.erase()
    accepted = (offered, agreed, taken_back, paid)
    answer(reviewer, asked=asked, declined=declined, accepted=accepted)
    terms = {"kind": "sprint", "price": "11,000"}
    reviewer.decide(offered.id, verdict="change", message="It is a day more.", **terms)
    reviewer.decide(taken_back.id, verdict="take_back", message="Our team is ill.")
    talk(reviewer, offered)
    reviewer.take(asked.id)
    agreed.agree()
    paid.agree()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    reviewer.record_transfer(paid.engagement_id, today)
    reviewer.record_refund(paid.engagement_id, today, amount="10")
    paid.wait_until_engagement_is("active")
    leave_alone(site, "elsewhere")
    refuse_in_chat(site)
    return History(
        unscored=unscored,
        held=held,
        dismissed=dismissed,
        proposed=proposed,
        late=late,
        asked=asked,
        declined=declined,
        withdrawn=withdrawn,
        erased=erased,
        offered=offered,
        agreed=agreed,
        taken_back=taken_back,
        paid=paid,
        webhook=make_webhook_history(site, reviewer),
        foreseen=foreseen,
        replayed=replayed,
        unsent=begin_draft(site),
    )


def fail_to_score(site: Site, reviewer: Reviewer) -> tuple[Applied, str, str]:
    """Make an application whose scoring is a dead letter, with a previewed replay of that, and a
    completed replay for another application."""
    with refusing(site, "scores", "new.total >= 0"):
        unscored, rescued = send_application(site), send_application(site)
        unscored.wait_until_dead()
        rescued.wait_until_dead()
    keep_just_received(site, unscored.id)
    foreseen, replayed = (
        reviewer.choose_for_replay(applied.dead_letter) for applied in (unscored, rescued)
    )
    reviewer.start_replay(replayed)
    rescued.wait_until_engagement_is("proposed")
    return unscored, foreseen, replayed


def answer(
    reviewer: Reviewer, *, asked: Applied, declined: Applied, accepted: Sequence[Applied]
) -> None:
    """Give each verdict, and let prospects write after two of them."""
    reviewer.decide(asked.id, verdict="ask", message="How many are you?")
    asked.reply("Two.")
    reviewer.decide(asked.id, verdict="ask", message="Who is on call at night?")
    reviewer.decide(declined.id, verdict="decline", message="We have no time this year.")
    for applied in accepted:
        reviewer.decide(applied.id, verdict="accept", kind="sprint", message="We like it.")
    for applied in accepted:
        applied.wait_until_engagement_is("offered")
    declined.write("And in March?")
    declined.fall_due("reply_due")


def begin_draft(site: Site) -> str:
    """Begin a form without sending it; return the path of the link back to it."""
    [prospect] = make_prospects(site, 1)
    wanted = "SELECT resume_token FROM drafts WHERE answers ->> 'email' = %s"
    return f"/apply/resume/{site.value(wanted, prospect.email)}"


def talk(reviewer: Reviewer, applied: Applied) -> None:
    """Exchange several messages, one of them with a word too long for a line."""
    applied.write("May we begin in March?\n\nOur night shifts end on the first.")
    reviewer.write(applied.id, f"Yes. Please send us the description of {'Frachtbrief' * 12}.")
    applied.write("We shall.")
    reviewer.write(applied.id, "Thank you.")


def make_webhook_history(site: Site, reviewer: Reviewer) -> WebhookHistory:
    with WebhookReceiver() as receiver:
        receiver.answer = lambda _: Reply(410, body=b"Nobody reads this any more.")
        endpoint = reviewer.add_webhook(receiver.url)
        message = reviewer.test_webhook(endpoint)
        disabled = "SELECT count(*) FROM mail_messages WHERE template = 'webhook_disabled'"
        eventually(lambda: site.value(disabled))
    return WebhookHistory(endpoint, f"messages/{message}")

"""Where an application stands, in one sentence, and what happens next."""

import msgspec

from app.applications.models import Application
from app.engagements.models import Engagement


class Standing(msgspec.Struct, frozen=True):
    """``awaited`` is the next line of the timeline. What is not ``is_settled`` moves within seconds
    and by itself, so that the page asks again."""

    sentence: str
    next: str
    awaited: str = ""
    is_settled: bool = True


RECEIVED = Standing(
    "We have your application.",
    "It is being scored and priced by rule, which takes seconds. Then a person reads it, and"
    " answers by mail and on this page. You have nothing to do.",
    "Scored and priced",
    is_settled=False,
)
WITH_REVIEWER = Standing(
    "Your application is with a reviewer.",
    "A person reads it, and answers by mail and on this page. You have nothing to do.",
    "Our answer",
)
QUESTION = Standing(
    "The reviewer has a question for you.",
    "Answer it below, when it suits you. Nothing is decided before. Once we have your answer, ours"
    " follows within one working day.",
    "Your answer",
)
DECLINED = Standing(
    "We have read your application and will not take it on.",
    "Our answer is in the mail that we sent you. Thank you for the time that you gave it. If"
    " circumstances change, you are welcome to apply again.",
)
WITHDRAWN = Standing(
    "You have withdrawn your application.",
    "Nobody reads or decides it any more, and a mail confirms it. If circumstances change, you are"
    " welcome to apply again.",
)
CLOSED = Standing(
    "Your application is closed.",
    "We do not take it any further. If you think that this is a mistake, write to us below, and a"
    " person looks at it again.",
)
PREPARED = Standing(
    "We would like to work with you.",
    "The proposal with its price and terms is being put on this page. That takes seconds.",
    "The proposal",
    is_settled=False,
)
OFFERED = Standing(
    "We would like to work with you.",
    "Our proposal stands below, with each line of its price and its terms. Nothing is owed before"
    " you agree to it.",
    "Your agreement",
)
AGREED = Standing(
    "You have agreed, and the deposit is due.",
    "How to pay it stands below. When it has arrived, we write within one working day to settle the"
    " first day.",
    "Your deposit",
)
NOTHING_DUE = Standing(
    "You have agreed.",
    "We write within one working day to settle the first day.",
    "The first day",
)
ACTIVE = Standing(
    "Your engagement is confirmed.",
    "We write within one working day of your deposit to settle the first day. Write to us below if"
    " something changes on your side.",
    "The first day",
)
# Whoever sent what is held sees what everybody sees: a person reads it next.
BY_STATUS = {
    "held": WITH_REVIEWER,
    "dismissed": CLOSED,
    "more_requested": QUESTION,
    "declined": DECLINED,
    "withdrawn": WITHDRAWN,
}
BY_ENGAGEMENT = {"offered": OFFERED, "accepted": AGREED, "active": ACTIVE}


def standing_of(application: Application, engagement: Engagement | None) -> Standing:
    """Where the application and its engagement stand now."""
    if application.status == "submitted":
        return WITH_REVIEWER if engagement else RECEIVED
    if application.status in BY_STATUS:
        return BY_STATUS[application.status]
    if engagement and engagement.status == "accepted" and not engagement.deposit_cents:
        return NOTHING_DUE
    return BY_ENGAGEMENT.get(engagement.status, PREPARED) if engagement else PREPARED

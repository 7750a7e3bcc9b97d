"""Where an application stands, in one sentence for the prospect, and what happens next."""

from datetime import timedelta

import msgspec
from flask_babel import lazy_gettext

from app.applications.models import Application
from app.engagements.models import Engagement
from app.platform.database import utc_now


class Standing(msgspec.Struct, frozen=True, eq=False):
    """One of the constants below. They are compared by identity, because their words change with
    the language. ``awaited`` is the next line of the timeline. If not ``is_settled``, it changes
    within seconds without anybody acting, so the page polls."""

    sentence: str
    next: str
    awaited: str = ""
    is_settled: bool = True


RECEIVED = Standing(
    lazy_gettext("We have your application."),
    lazy_gettext(
        "It is being scored and priced by rule, which takes seconds. Then a person reads it. The"
        " answer comes by email and appears on this page. There is nothing for you to do."
    ),
    lazy_gettext("With a reviewer"),
    is_settled=False,
)
WITH_REVIEWER = Standing(
    lazy_gettext("Your application is with a reviewer."),
    lazy_gettext(
        "The answer comes by email and appears on this page. There is nothing for you to do."
    ),
    lazy_gettext("Our answer"),
)
QUESTION = Standing(
    lazy_gettext("The reviewer has a question for you."),
    lazy_gettext("Answer it below. Once we have your answer, ours follows within one working day."),
    lazy_gettext("Your answer"),
)
DECLINED = Standing(
    lazy_gettext("We have read your application and will not take it on."),
    lazy_gettext(
        "Our answer is under Messages below, and in an email to you. Thank you for the time you"
        " gave it. You can apply again at any time."
    ),
)
TAKEN_BACK = Standing(
    lazy_gettext("We have taken our proposal back."),
    lazy_gettext(
        "The proposal can no longer be agreed to, and you owe nothing. Why is under Messages below,"
        " and in an email to you. You can apply again at any time."
    ),
)
WITHDRAWN = Standing(
    lazy_gettext("You have withdrawn your application."),
    lazy_gettext("It will no longer be read or decided. You can apply again at any time."),
)
CLOSED = Standing(
    lazy_gettext("Your application is closed."),
    lazy_gettext(
        "We are not taking it any further. If you think this is a mistake, write to us below, and"
        " a person will look at it again."
    ),
)
PREPARED = Standing(
    lazy_gettext("We would like to work with you."),
    lazy_gettext(
        "The proposal, with its price and terms, is being put on this page. That takes seconds."
    ),
    lazy_gettext("The proposal"),
    is_settled=False,
)
DELAYED = Standing(
    lazy_gettext("We would like to work with you."),
    lazy_gettext(
        "The proposal, with its price and terms, should have been on this page within seconds, and"
        " is not here yet. Nothing is lost. Look again later, or write to us below."
    ),
    lazy_gettext("The proposal"),
)
OFFERED = Standing(
    lazy_gettext("We would like to work with you."),
    lazy_gettext(
        "Our proposal is below, with each line of its price and its terms. You owe nothing until"
        " you agree to it."
    ),
    lazy_gettext("Your agreement"),
)
AGREED = Standing(
    lazy_gettext("You have agreed, and the deposit is due."),
    lazy_gettext(
        "How to pay it is shown below. Within one working day of its arrival we write to agree the"
        " first day."
    ),
    lazy_gettext("Your deposit"),
)
FIRST_MONTH_DUE = Standing(
    lazy_gettext("You have agreed, and the first month is due."),
    lazy_gettext(
        "How to pay for it is shown below. Within one working day of the payment we write to agree"
        " the first day."
    ),
    lazy_gettext("Your payment"),
)
PAYING = Standing(
    lazy_gettext("Your payment is on its way."),
    lazy_gettext(
        "An email confirms it. Once it has arrived, we write within one working day to agree the"
        " first day."
    ),
    lazy_gettext("Your payment"),
)
ACTIVE = Standing(
    lazy_gettext("Your engagement is confirmed."),
    lazy_gettext("Write to us below if something changes on your side."),
    lazy_gettext("The first day"),
)
REFUNDED = Standing(
    lazy_gettext("Your payment is refunded."),
    lazy_gettext("If that is not what you agreed with us, write to us below."),
)
# The sender of a held application sees what everybody sees: a person reads it next.
BY_STATUS = {
    "held": WITH_REVIEWER,
    "dismissed": CLOSED,
    "more_requested": QUESTION,
    "declined": DECLINED,
    "taken_back": TAKEN_BACK,
    "withdrawn": WITHDRAWN,
}
BY_ENGAGEMENT = {"offered": OFFERED, "accepted": AGREED}
# For what was to take seconds and has taken longer than LONGEST.
LATE = {RECEIVED: WITH_REVIEWER, PREPARED: DELAYED}
LONGEST = timedelta(minutes=2)


def standing_of(
    application: Application,
    engagement: Engagement | None,
    *,
    is_paying: bool,
    is_paid: bool,
    is_refunded: bool,
) -> Standing:
    """Where the application and its engagement stand, if nothing is late. ``is_paying`` means that
    the deposit may have been paid without our knowing it yet, ``is_paid`` that it has arrived,
    which the engagement follows a moment later, and ``is_refunded`` that all of it has gone back
    since."""
    if application.status == "submitted":
        return WITH_REVIEWER if engagement else RECEIVED
    if application.status in BY_STATUS:
        return BY_STATUS[application.status]
    if is_paying:
        return PAYING
    if is_paid:
        return REFUNDED if is_refunded else ACTIVE
    if engagement is None:
        return PREPARED
    standing = BY_ENGAGEMENT.get(engagement.status, PREPARED)
    is_month = standing is AGREED and engagement.priced.deposit_is_first_month
    return FIRST_MONTH_DUE if is_month else standing


def unless_late(standing: Standing, application: Application) -> Standing:
    """The standing, or another one if it should have changed within seconds and has not."""
    since = application.decided_at or application.submitted_at
    return LATE.get(standing, standing) if utc_now() - since > LONGEST else standing

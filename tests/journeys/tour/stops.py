"""Every page of the site in each of its states, as a list of stops."""

from typing import NamedTuple

from app.applications.questions.questionnaire import STEP_KEYS
from tests.journeys.tour.deeds import (
    Deed,
    choose,
    choose_file,
    fill,
    fill_new_address,
    follow,
    forget_cookies,
    look_ahead,
    open_details,
    press,
    send_in_another_tab,
    send_plainly,
)


class Stop(NamedTuple):
    """A page in one state. ``path`` is an address, or a name that History resolves; ``deeds`` are
    what the visitor does there, each of which leads to a page; ``who`` is "anybody", "applicant"
    (with all steps answered except the last) or "staff". ``shows`` is a text on the page in this
    state. ``broken`` is the status of a provoked failure.
    """

    name: str
    path: str
    deeds: tuple[Deed, ...] = ()
    shows: str = ""
    who: str = "anybody"
    broken: int = 0


GUESS = fill(email="nobody@champlin.example", password="guess")
LOGIN = (GUESS, press("Sign in"))
LOGIN_TOO_OFTEN = (GUESS, press("Sign in", times=6))
DECLINE = (choose("decline"), fill(message="We have no time this year."))
GO_ON = press("Continue")
GO_THERE = press("Continue with the other form")
TOO_LITTLE = (choose("under_10k"), GO_ON, look_ahead)
MAIL_LINK = press("Save and mail me a link")
SEND = press("Send the application")
SURGE = press("Start the surge")
BREAK = (choose("charge_fails"), press("Send the application"))
REWIND = (press("Pay in"), fill(at="1"), press("Show the account then"))
TAKE_OUT = press("Take out")
MEND = press("Mend the charge and replay")
ANSWER = press("Send the answer")
WITHDRAW_LONG = (fill(message="word " * 300), press("Withdraw the application"))
ERASE = press("Erase it for good")
MAIL_ME = press("Mail me the link")
DELETE = press("Delete it all")
LOST = (fill(email="nobody@client.example"), MAIL_ME)
NO_ADDRESS = (fill(email="nobody"), MAIL_ME)
AGREE = press("Agree to this engagement")
AGREE_LATE = (fill(version="1", name="Ada Marsh"), AGREE)
RELEASE = (fill(version="2"), press("Release"))
PREVIEW = press("Preview the email")
TAKE_BACK = (open_details, choose("take_back"), fill(message="Our team is ill."), PREVIEW)
RECORD = press("Record the payment")
WRITE = press("Send the message")
PREVIEW_MESSAGE = press("Preview the message")
KEEP_NOTE = press("Save the note")
NEW_PASSWORD = press("Change password")
OPEN_CAUSE = follow("ProgrammingError in scoring.score_fit")
SIGNED_OUT = (*DECLINE, forget_cookies, PREVIEW)
ADD = press("Add the endpoint")
NOWHERE = (fill(url=""), press("Save the endpoint"))
NEW_WEBHOOK = (fill_new_address, choose("deposit.paid"), ADD)
REPLAY = press("Send them again")


STEPS = STEP_KEYS[:-1]
WRONG = "answers need another look"
EXPIRED = "This page was open for too long."
ATTACH = (choose_file, send_plainly)
NO_FILE = "Choose a file first."
SECOND_STEP = "/staff/settings/second-step"
COMPARER = "/articles/choosing-a-broker/compare"
CHOSEN = ("weeks", "hot", "aws", "tens", "many")
COMPARED = (*map(choose, CHOSEN), press("Compare"))
TO_REVIEW = "Save and go back to the review"

PUBLIC = (
    Stop("home", "/"),
    Stop("articles", "/articles/"),
    Stop("article", "/articles/event-driven-architecture"),
    Stop("article_with_tables", "/articles/choosing-a-broker"),
    Stop("engagements", "/engagements/"),
    Stop("sprint", "/engagements/sprint"),
    Stop("build", "/engagements/build"),
    Stop("fractional", "/engagements/fractional"),
    Stop("comparer", COMPARER),
    Stop("comparer, answered", COMPARER, COMPARED, shows="Your answers point to"),
    Stop("comparer, wrong", f"{COMPARER}?runs=aws", shows="need another look"),
    Stop("how we work", "/how-we-work"),
    Stop("about", "/about"),
    Stop("privacy", "/privacy"),
    Stop("imprint", "/imprint"),
    Stop("apply", "/apply"),
)
LABS = (
    Stop("labs", "/labs/", shows="sandboxes are in use"),
    Stop("retail", "/labs/retail", shows="The log: 0 events"),
    Stop("retail, at work", "/labs/retail", (choose("5"), press("Order now")), shows="behind"),
    Stop("payments", "/labs/payments", shows="The log: 0 events"),
    Stop("payments, at work", "/labs/payments", (choose("200"), SURGE), shows="behind"),
    Stop("break it", "/labs/break-it", shows="What goes wrong"),
    Stop("break it, broken", "/labs/break-it", BREAK, shows="behind"),
    Stop("time machine", "/labs/time-machine", shows="after 0 of 0 events"),
    Stop("time machine, rewound", "/labs/time-machine", REWIND, shows="after 1 of 2 events"),
    Stop("time machine, refused", "/labs/time-machine", (TAKE_OUT,), shows="is not an event"),
    Stop("this site", "/labs/this-site", shows="The fit is scored"),
    Stop("break it, too early", "/labs/break-it", (MEND,), shows="no dead letter to replay"),
)
FORM = (
    Stop("apply, begun", "/apply", shows="You have already started", who="applicant"),
    Stop("apply, expired", "/apply", (forget_cookies, press("Start")), shows="was not started"),
    *(Stop(f"step {key}", f"/apply/{key}") for key in STEPS),
    *(Stop(f"step {key}, wrong", f"/apply/{key}", (GO_ON,), shows=WRONG) for key in STEPS),
    Stop("step, expired", "/apply/you", (forget_cookies, GO_ON), shows=EXPIRED),
    Stop("files, none", "/apply/attachments", shows="None yet.", who="applicant"),
    Stop("files", "/apply/attachments", ATTACH, shows="Flow of orders.png", who="applicant"),
    Stop("files, wrong", "/apply/attachments", (send_plainly,), shows=NO_FILE, who="applicant"),
    Stop("delete draft", "/apply/delete", shows="Delete what you entered?", who="applicant"),
    Stop("start over", "/apply/start-over", shows="Start over with empty", who="applicant"),
    Stop("step, from review", "/apply/you?back_to_review=yes", shows=TO_REVIEW, who="applicant"),
    Stop(
        "step, changed elsewhere",
        "/apply/problem",
        (fill(seen_saves="1", problem="Typed here"), GO_ON),
        shows="also changed elsewhere",
        who="applicant",
    ),
    Stop("resume", "resume:unsent", shows="Continue with the form that", who="applicant"),
    Stop("resume, gone on", "resume:unsent", (GO_THERE,), shows="can read it", who="applicant"),
    Stop("resume, gone", "/apply/resume/nothing", shows="There is no form behind this link"),
    Stop("step, link mailed", "/apply/you", (MAIL_LINK,), shows="on its way", who="applicant"),
    Stop(
        "step, links mailed", "/apply/you", (MAIL_LINK,) * 4, shows="none was sent", who="applicant"
    ),
    Stop("review", "/apply/review", shows="Tidewater Freight", who="applicant"),
    Stop("outlook", "/apply/outlook", shows="we would propose", who="applicant"),
    Stop("outlook, misfit", "/apply/engagement", TOO_LITTLE, shows="read instead", who="applicant"),
    Stop("review, wrong", "/apply/review", (SEND,), shows="needs another look", who="applicant"),
    Stop(
        "review, changed elsewhere",
        "/apply/review",
        (choose("yes"), fill(draft_version="99"), SEND),
        shows="the answers have changed",
        who="applicant",
    ),
    Stop(
        "sealed",
        "/apply/review",
        (send_in_another_tab, fill(anything_else="One more thing."), SEND),
        shows="What you typed after it was sent",
        who="applicant",
    ),
)
OWN = (
    Stop("own page, unscored", "own:unscored", shows="Look again"),
    Stop("own page, with a reviewer", "own:proposed", (open_details,), shows="Your role"),
    Stop("own page, held", "own:held", shows="with a reviewer"),
    Stop("own page, dismissed", "own:dismissed", shows="Your application is closed."),
    Stop("own page, asked", "own:asked", shows="Our question"),
    Stop("own page, asked, wrong", "own:asked", (ANSWER,), shows="Write your answer first."),
    Stop("own page, late", "own:late", shows="Our answer is late"),
    Stop("own page, withdrawn", "own:withdrawn", shows="You have withdrawn"),
    Stop("lost link", "/lost-link", shows="We email it again"),
    Stop("lost link, wrong", "/lost-link", (MAIL_ME,), shows="Type the address."),
    Stop("lost link, no address", "/lost-link", NO_ADDRESS, shows="like name@company.com"),
    Stop("lost link, asked", "/lost-link", LOST, shows="Check your inbox"),
    Stop("withdraw", "withdraw:proposed", shows="Withdraw this application?"),
    Stop("withdraw, wrong", "withdraw:proposed", WITHDRAW_LONG, shows="Use at most 1,000"),
    Stop("withdraw, too late", "withdraw:declined", shows="There is nothing to withdraw"),
    Stop("erase", "erase:proposed", shows="What is erased"),
    Stop("erase, expired", "erase:proposed", (forget_cookies, ERASE), shows=EXPIRED),
    Stop("erase, under contract", "erase:agreed", shows="there is a contract"),
    Stop("own page, declined", "own:declined", shows="will not take it on"),
    Stop("own page, offered", "own:offered", shows="Our proposal: Sprint"),
    Stop("own page, message, wrong", "own:offered", (WRITE,), shows="Write your message first."),
    Stop("own page, reply late", "own:declined", shows="Our reply is late"),
    Stop("own page, conversation", "own:offered", shows="Our night shifts end"),
    Stop("own page, offered, wrong", "own:offered", (AGREE,), shows="Type your full name"),
    Stop("own page, offer changed", "own:offered", AGREE_LATE, shows="has changed since"),
    Stop("own page, taken back", "own:taken_back", shows="We have taken our proposal back."),
    Stop("own page, offered, German", "own:offered?lang=de", shows="Unser Vorschlag: Sprint"),
    Stop("own page, deposit due, German", "own:agreed?lang=de", shows="Bankleitzahl"),
    Stop("own page, deposit due", "own:agreed", shows="Routing number"),
    Stop("own page, waits for Stripe", "own:agreed?payment=done", shows="waiting for Stripe"),
    Stop("own page, paid", "own:paid", shows="$10 by bank transfer"),
    Stop("agreement", "agreement:paid", shows="not a tax invoice"),
)
DESK = (
    Stop("sign in", "/staff/login"),
    Stop("sign in, wrong", "/staff/login", LOGIN, shows="is not right"),
    Stop("sign in, too often", "/staff/login", LOGIN_TOO_OFTEN, shows="Too many tries"),
    Stop("signed out", "desk:proposed", SIGNED_OUT, shows="Nothing was sent.", who="staff"),
    Stop("queue", "/staff/", shows="To decide", who="staff"),
    Stop("queue, all", "/staff/?status=all", shows="98", who="staff"),
    Stop("queue, withdrawn", "/staff/?status=withdrawn", shows="Withdrawn", who="staff"),
    Stop("queue, held", "/staff/?status=held", shows="that no person can see", who="staff"),
    Stop("queue, late", "/staff/?status=late", shows="Answer late", who="staff"),
    Stop("queue, to reply to", "/staff/?status=unanswered", shows="Reply awaited", who="staff"),
    Stop("queue, nothing found", "/staff/?search=nobody", shows="No application", who="staff"),
    Stop("application", "desk:proposed", (open_details,), shows="Dear Marguerite", who="staff"),
    Stop("application, unscored", "desk:unscored", shows="Not scored yet", who="staff"),
    Stop("application, held", "desk:held", (open_details,), shows="Dismiss without", who="staff"),
    Stop("application, dismissed", "desk:dismissed", shows="Nobody was written", who="staff"),
    Stop("release, too late", "desk:dismissed", RELEASE, shows="Dismissed by Ada", who="staff"),
    Stop("application, asked", "desk:asked", shows="Question asked", who="staff"),
    Stop("application, taken", "desk:asked", shows="Put it back", who="staff"),
    Stop("offer, wrong", "desk:offered", (open_details, PREVIEW), shows="Choose what", who="staff"),
    Stop("offer, preview", "desk:offered", TAKE_BACK, shows="take it back", who="staff"),
    Stop("application, taken back", "desk:taken_back", shows="Offer taken back", who="staff"),
    Stop("application, declined", "desk:declined", shows="Declined by Ada", who="staff"),
    Stop("application, late", "desk:late", shows="Answer late", who="staff"),
    Stop("application, withdrawn", "desk:withdrawn", shows="nothing left to dec", who="staff"),
    Stop("application, erased", "desk:erased", shows="Personal data erased", who="staff"),
    Stop("application, paid", "desk:paid", shows="Deposit refunded", who="staff"),
    Stop("history", "past:paid", shows="What led to what", who="staff"),
    Stop("history, at first", "past:paid?moment=1", shows="Application received", who="staff"),
    Stop("decision, wrong", "desk:proposed", (PREVIEW,), shows="Choose what to do.", who="staff"),
    Stop("decision, preview", "desk:proposed", (*DECLINE, PREVIEW), shows="Send this", who="staff"),
    Stop(
        "decision, too late",
        "desk:asked",
        (*DECLINE, fill(version="1"), PREVIEW),
        shows="Somebody got there first",
        who="staff",
    ),
    Stop("conversation", "desk:declined", shows="Reply awaited", who="staff"),
    Stop("note, wrong", "desk:asked", (open_details, KEEP_NOTE), shows="note first", who="staff"),
    Stop("message, wrong", "desk:offered", (PREVIEW_MESSAGE,), shows="message first", who="staff"),
    Stop(
        "message, preview",
        "desk:offered",
        (fill(text="March is fine."), PREVIEW_MESSAGE),
        shows="None, a message only",
        who="staff",
    ),
    Stop("engagements at the desk", "/staff/engagements/", shows="Agreed, dep", who="staff"),
    Stop("engagements, closed", "/staff/engagements/?status=closed", who="staff"),
    Stop("deposit due", "money:agreed", shows="Record a bank transfer", who="staff"),
    Stop("deposit, wrong", "money:agreed", (RECORD,), shows="can’t be recorded", who="staff"),
    Stop("deposit paid", "money:paid", shows="Refunded $10 of ", who="staff"),
    Stop("refund", "refund:paid", shows="can be refunded", who="staff"),
    Stop("catalog", "/staff/events/catalog", (open_details,), shows="sent the form", who="staff"),
    Stop("events", "/staff/events/", shows="The channel is switched off", who="staff"),
    Stop("log", "/staff/events/log", shows="the system (scoring)", who="staff"),
    Stop("log, nothing found", "/staff/events/log?search=x", shows="No event", who="staff"),
    Stop("event", "event:paid", (open_details,), shows="scoring.score_fit", who="staff"),
    Stop("event, dead letter", "event:unscored", shows="Preview a replay", who="staff"),
    Stop("dead letters, none", "/staff/events/dead-letters", shows="No cause was", who="staff"),
    Stop("dead letters", "/staff/events/", (OPEN_CAUSE,), shows="RaiseException", who="staff"),
    Stop("replay, foreseen", "replay:foreseen", shows="Would be done", who="staff"),
    Stop("replay, through", "replay:replayed", shows="1 of 1 is through", who="staff"),
    Stop("settings", "/staff/settings/", shows="Ada Lovelace", who="staff"),
    Stop("settings, wrong", "/staff/settings/", (NEW_PASSWORD,), shows=WRONG, who="staff"),
    Stop("second step", SECOND_STEP, shows="Scan this", who="staff"),
    Stop("second step, wrong", SECOND_STEP, (press("Turn it on"),), shows=WRONG, who="staff"),
    Stop("webhooks", "/staff/webhooks/", shows="Disabled: it said 410", who="staff"),
    Stop("webhook, new", "/staff/webhooks/new", shows="It starts with https", who="staff"),
    Stop("webhook, wrong", "/staff/webhooks/new", (ADD,), shows=WRONG, who="staff"),
    Stop("webhook, added", "/staff/webhooks/new", NEW_WEBHOOK, shows="only once", who="staff"),
    Stop("webhook", "webhook:endpoint", (open_details,), shows="webhook.tested", who="staff"),
    Stop("webhook, edit", "webhook:endpoint/edit", shows="Messages under way", who="staff"),
    Stop("webhook, nowhere", "webhook:endpoint/edit", NOWHERE, shows="Enter the", who="staff"),
    Stop("webhook, replay wrong", "webhook:endpoint", (REPLAY,), shows="a time", who="staff"),
    Stop("webhook message", "webhook:message", shows="Nobody reads this", who="staff"),
    Stop("style guide", "/staff/styleguide", who="staff"),
    Stop("404 at the desk", "/staff/nothing", shows="Error 404", who="staff"),
    Stop("405 at the desk", "/staff/logout", shows="Error 405", who="staff"),
)
ERRORS = (
    Stop("400", "/apply/delete", (forget_cookies, DELETE), shows="Error 400", who="applicant"),
    Stop("404", "/nothing", shows="Error 404"),
    Stop("410", "own:erased", shows="This application has been erased"),
    Stop("405", "/apply/you/autosave", shows="Error 405"),
    Stop("413", "/apply/problem", (fill(seen_saves="0" * 300_000), GO_ON), shows="Error 413"),
    Stop("429", "/lost-link", (press("Mail me the link", times=11),), shows="Error 429"),
    Stop("500", "/apply/you", (GO_ON,), shows="Error 500", broken=500),
    Stop("503", "/apply/you", (GO_ON,), shows="Error 503", broken=503),
)
TOUR = (*PUBLIC, *LABS, *FORM, *OWN, *DESK, *ERRORS)

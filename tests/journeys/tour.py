"""Every page of the site in each of its states, as a list of stops."""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page

from app.applications.questions import STEP_KEYS

Deed = Callable[[Page], None]


class Stop(NamedTuple):
    """A page in one state. ``path`` is an address, or one that History knows; ``deeds`` are what a
    visitor does there, each of which leads on to a page; ``who`` is "anybody", "applicant" (with
    all but the last step answered) or "staff". ``broken`` is the status of a provoked failure.
    """

    name: str
    path: str
    deeds: tuple[Deed, ...] = ()
    who: str = "anybody"
    broken: int = 0


def press(button: str) -> Deed:
    def deed(page: Page) -> None:
        with page.expect_navigation():
            page.get_by_role("button", name=button).first.click()

    return deed


def fill(**fields: str) -> Deed:
    """Put values into fields by their names, hidden ones too."""

    def deed(page: Page) -> None:
        for name, value in fields.items():
            page.locator(f'[name="{name}"]').evaluate(SET_VALUE, value)

    return deed


def choose(option: str) -> Deed:
    return lambda page: page.locator(f'input[value="{option}"]').check()


def forget_cookies(page: Page) -> None:
    page.context.clear_cookies()


def go_back(page: Page) -> None:
    page.go_back()


def open_details(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.click()


SET_VALUE = "(field, value) => { field.value = value }"
LOGIN = (fill(email="nobody@champlin.example", password="guess"), press("Sign in"))
DECLINE = (choose("decline"), fill(message="We have no time this year."))
SEND = press("Send the application")

PUBLIC = (
    Stop("home", "/"),
    Stop("articles", "/articles/"),
    Stop("article", "/articles/event-driven-architecture"),
    Stop("engagements", "/engagements/"),
    Stop("sprint", "/engagements/sprint"),
    Stop("build", "/engagements/build"),
    Stop("fractional", "/engagements/fractional"),
    Stop("apply", "/apply"),
)
FORM = (
    Stop("apply, begun", "/apply", who="applicant"),
    *(Stop(f"step {key}", f"/apply/{key}") for key in STEP_KEYS[:-1]),
    *(Stop(f"step {key}, wrong", f"/apply/{key}", (press("Continue"),)) for key in STEP_KEYS[:-1]),
    Stop("step you, expired", "/apply/you", (forget_cookies, press("Continue"))),
    Stop("step you, from the review", "/apply/you?back_to_review=yes", who="applicant"),
    Stop("link mailed", "/apply/you", (press("Save and mail me a link"),), who="applicant"),
    Stop("review", "/apply/review", who="applicant"),
    Stop("review, wrong", "/apply/review", (SEND,), who="applicant"),
    Stop(
        "review, changed elsewhere",
        "/apply/review",
        (choose("yes"), fill(draft_version="99"), SEND),
        who="applicant",
    ),
    Stop(
        "sealed",
        "/apply/review",
        (choose("yes"), SEND, go_back, fill(anything_else="One more thing."), SEND),
        who="applicant",
    ),
)
OWN = (
    Stop("own page, unscored", "own:unscored"),
    Stop("own page, with a reviewer", "own:proposed", (open_details,)),
    Stop("own page, asked", "own:asked"),
    Stop("own page, asked, wrong", "own:asked", (press("Send the answer"),)),
    Stop("own page, declined", "own:declined"),
    Stop("own page, offered", "own:offered"),
    Stop("own page, offered, wrong", "own:offered", (press("Agree"),)),
    Stop("own page, deposit due", "own:agreed"),
    Stop("own page, waits for Stripe", "own:agreed?payment=done"),
    Stop("own page, paid", "own:paid"),
)
DESK = (
    Stop("sign in", "/staff/login"),
    Stop("sign in, wrong", "/staff/login", LOGIN),
    Stop("sign in, too often", "/staff/login", LOGIN * 6),
    Stop("queue", "/staff/", who="staff"),
    Stop("queue, all", "/staff/?status=all", who="staff"),
    Stop("queue, nothing found", "/staff/?search=nobody-is-called-so", who="staff"),
    Stop("application", "desk:proposed", (open_details,), who="staff"),
    Stop("application, unscored", "desk:unscored", who="staff"),
    Stop("application, asked", "desk:asked", who="staff"),
    Stop("application, declined", "desk:declined", who="staff"),
    Stop("application, paid", "desk:paid", who="staff"),
    Stop("decision, wrong", "desk:proposed", (press("Preview the mail"),), who="staff"),
    Stop("decision, preview", "desk:proposed", (*DECLINE, press("Preview the mail")), who="staff"),
    Stop(
        "decision, too late",
        "desk:asked",
        (*DECLINE, fill(version="1"), press("Preview the mail")),
        who="staff",
    ),
    Stop("engagements at the desk", "/staff/engagements/", who="staff"),
    Stop("engagements, none", "/staff/engagements/?status=closed", who="staff"),
    Stop("deposit due", "money:agreed", who="staff"),
    Stop("deposit, wrong", "money:agreed", (press("Record the payment"),), who="staff"),
    Stop("deposit paid", "money:paid", who="staff"),
    Stop("events", "/staff/events/", who="staff"),
    Stop("settings", "/staff/settings/", who="staff"),
    Stop("settings, wrong", "/staff/settings/", (press("Change password"),), who="staff"),
    Stop("style guide", "/staff/styleguide", who="staff"),
)
ERRORS = (
    Stop("400", "/apply", (forget_cookies, press("Start"))),
    Stop("404", "/nothing"),
    Stop("405", "/staff/logout", who="staff"),
    Stop("413", "/apply/problem", (fill(problem="word " * 60_000), press("Continue"))),
    Stop("429", "/apply/you", (press("Save and mail me a link"),) * 6, who="applicant"),
    Stop("500", "/apply/you", (press("Continue"),), broken=500),
    Stop("503", "/apply/you", (press("Continue"),), broken=503),
)
TOUR = (*PUBLIC, *FORM, *OWN, *DESK, *ERRORS)

"""Which pages are not changed by scripts, so that visitors without scripts see the same."""

from playwright.sync_api import Page, Response

from app.applications.questions.questionnaire import STEP_KEYS
from tests.journeys.tour.stops import Stop

# On these a script changes or fetches a part, when they open or soon after.
ALTERED = {"/labs/time-machine", "/labs/this-site", "/staff/events/"}
ALTERED |= {f"/apply/{key}" for key in STEP_KEYS}
OF_AN_APPLICATION = ("own:", "past:")

IS_AS_SENT = """sent => {
  const asSent = new DOMParser().parseFromString(sent, "text/html");
  return document.documentElement.outerHTML === asSent.documentElement.outerHTML;
}"""


def is_left_as_sent(stop: Stop) -> bool:
    """Whether the stop is a page that scripts don't change and on which the visitor does
    nothing."""
    path = stop.path.partition("?")[0]
    return not (stop.deeds or path in ALTERED or path.startswith(OF_AN_APPLICATION))


def is_as_sent(page: Page, answer: Response) -> bool:
    return bool(page.evaluate(IS_AS_SENT, answer.text()))

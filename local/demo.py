"""`make demo`: a dozen invented applications, sent through the real form of the running site."""

import re
import sys
import time
import tomllib
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

from dotenv import dotenv_values

from app.applications.questions.answers import Answers
from app.applications.questions.file import load_questionnaire
from app.applications.questions.questionnaire import Step
from local.settings import content_folder
from local.state import State

APPLICATIONS = Path(__file__).with_name("demo_applications.toml")
HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|draft_version)"[^>]*value="([^"]*)"')
REFERENCE = re.compile(r"(?<![\w-])[0-9A-Z-]+-[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])")
UNFINISHED = re.compile(r"^(?:events_unrelayed|deliveries_waiting\S*) (\d+)", re.MULTILINE)
REFUSALS = {
    422: f"asks for other answers than those in local/{APPLICATIONS.name}, which fit the questions"
    " as shipped",
    429: "has had too many new applications in the last hour",
}
PATIENCE = 60.0
ANSWER_SECONDS = 15.0
POLL = 0.2


class DemoFailed(Exception):
    """The demo can't go on. The message is a sentence that says why."""


class Prospect:
    """One person with one browser, without JavaScript."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._browser = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def apply(self, steps: tuple[Step, ...], answers: Answers) -> str:
        """Fill in every step and send. Returns the reference on the page that follows."""
        for step in steps:
            page = self._read(f"/apply/{step.key}")
            fields = dict(HIDDEN.findall(page))
            for question in step.questions:
                if question.key in answers:
                    fields[question.key] = answers[question.key]
            action = "submit" if step is steps[-1] else step.key
            page = self._read(f"/apply/{action}", urlencode(fields, doseq=True).encode())
        reference = REFERENCE.search(page)
        if reference is None:
            raise DemoFailed(f"The site did not take the application of {answers['company']}.")
        return reference[0]

    def _read(self, path: str, body: bytes | None = None) -> str:
        return read(self._browser, self._site + path, body)


def main() -> int:
    settings = dotenv_values(State().settings_file)
    site = settings.get("BASE_URL")
    if not site:
        print("The site has never run here. Start it with `make run`, then try again.")
        return 1
    try:
        send_applications(site, content_folder(settings))
    except HTTPError as refusal:
        what = REFUSALS.get(refusal.code, "failed")
        print(f"The site {what} ({refusal.code} at {refusal.url}).")
    except URLError:
        print(f"Nothing answers at {site}. Start the site with `make run`, then try again.")
    except (OSError, HTTPException):
        print(f"The site at {site} no longer answers. Start it again, then try again.")
    except DemoFailed as failure:
        print(failure)
    except KeyboardInterrupt:
        print("Stopped. The applications sent so far are stored.")
    else:
        return 0
    return 1


def send_applications(site: str, content: Path) -> None:
    """Send each application, then wait until the last one is handled. Prints what happens."""
    steps = load_questionnaire(content / "questions.toml").steps
    applications = tomllib.loads(APPLICATIONS.read_text())["applications"]
    for answers in applications:
        print(f"  {Prospect(site).apply(steps, answers)}  {answers['company']}", flush=True)
    wait_until_handled(site)
    print(f"{len(applications)} applications are scored and have a proposal: see {site}/staff/")


def wait_until_handled(site: str) -> None:
    direct = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE
    while any(map(float, UNFINISHED.findall(read(direct, f"{site}/metrics")))):
        if time.monotonic() > deadline:
            raise DemoFailed("They are stored, but not handled yet: is the worker running?")
        time.sleep(POLL)


def read(browser: OpenerDirector, address: str, body: bytes | None = None) -> str:
    with browser.open(address, body, timeout=ANSWER_SECONDS) as answer:
        return str(answer.read().decode())


if __name__ == "__main__":
    sys.exit(main())

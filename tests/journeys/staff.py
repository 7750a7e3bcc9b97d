"""A reviewer who works over HTTP, for what has to happen before a journey begins."""

import re
from functools import cached_property
from typing import TYPE_CHECKING

import requests

from tests.form_page import token_in
from tests.site import Site

if TYPE_CHECKING:
    from playwright._impl._api_structures import SetCookieParam

VERSION = re.compile(r'name="version"[^>]*value="(\d+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')
SEND_BUTTON = re.compile(r'name="confirmed" value="(\w+)"')
AMOUNT_DUE = re.compile(r"(\$[\d,]+), due")
ENDPOINT = re.compile(r'href="/staff/webhooks/([0-9a-f-]{36})"')
TIMEOUT = 30


class Reviewer:
    """A member of staff; signed in at the first request."""

    def __init__(self, site: Site, email: str, name: str, password: str) -> None:
        self.email, self.name, self.password = email, name, password
        self._site = site

    @cached_property
    def browser(self) -> requests.Session:
        browser = requests.Session()
        address = f"{self._site.url}/staff/login"
        form = {"csrf_token": token_in(browser.get(address, timeout=TIMEOUT).text)}
        form |= {"email": self.email, "password": self.password}
        answer = browser.post(address, form, timeout=TIMEOUT)
        assert answer.url == f"{self._site.url}/staff/", answer.text
        return browser

    @property
    def cookie(self) -> "SetCookieParam":
        """The signed-in session, for a browser."""
        value = self.browser.cookies["session"]
        assert value
        return {"name": "session", "value": value, "url": self._site.url}

    def decide(self, application_id: object, **fields: str) -> None:
        """Preview the decision, then send it. ``fields`` are the decision form's."""
        address = f"{self._site.url}/staff/applications/{application_id}"
        page = self.browser.get(address, timeout=TIMEOUT).text
        version, seen = VERSION.search(page), SEEN.search(page)
        assert version and seen, page
        form = {"csrf_token": token_in(page), "version": version[1], "seen": seen[1], **fields}
        preview = self.browser.post(f"{address}/decision", form, timeout=TIMEOUT).text
        button = SEND_BUTTON.search(preview)
        assert button, preview
        form["confirmed"] = button[1]
        sent = self.browser.post(f"{address}/decision", form, timeout=TIMEOUT)
        assert sent.url == address, sent.text

    def settle(self, application_id: object, button: str) -> None:
        """Press "release" or "dismiss" on a held application's page."""
        address = f"{self._site.url}/staff/applications/{application_id}"
        page = self.browser.get(address, timeout=TIMEOUT).text
        version = VERSION.search(page)
        assert version, page
        form = {"csrf_token": token_in(page), "version": version[1]}
        settled = self.browser.post(f"{address}/{button}", form, timeout=TIMEOUT)
        assert settled.url == address, settled.text

    def take(self, application_id: object) -> None:
        """Press "Take it" on an application's page."""
        address = f"{self._site.url}/staff/applications/{application_id}"
        form = {"csrf_token": token_in(self.browser.get(address, timeout=TIMEOUT).text)}
        taken = self.browser.post(f"{address}/take", form, timeout=TIMEOUT)
        assert taken.url == f"{address}#taking" and "You have it now." in taken.text, taken.text

    def write(self, application_id: object, text: str) -> None:
        """Preview a message, then send it."""
        address = f"{self._site.url}/staff/applications/{application_id}"
        page = self.browser.get(address, timeout=TIMEOUT).text
        seen = SEEN.search(page)
        assert seen, page
        form = {"csrf_token": token_in(page), "text": text, "form_id": text, "seen": seen[1]}
        preview = self.browser.post(f"{address}/messages", form, timeout=TIMEOUT).text
        button = SEND_BUTTON.search(preview)
        assert button, preview
        form["confirmed"] = button[1]
        sent = self.browser.post(f"{address}/messages", form, timeout=TIMEOUT)
        assert sent.url == f"{address}#conversation" and text in sent.text, sent.text

    def note(self, application_id: object, text: str) -> None:
        """Save a note for other staff."""
        address = f"{self._site.url}/staff/applications/{application_id}"
        form = {"csrf_token": token_in(self.browser.get(address, timeout=TIMEOUT).text)}
        form |= {"note": text, "form_id": text}
        noted = self.browser.post(f"{address}/notes", form, timeout=TIMEOUT)
        assert noted.url == f"{address}#notes" and text in noted.text, noted.text

    def record_transfer(self, engagement_id: object, received_on: str) -> None:
        """Record that the whole deposit has arrived on that day."""
        address = f"{self._site.url}/staff/engagements/{engagement_id}/payment"
        page = self.browser.get(address, timeout=TIMEOUT).text
        due = AMOUNT_DUE.search(page)
        assert due, page
        form = {"csrf_token": token_in(page), "amount": due[1], "received_on": received_on}
        sent = self.browser.post(address, form, timeout=TIMEOUT)
        assert sent.url == address and "by bank transfer" in sent.text.lower(), sent.text

    def record_refund(self, engagement_id: object, sent_on: str, *, amount: str) -> None:
        """Record that so much of the deposit was sent back by transfer on that day."""
        address = f"{self._site.url}/staff/engagements/{engagement_id}/refund"
        form = {"amount": amount, "sent_on": sent_on, "form_id": amount}
        form["csrf_token"] = token_in(self.browser.get(address, timeout=TIMEOUT).text)
        sent = self.browser.post(address, form, timeout=TIMEOUT)
        assert "The refund is recorded" in sent.text, sent.text

    def choose_for_replay(self, delivery_id: int) -> str:
        """Freeze a set of one dead letter; return the path of its preview."""
        address = f"{self._site.url}/staff/events/replays"
        page = self.browser.get(f"{self._site.url}/staff/events/", timeout=TIMEOUT).text
        form = {"csrf_token": token_in(page), "only": str(delivery_id)}
        preview = self.browser.post(address, form, timeout=TIMEOUT)
        assert preview.url.startswith(address), preview.text
        return preview.url.removeprefix(self._site.url)

    def start_replay(self, path: str) -> None:
        page = self.browser.get(f"{self._site.url}{path}", timeout=TIMEOUT).text
        form = {"csrf_token": token_in(page)}
        begun = self.browser.post(f"{self._site.url}{path}/start", form, timeout=TIMEOUT)
        assert "The replay has begun." in begun.text, begun.text

    def add_webhook(self, url: str) -> str:
        """Add an endpoint that subscribes to nothing that happens here; return its id."""
        address = f"{self._site.url}/staff/webhooks/new"
        form = {"csrf_token": token_in(self.browser.get(address, timeout=TIMEOUT).text), "url": url}
        form["event_types"] = "delivery.replayed"
        added = ENDPOINT.search(self.browser.post(address, form, timeout=TIMEOUT).text)
        assert added
        return added[1]

    def test_webhook(self, endpoint_id: str) -> str:
        """Send a test message; return its id."""
        address = f"{self._site.url}/staff/webhooks/{endpoint_id}"
        form = {"csrf_token": token_in(self.browser.get(address, timeout=TIMEOUT).text)}
        sent = self.browser.post(f"{address}/test", form, timeout=TIMEOUT)
        assert "on its way" in sent.text, sent.text
        return sent.url.rpartition("/")[2]

"""What the stand-in remembers, and the few ways in which it changes."""

import copy
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from local.stripe_standin import resources
from local.stripe_standin.errors import param_invalid, resource_missing
from local.stripe_standin.params import CreateCheckout, CreatedRange, check_checkout
from local.stripe_standin.resources import Resource

Page = tuple[list[Resource], bool]
Wanted = Sequence[str | None]  # any of them; with None among them, all
DECLINED = {
    "code": "card_declined",
    "decline_code": "generic_decline",
    "message": "Your card was declined.",
    "type": "card_error",
}


class ListParams(Protocol):
    @property
    def created(self) -> CreatedRange: ...
    @property
    def limit(self) -> int: ...
    @property
    def starting_after(self) -> str | None: ...


class StripeState:
    """Sessions, payment intents and events, in order of creation. Thread-safe; every answer is a
    copy. ``on_event`` is called with each new event, once it is stored. ``lock`` guards it."""

    def __init__(self, api_version: str, on_event: Callable[[Resource], None]) -> None:
        self.lock = threading.RLock()
        self._sessions: dict[str, Resource] = {}
        self._params: dict[str, CreateCheckout] = {}
        self._intents: dict[str, Resource] = {}
        self._events: dict[str, Resource] = {}
        self._api_version = api_version
        self._on_event = on_event
        self._clock_offset = 0

    def now(self) -> int:
        """Unix seconds, plus what `advance` added."""
        return int(time.time()) + self._clock_offset

    def advance(self, seconds: int) -> None:
        with self.lock:
            self._clock_offset += seconds
            self._expire_overdue()

    def create_checkout(self, params: CreateCheckout, pages: str) -> Resource:
        with self.lock:
            check_checkout(params, self.now())
            session = resources.checkout_session(params, pages, self.now())
            self._sessions[session["id"]] = session
            self._params[session["id"]] = params
            return copy.deepcopy(session)

    def checkout(self, session_id: str) -> Resource:
        """Raises StripeFailure (404) for an unknown id."""
        with self.lock:
            return copy.deepcopy(self._session(session_id))

    def expire_checkout(self, session_id: str) -> Resource:
        with self.lock:
            session = self._session(session_id)
            if session["status"] != "open":
                raise param_invalid(
                    "session",
                    'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
                    f" Session has a status of `{session['status']}`.",
                )
            self._close(session, "expired")
            return copy.deepcopy(session)

    def pay(self, session_id: str) -> tuple[Resource, list[Resource]]:
        """Complete an open session. Returns it and the events this made; none the second time."""
        with self.lock:
            session = self._session(session_id)
            if session["status"] != "open":
                return copy.deepcopy(session), []
            intent = self._intent_of(session)
            intent["status"] = "succeeded"
            intent["amount_received"] = intent["amount"]
            intent["last_payment_error"] = None
            intent["latest_charge"] = resources.new_resource_id("ch")
            session["payment_status"] = "paid"
            session["customer_details"] = resources.customer_details(session["customer_email"])
            paid = self.add_event("payment_intent.succeeded", intent)
            completed = self._close(session, "complete")
            return copy.deepcopy(session), [paid, completed]

    def decline(self, session_id: str) -> Resource:
        """Decline the card of an open session, which stays open."""
        with self.lock:
            session = self._session(session_id)
            if session["status"] == "open":
                intent = self._intent_of(session)
                intent["last_payment_error"] = dict(DECLINED)
                self.add_event("payment_intent.payment_failed", intent)
            return copy.deepcopy(session)

    def session_paid_by(self, intent_id: str) -> str:
        """The id of the session behind a payment. Raises StripeFailure (404)."""
        with self.lock:
            for session in self._sessions.values():
                if session["payment_intent"] == intent_id:
                    return str(session["id"])
            raise resource_missing("payment_intent", intent_id, "intent")

    def payment_intent(self, intent_id: str) -> Resource:
        with self.lock:
            if intent_id not in self._intents:
                raise resource_missing("payment_intent", intent_id, "intent")
            return copy.deepcopy(self._intents[intent_id])

    def event(self, event_id: str) -> Resource:
        with self.lock:
            if event_id not in self._events:
                raise resource_missing("event", event_id, "id")
            return copy.deepcopy(self._events[event_id])

    def add_event(self, kind: str, subject: Resource) -> Resource:
        """Store and send an event about the resource as it is now."""
        event = resources.event(kind, copy.deepcopy(subject), self._api_version, self.now())
        self._events[event["id"]] = event
        self._on_event(copy.deepcopy(event))
        return event

    def description(self, session_id: str) -> list[tuple[str, str | None]]:
        """The name and description of each thing that the session sells."""
        products = [item.price_data.product_data for item in self._params[session_id].line_items]
        return [(product.name, product.description) for product in products]

    def list_checkouts(self, params: ListParams, **wanted: Wanted) -> Page:
        with self.lock:
            self._expire_overdue()
            return _page(list(self._sessions.values()), params, wanted)

    def list_events(self, params: ListParams, **wanted: Wanted) -> Page:
        with self.lock:
            return _page(list(self._events.values()), params, wanted)

    def _session(self, session_id: str) -> Resource:
        if session_id not in self._sessions:
            raise resource_missing("checkout.session", session_id, "session")
        self._expire_overdue()
        return self._sessions[session_id]

    def _intent_of(self, session: Resource) -> Resource:
        if session["payment_intent"] is None:
            intent = resources.payment_intent(self._params[session["id"]], self.now())
            self._intents[intent["id"]] = intent
            session["payment_intent"] = intent["id"]
        return self._intents[session["payment_intent"]]

    def _close(self, session: Resource, status: str) -> Resource:
        session["status"] = status
        session["url"] = None
        kind = "completed" if status == "complete" else status
        return self.add_event(f"checkout.session.{kind}", session)

    def _expire_overdue(self) -> None:
        for session in self._sessions.values():
            if session["status"] == "open" and session["expires_at"] <= self.now():
                self._close(session, "expired")


def _page(found: list[Resource], params: ListParams, wanted: dict[str, Wanted]) -> Page:
    """Newest first, from after ``starting_after``; and whether more follow."""
    within = params.created
    newest = [
        one
        for one in reversed(found)
        if all(None in values or one[key] in values for key, values in wanted.items())
        and (within.gt is None or one["created"] > within.gt)
        and (within.gte is None or one["created"] >= within.gte)
        and (within.lt is None or one["created"] < within.lt)
        and (within.lte is None or one["created"] <= within.lte)
    ]
    ids = [one["id"] for one in newest]
    start = ids.index(params.starting_after) + 1 if params.starting_after in ids else 0
    page = newest[start : start + params.limit]
    return copy.deepcopy(page), len(newest) > start + params.limit

"""The JSON of Stripe's resources, key for key: what is the same in each new one is in `blanks`.

Times are Unix seconds, amounts are cents.
"""

import json
import secrets
import string
from pathlib import Path
from typing import Any

from local.stripe_standin.params import LONGEST_LIFE, CreateCheckout

BLANKS = Path(__file__).with_name("blanks")

WEEK = 7 * 24 * 60 * 60

Resource = dict[str, Any]
ALPHABET = string.ascii_letters + string.digits


def new_resource_id(prefix: str) -> str:
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(32))


def checkout_session(params: CreateCheckout, pages: str, now: int) -> Resource:
    """A new, open checkout session; ``pages`` is where the stand-in's own pages begin."""
    session_id = new_resource_id("cs_test")
    return _blank("checkout_session") | {
        "id": session_id,
        "adaptive_pricing": {"enabled": params.adaptive_pricing.enabled},
        "amount_subtotal": params.amount,
        "amount_total": params.amount,
        "cancel_url": params.cancel_url,
        "client_reference_id": params.client_reference_id,
        "created": now,
        "currency": params.currency,
        "customer_email": params.customer_email,
        "expires_at": params.expires_at or now + LONGEST_LIFE,
        "metadata": dict(params.metadata),
        "mode": params.mode,
        "submit_type": params.submit_type,
        "success_url": params.success_url,
        "url": f"{pages}/pay/{session_id}",
    }


def customer_details(email: str | None) -> Resource:
    """What the payer typed at Stripe: nothing but the address that the session came with."""
    blank = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {
        "address": blank,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def payment_intent(params: CreateCheckout, now: int) -> Resource:
    """The payment behind a session, before its first try."""
    intent_id = new_resource_id("pi")
    return _blank("payment_intent") | {
        "id": intent_id,
        "amount": params.amount,
        "client_secret": f"{intent_id}_secret_{secrets.token_hex(12)}",
        "created": now,
        "currency": params.currency,
        "description": params.payment_intent_data.description,
        "metadata": dict(params.payment_intent_data.metadata),
    }


def refund(intent: Resource, cents: int, now: int) -> Resource:
    """A refund of a card payment, which Stripe makes immediately."""
    return _blank("refund") | {
        "id": new_resource_id("re"),
        "amount": cents,
        "charge": intent["latest_charge"],
        "created": now,
        "currency": intent["currency"],
        "payment_intent": intent["id"],
        "status": "succeeded",
    }


def dispute(intent: Resource, now: int) -> Resource:
    """A dispute of a whole card payment, to be answered within a week."""
    blank = _blank("dispute")
    return blank | {
        "id": new_resource_id("du"),
        "amount": intent["amount"],
        "charge": intent["latest_charge"],
        "created": now,
        "currency": intent["currency"],
        "evidence_details": blank["evidence_details"] | {"due_by": now + WEEK},
        "payment_intent": intent["id"],
    }


def event(kind: str, subject: Resource, api_version: str, now: int) -> Resource:
    """An event about ``subject``, a snapshot of the resource after the change."""
    return {
        "id": new_resource_id("evt"),
        "object": "event",
        "api_version": api_version,
        "created": now,
        "data": {"object": subject},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": kind,
    }


def list_page(url: str, data: list[Resource], has_more: bool) -> Resource:
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _blank(kind: str) -> Resource:
    """A new resource of that kind with every key that Stripe sends, in its order."""
    blank: Resource = json.loads((BLANKS / f"{kind}.json").read_text())
    return blank

"""What can happen to a payment afterwards: refunds, in whole or in part, and one dispute."""

import copy

from local.stripe_standin import resources
from local.stripe_standin.errors import param_invalid, resource_missing
from local.stripe_standin.resources import Resource
from local.stripe_standin.state import StripeState

OVER = {"won", "lost", "warning_closed"}


class Reversals:
    """Refunds and disputes of the sessions in ``state``, whose lock guards them too. Each change
    returns the events that it made."""

    def __init__(self, state: StripeState) -> None:
        self._state = state
        self._refunds: dict[str, Resource] = {}
        self._disputes: dict[str, Resource] = {}  # by payment intent

    def refund(self, session_id: str, cents: int) -> list[Resource]:
        """Raises StripeFailure (400) unless that much is left of a paid session."""
        with self._state.lock:
            intent = self._paid(session_id)
            left = self.left(session_id)
            if not 0 < cents <= left:
                raise param_invalid(
                    "amount", f"Refund amount ({cents}) is greater than unrefunded amount ({left})."
                )
            refund = resources.refund(intent, cents, self._state.now())
            self._refunds[refund["id"]] = refund
            return [self._state.add_event("refund.created", refund)]

    def fail_refund(self, refund_id: str) -> list[Resource]:
        """The payer's bank sends the money back. Raises StripeFailure (404)."""
        with self._state.lock:
            if refund_id not in self._refunds:
                raise resource_missing("refund", refund_id, "refund")
            refund = self._refunds[refund_id]
            if refund["status"] == "failed":
                return []
            refund["status"] = "failed"
            refund["failure_reason"] = "expired_or_canceled_card"
            return [
                self._state.add_event(f"refund.{what}", refund) for what in ("updated", "failed")
            ]

    def dispute(self, session_id: str, status: str) -> list[Resource]:
        """The bank disputes the payment, or the dispute reaches that status. A closed one stays as
        it is."""
        with self._state.lock:
            intent = self._paid(session_id)
            known = self._disputes.get(intent["id"])
            if known is None:
                known = resources.dispute(intent, self._state.now())
                self._disputes[intent["id"]] = known
                happened = "created"
            elif known["status"] in OVER:
                return []
            else:
                happened = "closed" if status in OVER else "updated"
            known["status"] = status
            return [self._state.add_event(f"charge.dispute.{happened}", known)]

    def refunds_of(self, session_id: str) -> list[Resource]:
        """The session's refunds, oldest first."""
        with self._state.lock:
            intent = self._state.checkout(session_id)["payment_intent"]
            found = [one for one in self._refunds.values() if one["payment_intent"] == intent]
            return copy.deepcopy(found)

    def dispute_status(self, session_id: str) -> str:
        """The status of the session's dispute, "" if there is none."""
        with self._state.lock:
            intent = self._state.checkout(session_id)["payment_intent"]
            return str(self._disputes[intent]["status"]) if intent in self._disputes else ""

    def left(self, session_id: str) -> int:
        """What of the session can still be refunded, in cents."""
        made = sum(r["amount"] for r in self.refunds_of(session_id) if r["status"] != "failed")
        return int(self._state.checkout(session_id)["amount_total"]) - made

    def _paid(self, session_id: str) -> Resource:
        session = self._state.checkout(session_id)
        if session["payment_status"] != "paid":
            raise param_invalid("session", "This Checkout Session has not been paid.")
        return self._state.payment_intent(session["payment_intent"])

"""What a circuit is called in words. The runbook and the metrics use its own, shorter name."""

from typing import Final

SERVICES: Final = {"smtp": "the mail server", "chat": "the staff’s channel", "stripe": "Stripe"}


def service_name(circuit: str) -> str:
    """The service behind the circuit of that name, worded for the middle of a sentence."""
    return SERVICES.get(circuit, f"the broker of {circuit}")

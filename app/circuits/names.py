"""What a circuit is called in words. The runbook and the figures have its own, shorter name."""

from typing import Final

SERVICES: Final = {"smtp": "the mail server", "chat": "the staff’s channel", "stripe": "Stripe"}


def service_name(circuit: str) -> str:
    """The service behind the circuit of that name, as it stands within a sentence."""
    return SERVICES.get(circuit, f"the broker of {circuit}")

"""Outgoing webhooks: events sent to other servers, signed as the Standard Webhooks say. What comes
in from Stripe is app/payments/webhook.py."""

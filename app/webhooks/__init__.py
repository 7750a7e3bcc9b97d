"""Outgoing webhooks: events sent to other servers, signed as Standard Webhooks specifies. Stripe's
webhooks come in at app/payments/stripe/webhook.py.

`service` is what staff do with an endpoint, whose `address` has one spelling. `fan_out` follows the
log and creates a message for each endpoint that wants the event. The `courier` sends what is due:
`claims` picks the messages and notes what came of each, `signing` signs them, `tries` says when to
try again. `messages` are tested and sent again on request, and deleted by `retention` when they are
old.
"""

"""Outgoing webhooks: events sent to other servers, signed as Standard Webhooks specifies. What
comes in from Stripe is app/payments/webhook.py.

`service` is what staff do with an endpoint. `fan_out` follows the log and creates a message for
each endpoint that wants the event. The `courier` sends what is due: `claims` picks the messages and
notes what came of each, `signing` signs them, `tries` says when to try again. `messages` has what
staff do with a message, and `retention` deletes old ones.
"""

"""Outgoing webhooks: events sent to other servers, signed as the Standard Webhooks say. What comes
in from Stripe is app/payments/webhook.py.

`service` is what staff do with an endpoint. `fan_out` follows the log and makes a message for each
endpoint that wants the event; the `courier` sends what is due, by `claims` and `tries`, each with
its `signing`. `messages` are sent again at a person's wish, and forgotten by `retention`.
"""

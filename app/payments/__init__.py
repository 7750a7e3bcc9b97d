"""Payments: the deposit that a client owes after agreeing, paid by card or by bank transfer.

`deposits` makes it due once and paid once, `attempts` are the tries to pay it by card, and
`service` opens Stripe's payment page for them, through the `gateway` (`stripe_sdk`). Stripe reports
a payment by a `webhook`, or when `reconciliation` asks; both are stored as `stripe_events`, and
`settlement` acts on them.
"""

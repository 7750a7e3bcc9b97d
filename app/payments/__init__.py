"""Payments: the deposit that a client owes after agreeing, by card or by bank transfer.

`deposits` has it owed once and paid once, `attempts` are the tries to pay it by card, and `service`
joins them to Stripe's page, which is asked for through the `gateway` (`stripe_sdk`). Whether it is
paid, Stripe says by a `webhook`, or when `reconciliation` asks: either is stored as one of the
`stripe_events`, and `settlement` does what follows.
"""

"""Payments: the deposit that a client owes after agreeing, paid by card or by bank transfer.

`deposits` makes it due once and paid once, `attempts` are the tries to pay it by card, and
`service` opens Stripe's payment page for them, through the `gateway` (`stripe_sdk`, which gives one
of the `stripe_answers`). Stripe reports a payment, and later a refund or a dispute of it, by a
`webhook`, or when `reconciliation` asks. All are stored as `stripe_events` and checked as
`reports`; `settlement` acts on them, with `refunds` and `disputes`. Staff record refunds by
transfer. `balance` says what became of each payment; `projection` compares all of it with its
`fold` of the log.
"""

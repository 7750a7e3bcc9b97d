"""Payments: the deposit that a client owes after agreeing, paid by card or by bank transfer.

`deposits` makes it due once and paid once, `attempts` are made to pay it by card, and `service`
opens `stripe`'s payment page for them. What `stripe` reports of a payment, and later of a refund or
a dispute of it, becomes rows in `refunds` and `disputes`. Staff record transfers, and refunds by
transfer. `balance` says what became of each payment; `projection` compares all of it with its
`fold` of the log.
"""

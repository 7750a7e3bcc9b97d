"""Stripe's side of a payment by card: what we ask it, what it reports, and what follows from that.

We ask through the `gateway`, whose `sdk` is the only module that calls Stripe, and which gives one
of the `answers`. Stripe reports by the `webhook`, or when `reconciliation` asks. Each report is
stored once in the `inbox`, checked by `reports`, and acted on by `settlement`.
"""

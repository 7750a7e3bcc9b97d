"""A stand-in for Stripe, for development and tests: the few calls this project makes, and no money.

It keeps its state in memory, honours idempotency keys, signs and retries webhooks, and fails on
demand. On the page of a paid session, buttons refund or dispute it. `python -m
local.stripe_standin --help` says how to start it.
"""

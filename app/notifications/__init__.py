"""Notifications: mail, which a subscriber writes to an outbox and a worker sends. What staff are
mailed also goes to their chat channel (app/chat).

A subscriber chooses one of the `letters`, `service` puts it into the outbox, and the `courier`
sends what is due over `smtp`. `erasure` removes what was written about a person. The subscribers to
refunds and disputes are `money_subscribers`.
"""

"""The event backbone: an append-only log in Postgres, a relay, and deliveries to subscribers.

It knows no domain. The way of an event: `types` declares it, `store` appends it, `bell` wakes the
`relay`, which publishes it to whom `subscription` names, `sending` hands tasks to workers,
`delivery` gives it to a subscriber once under a claim of `claims`, and `sweep` finds what got lost
on the way. `tasks` and `commands` are the doors for Celery and for an operator.

When it does not go well: `retry`, `dead_letters`, `pausing`, `backfill`.
Later, and for those who follow: `schedule` and `due`; `log`.
What guards the log: `sealing` and `person_keys`, `chain`, `chain_links` and `checkpoints`.
What reads it: `rows`. What is derived from it: `fold`, `projection`, `folded_projection`, `lag`.
What describes it: `catalog`, `schema`, `asyncapi`, `example`, `upcast`; `cloudevents` on the wire.
What people see of it: `figures`, `totals`, `tracing`, `spans`; what tells that it stands still:
`canary`.
"""

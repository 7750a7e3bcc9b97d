"""The event backbone: an append-only log in Postgres, a relay, and deliveries to subscribers.

It knows no domain. The way of an event: `types` declares it, `store` appends it, `bell` wakes the
relay, which publishes it to whom `subscription` names, and `delivery` brings it to each of them.
`tasks` and `commands` are the doors for Celery and for an operator.

Recorded later, or followed by place: `schedule` and `due`; `log`, and `epochs` after a restore.
Read back: `rows`, with `upcast` for what was stored under an older version.
Its trace, and what tells that the flow stands still: `tracing` and `spans`; `canary`.
What the log is guarded with is in `integrity`, what it adds up to in `projections`, and what a
reader outside relies on in `contract`.
"""

"""The event backbone: an append-only log in Postgres, a relay, and deliveries to subscribers.

It knows no domain. The path of an event: `types` declares it, `store` appends it, `bell` wakes the
relay, `subscription` names the subscribers of its type, and `delivery` takes it to each of them.
`tasks` and `commands` are the entry points for Celery and for operators.

- `schedule`, `due`: events to be recorded later
- `log`, `epochs`: following the log in order, also after a restore
- `rows`, `upcast`: reading events back, whichever version they were stored in
- `tracing`, `spans`, `canary`: the trace of an event, and how a stalled flow is noticed
- `integrity`: what guards the log
- `projections`: the tables derived from it
- `contract`: what readers outside rely on
"""

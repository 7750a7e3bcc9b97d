"""The event backbone: an append-only log in Postgres, a relay, and deliveries to subscribers.

It knows no domain. The way of an event: `types` declares it, `store` appends it, `relay` publishes
it, `delivery` hands it to a subscriber once under a claim of `claims`, `sweep` finds what got lost
on the way. `schedule` and `due` record an event later; `log` follows all of them in order, and the
`bridges` send them on to other systems.

What guards the log: `sealing` and `person_keys` what it says about people, `chain` and
`checkpoints` that nobody changed it. What describes it: `catalog`, `schema` and `asyncapi`;
`cloudevents` is what it looks like on the wire, `spans` what a collector of traces sees.
"""

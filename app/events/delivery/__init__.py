"""From the log to each subscriber: once, in order, with retries that end in a dead letter.

`relay` turns events into deliveries, `sending` hands their tasks to workers, `handling` gives an
event to its subscriber once, under a claim from `claims` whose lease `leases` extends, and `sweep`
resends what got lost. For when it does not go well: `dead_letters`, `pausing`, `backfill`. For
people to see: `lag`, `figures`, `totals`.
"""

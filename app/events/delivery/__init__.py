"""From the log to each subscriber: handled once, in order, tried again, or a dead letter.

`relay` publishes, `sending` hands tasks to workers, `handling` gives an event to a subscriber once
under a claim of `claims`, and `sweep` finds what got lost on the way. When it does not go well:
`dead_letters`, `pausing`, `backfill`. What people see of it: `lag`, `figures`, `totals`.
"""

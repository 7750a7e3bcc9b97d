"""The event backbone: an append-only log in Postgres, a relay, and deliveries to subscribers.

It knows no domain. `types` declares, `store` appends and reads, `relay` publishes, `delivery`
hands an event to a subscriber once, `sweep` finds what got lost on the way, and `bridges` send the
log on to other systems.
"""

"""Notifications: mail, written as a durable row by a subscriber and sent from there. What staff are
mailed is told to their channel too (app/chat).

The subscribers choose one of the `letters`, `service` puts it into the outbox, and the `courier`
sends what is due by `smtp`. `erasure` takes back what was written about somebody.
"""

"""The outboxes: what leaves the site is a row first, and is sent from there.

Mail and chat have a table each. They supply which row is next, what to send, and what counts as a
refusal; `sending` takes row after row.
"""

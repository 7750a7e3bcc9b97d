"""The outboxes: what leaves the site stands in a row first, and is sent from there.

Mail and chat have a table each. They bring which row is next, what is said, and what a refusal is.
"""

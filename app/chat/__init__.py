"""The staff's channel in a chat: what staff are mailed is said there too, in a line with a link.

It is written as a durable row, as mail is, and sent from there: the `courier` puts it into the
chat's `markup` and posts it to the `incoming_webhook`.
"""

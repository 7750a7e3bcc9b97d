"""The staff's channel in a chat: what staff are mailed is posted there too, as a line with a link.

Like mail, each message is a durable row first: the `courier` puts it into the chat's `markup` and
posts it to the `incoming_webhook`.
"""

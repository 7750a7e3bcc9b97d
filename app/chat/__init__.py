"""The staff's channel in a chat: what staff are mailed is said there too, in a line with a link.

It is written as a durable row by a subscriber and sent from there, as mail is.
"""

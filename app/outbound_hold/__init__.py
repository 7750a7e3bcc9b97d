"""The hold: after a restore nothing leaves the site before somebody has looked.

What a restored database takes for unsent may have been sent since the backup was made. Mail, chat,
webhooks and bridges each ask `is_outbound_held` where they would take the next thing to send.
`flask events restored` begins it; `flask outbound release` or a member of staff ends it.
"""

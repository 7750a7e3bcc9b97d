"""The outbound hold: after a restore, nothing leaves the site until somebody has looked.

What a restored database takes for unsent may have been sent since the backup was made. Mail, chat,
webhooks and bridges each check `is_outbound_held` before they take the next thing to send.
`flask events restored` begins the hold; `flask outbound release` or a member of staff ends it.
"""

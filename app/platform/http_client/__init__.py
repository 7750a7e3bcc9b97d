"""One POST to a server that somebody else named, for webhooks and chat: the `sender`, its guarded
`connection`, and which `addresses` that may reach."""

"""One POST to a server that somebody else has named, a webhook's or a chat's: which `addresses` it
may have, the `connection`, and the `sender`."""

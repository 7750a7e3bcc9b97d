"""One POST to another server: which `addresses` it may have, the `connection`, and the `sender`."""

"""What a reader outside relies on: the message on the wire, its schema, and the catalog of both."""

"""Messages: what prospect and staff write to each other, and the whole of it as one thread."""

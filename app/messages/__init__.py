"""Messages: what prospect and staff write to each other, and the whole of it as one thread; and
what staff note among themselves, which is never part of it."""

"""Messages: what the prospect and the staff write to each other, as one thread, and by when a reply
is due (`promise`); and the staff's notes among themselves, which are never part of it."""

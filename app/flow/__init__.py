"""The flow of events, for the people who look after the site: to look at, to pause, and to replay
what failed. What machines ask about it is in `monitoring`."""

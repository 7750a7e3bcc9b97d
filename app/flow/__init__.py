"""The flow of events, for the operator: to look at, to hold, and to replay what failed."""

"""Accounts: the members of staff, how they sign in, and how long they stay so."""

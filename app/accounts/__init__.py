"""Accounts: the members of staff, how they sign in, and how long they stay so.

`passwords` are made and checked, `tries` are counted, and `sessions` end by themselves.
"""

"""Accounts: the members of staff, how they sign in, and how long they stay signed in.

`passwords` generates and checks passwords, `second_step` adds TOTP codes, `tries` limits the tries
to sign in, and `sessions` ends sessions that are too old.
"""

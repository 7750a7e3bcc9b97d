"""Throwaway addresses, from the list of the package disposable-email-domains."""

from disposable_email_domains import blocklist


def is_disposable(email: str) -> bool:
    """Whether the address is at a domain for throwaway addresses, or below one."""
    labels = email.rpartition("@")[2].casefold().split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))

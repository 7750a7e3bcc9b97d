"""Throwaway addresses, by the list that is kept at disposable-email-domains."""

from disposable_email_domains import blocklist


def is_disposable(email: str) -> bool:
    """Whether the address is at a domain that gives out throwaway ones, or below such a domain."""
    labels = email.rpartition("@")[2].casefold().split(".")
    return any(".".join(labels[start:]) in blocklist for start in range(len(labels) - 1))

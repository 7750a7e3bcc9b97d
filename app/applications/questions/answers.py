"""The type of answers, as every part of the site passes them on."""

Answer = str | list[str]
Answers = dict[str, Answer]
"""Answers by question key: a list for the kind "choices", else a string. An unanswered question has
no key."""
